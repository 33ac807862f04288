import { arrayFromRecorded } from '../converter/payload-converter.js';
import type { DoUpdate, QueryWorkflow, SignalWorkflow } from '../core/activation.js';
import { DeterminismViolationError, IllegalStateError } from '../failures/errors.js';
import { ApplicationFailure, ensureTemporalFailure, TemporalFailure } from '../failures/failures.js';
import type { Payload } from '../history/payload.js';
import { readOnlyStore, type Activator, type ReadOnlyReason, type UpdateEntry } from './activator.js';
import {
  composeInterceptors,
  type QueryInput,
  type SignalInput,
  type UpdateInput,
  type WorkflowInboundCallsInterceptor,
} from './interceptors.js';
import { handleWorkflowFailure } from './lifecycle.js';
import { untrack } from './realm.js';
import { hasReservedPrefix, isInternalName } from './reserved-names.js';
import { updateScope } from './update-scope.js';

function decode(activator: Activator, payloads: readonly Payload[]): unknown[] {
  return arrayFromRecorded(activator.payloadConverter, payloads, activator.workflowContext());
}

function inboundFor(activator: Activator, name: string): readonly WorkflowInboundCallsInterceptor[] {
  return isInternalName(name) ? [] : activator.interceptors.inbound;
}

function refuseReserved(kind: string, name: string, hasHandler: boolean, hasDefault: boolean): void {
  if (!hasReservedPrefix(name) || hasHandler || !hasDefault) return;
  throw new TypeError(`Cannot use ${kind} name: '${name}', with reserved prefix: '__temporal_'`);
}

// Signals ------------------------------------------------------------------------------------------------------

export function signalWorkflow(activator: Activator, job: SignalWorkflow): void {
  const { signalName } = job;
  const entry = activator.signalHandlers.get(signalName);
  refuseReserved('signal', signalName, entry !== undefined, activator.defaultSignalHandler !== undefined);
  if (entry === undefined && activator.defaultSignalHandler === undefined) {
    activator.bufferedSignals.push(job);
    return;
  }
  const execution = activator.nextSignalExecution++;
  const unfinishedPolicy = entry?.unfinishedPolicy ?? 'WARN_AND_ABANDON';
  activator.signalsInProgress.set(execution, { name: signalName, unfinishedPolicy });
  const execute = composeInterceptors(
    inboundFor(activator, signalName),
    'handleSignal',
    (input: SignalInput) => runSignalHandler(activator, input),
  );
  untrack(
    execute({ args: decode(activator, job.input), signalName, headers: { ...job.headers } })
      .catch((error: unknown) => handleWorkflowFailure(activator, error))
      .finally(() => activator.signalsInProgress.delete(execution)),
  );
}

async function runSignalHandler(activator: Activator, { signalName, args }: SignalInput): Promise<void> {
  const handler = activator.signalHandlers.get(signalName)?.handler;
  if (handler) return await handler(...args);
  if (activator.defaultSignalHandler) return await activator.defaultSignalHandler(signalName, ...args);
  throw new IllegalStateError(`No registered signal handler for signal: ${signalName}`);
}

/** Called whenever a handler is set: the buffered signals that it takes run at once, in order. */
export function dispatchBufferedSignals(activator: Activator): void {
  const buffered = activator.bufferedSignals;
  while (buffered.length > 0) {
    const index = activator.defaultSignalHandler
      ? 0
      : buffered.findIndex((signal) => activator.signalHandlers.has(signal.signalName));
    if (index === -1) break;
    signalWorkflow(activator, buffered.splice(index, 1)[0]!);
  }
}

// Queries ------------------------------------------------------------------------------------------------------

/** Runs `fn` so that it changes neither sequence numbers nor random streams, and cannot issue commands (E7). */
export function readOnly<T>(activator: Activator, reason: ReadOnlyReason, fn: () => T): T {
  const random = activator.random.save();
  const streams = [...activator.randomStreams].map(([name, stream]) => [name, stream.save()] as const);
  const seqs = { ...activator.nextSeq };
  activator.readOnly = reason;
  const unsafe = activator.info.unsafe;
  activator.info = { ...activator.info, unsafe: { ...unsafe, isReplayingHistoryEvents: false } };
  try {
    return readOnlyStore.run(reason, fn);
  } finally {
    activator.readOnly = undefined;
    activator.info = { ...activator.info, unsafe };
    Object.assign(activator.nextSeq, seqs);
    activator.random.restore(random);
    for (const name of [...activator.randomStreams.keys()]) {
      const saved = streams.find(([known]) => known === name);
      if (saved) activator.randomStreams.get(name)!.restore(saved[1]);
      else activator.randomStreams.delete(name);
    }
  }
}

export function queryWorkflow(activator: Activator, job: QueryWorkflow): void {
  const { queryId, queryType } = job;
  const isKnown = activator.queryHandlers.has(queryType);
  refuseReserved('query', queryType, isKnown, activator.defaultQueryHandler !== undefined);
  const execute = composeInterceptors(inboundFor(activator, queryType), 'handleQuery', (input: QueryInput) =>
    runQueryHandler(activator, input),
  );
  readOnly(activator, 'a query handler', () => {
    execute({
      queryName: queryType,
      args: decode(activator, job.arguments),
      queryId,
      headers: { ...job.headers },
    }).then(
      (result) => {
        const response = activator.toPayload(result);
        activator.push({ type: 'respondToQuery', queryId, status: 'succeeded', response });
      },
      (error: unknown) => failQuery(activator, queryId, error),
    );
  });
}

export function failQuery(activator: Activator, queryId: string, error: unknown): void {
  const failure = activator.toFailure(ensureTemporalFailure(error));
  activator.push({ type: 'respondToQuery', queryId, status: 'failed', failure });
}

function runQueryHandler(activator: Activator, { queryName, args }: QueryInput): Promise<unknown> {
  const handler = activator.queryHandlers.get(queryName)?.handler;
  const fallback = activator.defaultQueryHandler;
  if (handler === undefined && fallback === undefined) {
    const known = [...activator.queryHandlers.keys()].join(' ');
    const message = `Workflow did not register a handler for ${queryName}. Registered queries: [${known}]`;
    return Promise.reject(new ReferenceError(message));
  }
  try {
    const result: unknown = handler ? handler(...args) : fallback!(queryName, ...args);
    if (result instanceof Promise) {
      untrack(result);
      return Promise.reject(new DeterminismViolationError('Query handlers should not return a Promise'));
    }
    return Promise.resolve(result);
  } catch (error) {
    return Promise.reject(error);
  }
}

// Updates ------------------------------------------------------------------------------------------------------

function updateEntry(activator: Activator, name: string): UpdateEntry | undefined {
  const entry = activator.updateHandlers.get(name);
  if (entry || !activator.defaultUpdateHandler) return entry;
  const handler = activator.defaultUpdateHandler.bind(undefined, name);
  return { handler, unfinishedPolicy: 'WARN_AND_ABANDON' };
}

export function doUpdate(activator: Activator, job: DoUpdate): void {
  const { name } = job;
  refuseReserved(
    'update',
    name,
    activator.updateHandlers.has(name),
    activator.defaultUpdateHandler !== undefined,
  );
  const entry = updateEntry(activator, name);
  if (entry === undefined) {
    activator.bufferedUpdates.push(job);
    return;
  }
  untrack(updateScope.run({ id: job.id, name }, () => runUpdate(activator, job, entry)));
}

/**
 * Validation and the synchronous part of the handler run in one go. An error while validating or decoding rejects
 * the update; afterwards a `TemporalFailure` fails the update and any other error fails the workflow task.
 */
async function runUpdate(activator: Activator, job: DoUpdate, entry: UpdateEntry): Promise<void> {
  const { id, name, protocolInstanceId } = job;
  const interceptors = inboundFor(activator, name);
  // Decoded twice, so that the handler does not see what the validator did to the arguments.
  const makeInput = (): UpdateInput => ({
    updateId: id,
    args: decode(activator, job.input),
    name,
    headers: { ...job.headers },
  });
  let input: UpdateInput;
  try {
    const { validator } = entry;
    if (job.runValidator && validator) {
      const validate = composeInterceptors(interceptors, 'validateUpdate', ({ args }: UpdateInput) => {
        validator(...args);
      });
      readOnly(activator, 'an update validator', () => validate(makeInput()));
    }
    input = makeInput();
  } catch (error) {
    rejectUpdate(activator, protocolInstanceId, error);
    return;
  }
  activator.push({ type: 'updateResponse', protocolInstanceId, status: 'accepted' });
  const execute = composeInterceptors(interceptors, 'handleUpdate', async ({ args }: UpdateInput) => {
    return (await entry.handler(...args)) as unknown;
  });
  activator.updatesInProgress.set(id, { name, unfinishedPolicy: entry.unfinishedPolicy, id });
  const finished = execute(input)
    .then((value) => {
      const result = activator.toPayload(value);
      activator.push({ type: 'updateResponse', protocolInstanceId, status: 'completed', result });
    })
    .catch((error: unknown) => {
      if (error instanceof TemporalFailure) rejectUpdate(activator, protocolInstanceId, error);
      else handleWorkflowFailure(activator, error);
    })
    .finally(() => activator.updatesInProgress.delete(id));
  untrack(finished);
  return finished as Promise<never>;
}

function rejectUpdate(activator: Activator, protocolInstanceId: string, error: unknown): void {
  const failure = activator.toFailure(ensureTemporalFailure(error));
  activator.push({ type: 'updateResponse', protocolInstanceId, status: 'rejected', failure });
}

export function dispatchBufferedUpdates(activator: Activator): void {
  const buffered = activator.bufferedUpdates;
  while (buffered.length > 0) {
    const index = activator.defaultUpdateHandler
      ? 0
      : buffered.findIndex((update) => activator.updateHandlers.has(update.name));
    if (index === -1) break;
    doUpdate(activator, buffered.splice(index, 1)[0]!);
  }
}

/** At the end of an activation: an update that no handler took is refused; a signal would wait on. */
export function rejectBufferedUpdates(activator: Activator): void {
  for (const update of activator.bufferedUpdates.splice(0)) {
    const error = ApplicationFailure.nonRetryable(`No registered handler for update: ${update.name}`);
    rejectUpdate(activator, update.protocolInstanceId, error);
  }
}
