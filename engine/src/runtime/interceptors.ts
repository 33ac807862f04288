import type { Payload } from '../history/payload.js';
import type { Activation, WorkflowCommand } from '../core/activation.js';
import type { Next } from './function-types.js';
import type {
  ActivityOptions,
  ChildWorkflowOptionsWithDefaults,
  ContinueAsNewOptions,
  LocalActivityOptions,
  TimerOptions,
} from './options.js';

/** Headers of calls, by name. */
export type Headers = Record<string, Payload>;
export type { Next };

export interface WorkflowExecuteInput {
  readonly args: unknown[];
  readonly headers: Headers;
}

export interface UpdateInput {
  readonly updateId: string;
  readonly name: string;
  readonly args: unknown[];
  readonly headers: Headers;
}

export interface SignalInput {
  readonly signalName: string;
  readonly args: unknown[];
  readonly headers: Headers;
}

export interface QueryInput {
  readonly queryId: string;
  readonly queryName: string;
  readonly args: unknown[];
  readonly headers: Headers;
}

/** Calls that come into the workflow. */
export interface WorkflowInboundCallsInterceptor {
  execute?: (
    input: WorkflowExecuteInput,
    next: Next<WorkflowInboundCallsInterceptor, 'execute'>,
  ) => Promise<unknown>;
  handleUpdate?: (
    input: UpdateInput,
    next: Next<WorkflowInboundCallsInterceptor, 'handleUpdate'>,
  ) => Promise<unknown>;
  validateUpdate?: (
    input: UpdateInput,
    next: Next<WorkflowInboundCallsInterceptor, 'validateUpdate'>,
  ) => void;
  handleSignal?: (
    input: SignalInput,
    next: Next<WorkflowInboundCallsInterceptor, 'handleSignal'>,
  ) => Promise<void>;
  handleQuery?: (
    input: QueryInput,
    next: Next<WorkflowInboundCallsInterceptor, 'handleQuery'>,
  ) => Promise<unknown>;
}

export interface TimerInput {
  readonly durationMs: number;
  readonly seq: number;
  readonly options?: TimerOptions | undefined;
}

export interface ActivityInput {
  readonly activityType: string;
  readonly args: unknown[];
  readonly options: ActivityOptions;
  readonly headers: Headers;
  readonly seq: number;
}

export interface LocalActivityInput {
  readonly activityType: string;
  readonly args: unknown[];
  readonly options: LocalActivityOptions;
  readonly headers: Headers;
  readonly seq: number;
  readonly originalScheduleTimeMs?: number | undefined;
  readonly attempt: number;
}

export interface StartChildWorkflowExecutionInput {
  readonly workflowType: string;
  readonly options: ChildWorkflowOptionsWithDefaults;
  readonly headers: Headers;
  readonly seq: number;
}

export interface SignalWorkflowInput {
  readonly seq: number;
  readonly signalName: string;
  readonly args: unknown[];
  readonly headers: Headers;
  readonly target:
    | {
        readonly type: 'external';
        readonly workflowExecution: { readonly workflowId: string; readonly runId?: string | undefined };
      }
    | { readonly type: 'child'; readonly childWorkflowId: string };
}

export type ContinueAsNewInputOptions = ContinueAsNewOptions &
  Required<Pick<ContinueAsNewOptions, 'workflowType'>>;

export interface ContinueAsNewInput {
  readonly args: unknown[];
  readonly headers: Headers;
  readonly options: ContinueAsNewInputOptions;
}

export type GetLogAttributesInput = Record<string, unknown>;
export type MetricTags = Record<string, string | number | boolean>;
export type GetMetricTagsInput = MetricTags;

/** Commands that the workflow asks for. */
export interface WorkflowOutboundCallsInterceptor {
  startTimer?: (
    input: TimerInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'startTimer'>,
  ) => Promise<void>;
  scheduleActivity?: (
    input: ActivityInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'scheduleActivity'>,
  ) => Promise<unknown>;
  scheduleLocalActivity?: (
    input: LocalActivityInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'scheduleLocalActivity'>,
  ) => Promise<unknown>;
  startChildWorkflowExecution?: (
    input: StartChildWorkflowExecutionInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'startChildWorkflowExecution'>,
  ) => Promise<[Promise<string>, Promise<unknown>]>;
  signalWorkflow?: (
    input: SignalWorkflowInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'signalWorkflow'>,
  ) => Promise<void>;
  continueAsNew?: (
    input: ContinueAsNewInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'continueAsNew'>,
  ) => Promise<never>;
  getLogAttributes?: (
    input: GetLogAttributesInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'getLogAttributes'>,
  ) => Record<string, unknown>;
  getMetricTags?: (
    input: GetMetricTagsInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'getMetricTags'>,
  ) => MetricTags;
}

export interface ActivateInput {
  readonly activation: Activation;
  readonly batchIndex: number;
}

export interface ConcludeActivationInput {
  readonly commands: WorkflowCommand[];
}

export type ConcludeActivationOutput = ConcludeActivationInput;
export type DisposeInput = Record<never, never>;

/** The runtime's own steps. */
export interface WorkflowInternalsInterceptor {
  activate?(input: ActivateInput, next: Next<this, 'activate'>): void;
  concludeActivation?(
    input: ConcludeActivationInput,
    next: Next<this, 'concludeActivation'>,
  ): ConcludeActivationOutput;
  dispose?(input: DisposeInput, next: Next<this, 'dispose'>): void;
}

export interface WorkflowInterceptors {
  inbound?: WorkflowInboundCallsInterceptor[];
  outbound?: WorkflowOutboundCallsInterceptor[];
  internals?: WorkflowInternalsInterceptor[];
}

export type WorkflowInterceptorsFactory = () => WorkflowInterceptors;

type Method = (input: unknown, next: (input: unknown) => unknown) => unknown;

/** Chains the interceptors that have `method`, the first one outermost, around `handler`. */
export function composeInterceptors<I, M extends keyof I>(
  interceptors: readonly I[],
  method: M,
  handler: Next<I, M>,
): Next<I, M> {
  let next = handler as unknown as (input: unknown) => unknown;
  for (let i = interceptors.length - 1; i >= 0; i--) {
    const interceptor = interceptors[i]!;
    if (interceptor[method] === undefined) continue;
    const inner = next;
    next = (input) => (interceptor[method] as Method).call(interceptor, input, inner);
  }
  return next as unknown as Next<I, M>;
}
