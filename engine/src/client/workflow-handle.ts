import { ValueError } from '../failures/errors.js';
import type { HistoryEvent } from '../history/event.js';
import { allEvents } from '../history/history-pages.js';
import type { UpdateOutcome } from '../history/messages.js';
import type {
  ForeignDefinition,
  QueryDefinition,
  SignalDefinition,
  UpdateDefinition,
  Workflow,
  WorkflowResultType,
} from '../runtime/function-types.js';
import type { CallsOptions, ClientCalls } from './calls.js';
import { executionOf, updateCallEnded } from './calls.js';
import type { WorkflowExecutionDescription } from './description.js';
import { summaryOf } from './description.js';
import { workflowErrorOf, WorkflowUpdateFailedError } from './errors.js';
import type { Target } from './interceptors.js';
import { workflowResult } from './workflow-result.js';

export interface UpdateOptions<A extends readonly unknown[] = readonly unknown[]> {
  readonly args?: A;
  /** Sending again with the same id gives the same update. */
  readonly updateId?: string;
}

export interface WorkflowUpdateHandle<R> {
  readonly updateId: string;
  readonly workflowId: string;
  readonly workflowRunId: string | undefined;
  /** Waits for the update's end; throws a `WorkflowUpdateFailedError` when it was rejected or has failed. */
  result(): Promise<R>;
}

/** One workflow; by the names of `@temporalio/client`'s `WorkflowHandle`. */
export interface WorkflowHandle<W extends Workflow = Workflow> {
  readonly workflowId: string;
  /** Waits for the end. Throws a `WorkflowFailedError`, with the failure as its cause. */
  result(): Promise<WorkflowResultType<W>>;
  signal<A extends unknown[] = []>(
    definition: SignalDefinition<A> | ForeignDefinition<'signal'> | string,
    ...args: A
  ): Promise<void>;
  query<R, A extends unknown[] = []>(
    definition: QueryDefinition<R, A> | ForeignDefinition<'query'> | string,
    ...args: A
  ): Promise<R>;
  /** Sends an update and waits for its result. */
  executeUpdate<R, A extends unknown[] = []>(
    definition: UpdateDefinition<R, A> | ForeignDefinition<'update'> | string,
    options?: UpdateOptions<A>,
  ): Promise<R>;
  /** Sends an update and waits until it is accepted. */
  startUpdate<R, A extends unknown[] = []>(
    definition: UpdateDefinition<R, A> | ForeignDefinition<'update'> | string,
    options: UpdateOptions<A> & { readonly waitForStage: 'ACCEPTED' },
  ): Promise<WorkflowUpdateHandle<R>>;
  getUpdateHandle<R>(updateId: string): WorkflowUpdateHandle<R>;
  cancel(reason?: string): Promise<void>;
  terminate(reason?: string): Promise<void>;
  describe(): Promise<WorkflowExecutionDescription>;
  fetchHistory(): Promise<{ readonly events: readonly HistoryEvent[] }>;
}

interface HandleOptions extends CallsOptions {
  readonly calls: ClientCalls;
}

interface HandleOf {
  readonly target: Target;
  /** Where `result` begins. */
  readonly resultRunId: string | undefined;
  readonly followRuns: boolean;
}

export function newHandle<W extends Workflow>(options: HandleOptions, of: HandleOf): WorkflowHandle<W> {
  const { calls, conversion, service, newId } = options;
  const { target, resultRunId, followRuns } = of;
  const { workflowId } = target;
  const send = (
    definition: { readonly name: string } | string,
    updateOptions: UpdateOptions,
    waitForStage: 'ACCEPTED' | 'COMPLETED',
  ) =>
    calls.startUpdate({
      ...target,
      updateName: nameOf(definition),
      updateId: updateOptions.updateId ?? newId(),
      args: updateOptions.args ?? [],
      headers: {},
      waitForStage,
    });
  return {
    workflowId,
    result: async () =>
      (await workflowResult(service, conversion, {
        workflowId,
        runId: resultRunId,
        followRuns,
      })) as WorkflowResultType<W>,
    signal: (definition, ...args) =>
      calls.signal({ ...target, signalName: nameOf(definition), args, headers: {} }),
    query: async <R>(definition: { readonly name: string } | string, ...args: unknown[]) =>
      (await calls.query({ ...target, queryType: nameOf(definition), args, headers: {} })) as R,
    executeUpdate: async <R>(
      definition: { readonly name: string } | string,
      updateOptions: UpdateOptions = {},
    ) => {
      const started = await send(definition, updateOptions, 'COMPLETED');
      return updateHandle<R>(
        options,
        { ...target, runId: started.runId },
        started.updateId,
        started.outcome,
      ).result();
    },
    startUpdate: async <R>(definition: { readonly name: string } | string, updateOptions: UpdateOptions) => {
      checkStage(updateOptions);
      const started = await send(definition, updateOptions, 'ACCEPTED');
      const handle = updateHandle<R>(
        options,
        { ...target, runId: started.runId },
        started.updateId,
        started.outcome,
      );
      // A rejected update was never accepted: that is an error of the start.
      if (started.outcome && 'failure' in (started.outcome as object)) await handle.result();
      return handle;
    },
    getUpdateHandle: (updateId) => updateHandle(options, target, updateId, undefined),
    cancel: (reason) => calls.cancel({ ...target, reason }),
    terminate: (reason) => calls.terminate({ ...target, reason, details: [] }),
    async describe() {
      const raw = await calls.describe(target);
      return { ...(await summaryOf(raw.workflowExecutionInfo, conversion)), raw };
    },
    async fetchHistory() {
      return { events: await named(target, allEvents(service, { execution: executionOf(target) })) };
    },
  };
}

function updateHandle<R>(
  { service, conversion }: HandleOptions,
  target: Target,
  updateId: string,
  known: unknown,
): WorkflowUpdateHandle<R> {
  const { workflowId, runId } = target;
  return {
    updateId,
    workflowId,
    workflowRunId: runId,
    async result() {
      let outcome = known as UpdateOutcome | undefined;
      while (!outcome) {
        const polled = service.pollWorkflowExecutionUpdate({
          updateRef: { workflowExecution: executionOf(target), updateId },
          waitPolicy: { lifecycleStage: 'COMPLETED' },
        });
        ({ outcome } = await named(target, polled).catch(updateCallEnded));
      }
      if (!outcome.failure) return (await conversion.decodeFirst(outcome.success)) as R;
      const cause = await conversion.decodeFailure(outcome.failure);
      throw new WorkflowUpdateFailedError('Workflow Update failed', cause);
    },
  };
}

function nameOf(definition: { readonly name: string } | string): string {
  // Without types, nothing tells before that the definition is missing.
  const given: unknown = definition;
  if (typeof given !== 'string' && typeof (given as { name?: unknown } | undefined)?.name !== 'string') {
    throw new ValueError(
      `expected the definition of a signal, query or update, or its name, found ${String(given)}`,
    );
  }
  return typeof definition === 'string' ? definition : definition.name;
}

async function named<T>({ workflowId, runId }: Target, call: Promise<T>): Promise<T> {
  return call.catch((error: unknown) => {
    throw workflowErrorOf(error, workflowId, runId);
  });
}

/** `startUpdate` waits for acceptance; `executeUpdate` for the result. */
function checkStage(options: UpdateOptions & { readonly waitForStage?: unknown } = {}): void {
  const { waitForStage = 'ACCEPTED' } = options;
  if (waitForStage === 'ACCEPTED') return;
  throw new ValueError(`waitForStage: expected 'ACCEPTED', found '${String(waitForStage)}'`);
}
