import type {
  Client,
  WorkflowClient,
  WorkflowHandle,
  WorkflowHandleWithFirstExecutionRunId,
  WorkflowSignalWithStartOptions,
  WorkflowStartOptions,
} from '@refrain/engine';
import type { Workflow } from '@refrain/engine/workflow';

/** Options of a start in which the task queue may be left out: it is the environment's then. */
type InTheQueue<O> = Omit<O, 'taskQueue'> & { readonly taskQueue?: string };

/** As the engine's client, but for the task queue. */
export interface TestClient extends Omit<Client, 'workflow'> {
  readonly workflow: TestWorkflowClient;
}

export interface TestWorkflowClient extends Omit<WorkflowClient, 'start' | 'execute' | 'signalWithStart'> {
  start<W extends Workflow>(
    workflow: W | string,
    options: InTheQueue<WorkflowStartOptions<W>>,
  ): Promise<WorkflowHandleWithFirstExecutionRunId<W>>;
  /** Starts a workflow and waits for its result, in virtual time. */
  execute<W extends Workflow>(
    workflow: W | string,
    options: InTheQueue<WorkflowStartOptions<W>>,
  ): Promise<Awaited<ReturnType<W>>>;
  signalWithStart<W extends Workflow, A extends readonly unknown[] = []>(
    workflow: W | string,
    options: InTheQueue<WorkflowSignalWithStartOptions<W, A>>,
  ): Promise<WorkflowHandle<W> & { readonly signaledRunId: string }>;
}
