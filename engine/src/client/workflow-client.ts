import { ValueError } from '../failures/errors.js';
import type {
  ForeignDefinition,
  SignalDefinition,
  Workflow,
  WorkflowResultType,
} from '../runtime/function-types.js';
import type { ClientCalls } from './calls.js';
import { clientCalls } from './calls.js';
import type { CallsOptions } from './calls.js';
import type { WorkflowExecutionSummary } from './description.js';
import { summaryOf } from './description.js';
import type { Target } from './interceptors.js';
import type { WorkflowHandle } from './workflow-handle.js';
import { newHandle } from './workflow-handle.js';
import type { WorkflowOptions } from './workflow-options.js';
import { InputError } from '../errors.js';

type Args<W extends Workflow> =
  Parameters<W> extends [unknown, ...unknown[]]
    ? { readonly args: Parameters<W> | Readonly<Parameters<W>> }
    : { readonly args?: Parameters<W> | Readonly<Parameters<W>> };

export type WorkflowStartOptions<W extends Workflow = Workflow> = WorkflowOptions & Args<W>;

export type WorkflowSignalWithStartOptions<
  W extends Workflow,
  A extends readonly unknown[],
> = WorkflowStartOptions<W> & {
  readonly signal: SignalDefinition<A extends unknown[] ? A : never> | ForeignDefinition<'signal'> | string;
  readonly signalArgs?: A;
};

export interface WorkflowHandleWithFirstExecutionRunId<
  W extends Workflow = Workflow,
> extends WorkflowHandle<W> {
  readonly firstExecutionRunId: string;
}

export interface ListOptions {
  readonly query?: string;
  readonly pageSize?: number;
}

/** Starts, finds and lists workflows; by the names of `@temporalio/client`'s `WorkflowClient`. */
export interface WorkflowClient {
  start<W extends Workflow>(
    workflow: W | string,
    options: WorkflowStartOptions<W>,
  ): Promise<WorkflowHandleWithFirstExecutionRunId<W>>;
  /** Starts a workflow and waits for its result. */
  execute<W extends Workflow>(
    workflow: W | string,
    options: WorkflowStartOptions<W>,
  ): Promise<WorkflowResultType<W>>;
  signalWithStart<W extends Workflow, A extends readonly unknown[] = []>(
    workflow: W | string,
    options: WorkflowSignalWithStartOptions<W, A>,
  ): Promise<WorkflowHandle<W> & { readonly signaledRunId: string }>;
  /** A handle asks nobody: whether the workflow exists is seen with its first call. */
  getHandle<W extends Workflow = Workflow>(
    workflowId: string,
    runId?: string,
    options?: { readonly firstExecutionRunId?: string; readonly followRuns?: boolean },
  ): WorkflowHandle<W>;
  /** Executions that match the query, page by page. */
  list(options?: ListOptions): AsyncIterable<WorkflowExecutionSummary>;
  count(query?: string): Promise<{
    readonly count: number;
    readonly groups: readonly { readonly count: number; readonly groupValues: readonly string[] }[];
  }>;
}

export function newWorkflowClient(options: CallsOptions): WorkflowClient {
  const calls = clientCalls(options);
  const handle = <W extends Workflow>(target: Target, resultRunId: string | undefined, followRuns = true) =>
    newHandle<W>({ ...options, calls }, { target, resultRunId, followRuns });
  const start = async <W extends Workflow>(workflow: W | string, startOptions: WorkflowStartOptions<W>) => {
    const runId = await startWith(calls, workflow, startOptions);
    const target = { workflowId: startOptions.workflowId, runId: undefined, firstExecutionRunId: runId };
    return Object.assign(handle<W>(target, runId, startOptions.followRuns ?? true), {
      firstExecutionRunId: runId,
    });
  };
  return {
    start,
    execute: async (workflow, startOptions) => (await start(workflow, startOptions)).result(),
    async signalWithStart(workflow, startOptions) {
      const { signal, signalArgs = [], ...rest } = startOptions;
      const runId = await calls.signalWithStart({
        workflowType: workflowTypeOf(workflow),
        options: { ...(rest as WorkflowOptions), args: argumentsOf(startOptions.args) },
        headers: {},
        signalName: typeof signal === 'string' ? signal : signal.name,
        signalArgs,
      });
      const target = {
        workflowId: startOptions.workflowId,
        runId: undefined,
        firstExecutionRunId: undefined,
      };
      return Object.assign(handle(target, runId, startOptions.followRuns ?? true), { signaledRunId: runId });
    },
    getHandle: (workflowId, runId, { firstExecutionRunId, followRuns } = {}) =>
      handle({ workflowId, runId, firstExecutionRunId }, runId, followRuns ?? true),
    list: (listOptions) => listAll(options, listOptions),
    count: (query) => options.service.countWorkflowExecutions(query === undefined ? {} : { query }),
  };
}

function startWith<W extends Workflow>(
  calls: ClientCalls,
  workflow: W | string,
  options: WorkflowStartOptions<W>,
): Promise<string> {
  const args = argumentsOf(options.args);
  return calls.start({ workflowType: workflowTypeOf(workflow), options: { ...options, args }, headers: {} });
}

export function workflowTypeOf(workflow: Workflow | string): string {
  const name = typeof workflow === 'string' ? workflow : workflow.name;
  if (!name) throw new InputError('RFN2001', 'the workflow function has no name; pass the type as a string');
  return name;
}

async function* listAll(
  { service, conversion }: CallsOptions,
  { query, pageSize }: ListOptions = {},
): AsyncIterable<WorkflowExecutionSummary> {
  let nextPageToken: string | undefined;
  do {
    const page = await service.listWorkflowExecutions({
      ...(query !== undefined && { query }),
      ...(pageSize !== undefined && { pageSize }),
      ...(nextPageToken !== undefined && { nextPageToken }),
    });
    for (const info of page.executions) yield summaryOf(info, conversion);
    nextPageToken = page.nextPageToken;
  } while (nextPageToken !== undefined);
}

function argumentsOf(args: unknown = []): readonly unknown[] {
  if (!Array.isArray(args)) throw new ValueError(`args: expected a list of arguments, found ${String(args)}`);
  return [...(args as unknown[])];
}
