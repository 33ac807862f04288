import type { DescribeWorkflowExecutionResponse } from '../service/api/workflow.js';
import type { Headers } from '../core/activation.js';
import type { WorkflowOptions } from './workflow-options.js';

/** What passes through interceptors: the call as the client got it, and headers to go with it. */
export interface StartInput {
  readonly workflowType: string;
  readonly options: WorkflowOptions & { readonly args: readonly unknown[] };
  readonly headers: Headers;
}
export interface SignalWithStartInput extends StartInput {
  readonly signalName: string;
  readonly signalArgs: readonly unknown[];
}
export interface Target {
  readonly workflowId: string;
  readonly runId: string | undefined;
  readonly firstExecutionRunId: string | undefined;
}
export interface SignalInput extends Target {
  readonly signalName: string;
  readonly args: readonly unknown[];
  readonly headers: Headers;
}
export interface QueryInput extends Target {
  readonly queryType: string;
  readonly args: readonly unknown[];
  readonly headers: Headers;
}
export interface StartUpdateInput extends Target {
  readonly updateName: string;
  readonly updateId: string;
  readonly args: readonly unknown[];
  readonly headers: Headers;
  readonly waitForStage: 'ACCEPTED' | 'COMPLETED';
}
export interface CancelInput extends Target {
  readonly reason: string | undefined;
}
export interface TerminateInput extends CancelInput {
  readonly details: readonly unknown[];
}

type Around<I, O> = (input: I, next: (input: I) => Promise<O>) => Promise<O>;

/** Each may change the input, the result, or throw. The first of a list is the outermost. */
export interface WorkflowClientInterceptor {
  start?: Around<StartInput, string>;
  signalWithStart?: Around<SignalWithStartInput, string>;
  signal?: Around<SignalInput, void>;
  query?: Around<QueryInput, unknown>;
  startUpdate?: Around<StartUpdateInput, UpdateStarted>;
  cancel?: Around<CancelInput, void>;
  terminate?: Around<TerminateInput, void>;
  /** Its result is the description as the service answers it. */
  describe?: Around<Target, DescribeWorkflowExecutionResponse>;
}

export interface UpdateStarted {
  readonly updateId: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly outcome: unknown;
}

/** Runs a call through those interceptors that take part in it. */
export function intercepted<M extends keyof WorkflowClientInterceptor, I, O>(
  interceptors: readonly WorkflowClientInterceptor[],
  method: M,
  call: (input: I) => Promise<O>,
): (input: I) => Promise<O> {
  return interceptors.reduceRight<(input: I) => Promise<O>>((next, interceptor) => {
    const around = interceptor[method]?.bind(interceptor) as Around<I, O> | undefined;
    return around ? (input) => around(input, next) : next;
  }, call);
}
