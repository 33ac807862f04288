import { arrayFromRecorded, fromRecorded, mapFromRecorded } from '../converter/payload-converter.js';
import type { ContinueAsNewWorkflowExecution, InitializeWorkflow } from '../core/activation.js';
import { IllegalStateError, isCancellation } from '../failures/errors.js';
import { ensureTemporalFailure, TemporalFailure } from '../failures/failures.js';
import { isRecord, markErrorClass } from '../failures/instance-of.js';
import type { Activator, HandlerExecution } from './activator.js';
import { composeInterceptors } from './interceptors.js';
import { untrack } from './realm.js';
import { decodeSearchAttributes } from './search-attributes.js';
import { log } from './sinks.js';

/** Not an error: thrown by `continueAsNew` to end the run. User code may recognise it, never make it. */
export class ContinueAsNew extends Error {
  readonly command: ContinueAsNewWorkflowExecution;

  constructor(command: ContinueAsNewWorkflowExecution) {
    super('Workflow continued as new');
    this.command = command;
  }
}
markErrorClass(ContinueAsNew, 'ContinueAsNew');

/** The parts of `workflowInfo()` that need the converters, which are user code. */
export function initializeWorkflow(activator: Activator, job: InitializeWorkflow): void {
  const context = activator.workflowContext();
  const { payloadConverter } = activator;
  const attributes = decodeSearchAttributes(job.searchAttributes?.indexedFields);
  const last = job.lastCompletionResult?.[0];
  activator.info = {
    ...activator.info,
    searchAttributes: attributes.untyped,
    typedSearchAttributes: attributes.typed,
    memo: mapFromRecorded(payloadConverter, job.memo?.fields, context),
    ...(last === undefined ? {} : { lastResult: fromRecorded(payloadConverter, last, context) }),
    ...(job.continuedFailure ? { lastFailure: activator.fromFailure(job.continuedFailure) } : {}),
  };
  const options = activator.definitionOptions?.();
  if (options) activator.failureErrorClasses = options.failureExceptionTypes;
}

export function startWorkflow(activator: Activator, job: InitializeWorkflow): void {
  const execute = composeInterceptors(activator.interceptors.inbound, 'execute', async ({ args }) => {
    if (activator.workflow === undefined) throw new IllegalStateError('Workflow uninitialized');
    return await activator.workflow(...(args as never[]));
  });
  const run = (): Promise<unknown> => {
    const args = arrayFromRecorded(activator.payloadConverter, job.arguments, activator.workflowContext());
    return execute({ headers: { ...job.headers }, args });
  };
  untrack(
    logLifecycle(run).then(
      (value) => {
        activator.pushTerminal({ type: 'completeWorkflowExecution', result: activator.toPayload(value) });
      },
      (error: unknown) => handleWorkflowFailure(activator, error),
    ),
  );
}

function logLifecycle(run: () => Promise<unknown>): Promise<unknown> {
  const meta = { sdkComponent: 'worker' };
  log.debug('Workflow started', meta);
  return run().then(
    (value) => {
      log.debug('Workflow completed', meta);
      return value;
    },
    (error: unknown) => {
      if (isCancellation(error)) log.debug('Workflow completed as cancelled', meta);
      else if (error instanceof ContinueAsNew) log.debug('Workflow continued as new', meta);
      else log.warn('Workflow failed', { error, ...meta });
      throw error;
    },
  );
}

/** What an error that leaves the workflow function or a handler does: ends the run, or fails the workflow task. */
export function handleWorkflowFailure(activator: Activator, error: unknown): void {
  if (activator.cancelled && isCancellation(error)) {
    activator.pushTerminal({ type: 'cancelWorkflowExecution' }, error);
  } else if (error instanceof ContinueAsNew) {
    activator.pushTerminal(error.command, error);
  } else if (error instanceof TemporalFailure || isConfiguredFailure(activator, error)) {
    // The run fails: handlers that still run are not worth a warning.
    activator.signalsInProgress.clear();
    activator.updatesInProgress.clear();
    const failure = activator.toFailure(ensureTemporalFailure(error));
    activator.pushTerminal({ type: 'failWorkflowExecution', failure }, error);
  } else {
    activator.failTask(error);
  }
}

/** Errors that the worker's or the workflow's options name as failures of the run. */
function isConfiguredFailure(activator: Activator, error: unknown): boolean {
  const classes = activator.failureErrorClasses ?? [];
  if (classes.some((cls) => cls === Error || error instanceof cls)) return true;
  const names = activator.options.workflowFailureErrorTypes;
  if (names.includes('Error')) return true;
  if (names.length === 0 || !isRecord(error)) return false;
  let cls: unknown = error.constructor;
  while (typeof cls === 'function' && cls !== Function.prototype) {
    if (names.includes(cls.name)) return true;
    cls = Object.getPrototypeOf(cls);
  }
  return false;
}

const advice =
  'Wait for all handlers with `await condition(allHandlersFinished)` before the workflow ends, or, when interrupting ' +
  'them is fine, set the handler with `{ unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON }`.';

export function warnAboutUnfinishedHandlers(activator: Activator): void {
  const warnable = (executions: Iterable<HandlerExecution>): HandlerExecution[] =>
    [...executions].filter((execution) => execution.unfinishedPolicy === 'WARN_AND_ABANDON');
  const updates = warnable(activator.updatesInProgress.values());
  if (updates.length > 0) {
    const list = JSON.stringify(updates.map(({ name, id }) => ({ name, id })));
    log.warn(
      `[TMPRL1102] Workflow finished while an update handler was still running; the client that sent the update will ` +
        `receive an error instead of its result. ${advice} The following updates were unfinished: ${list}`,
    );
  }
  const signals = warnable(activator.signalsInProgress.values());
  if (signals.length > 0) {
    const counts = new Map<string, number>();
    for (const { name } of signals) counts.set(name, (counts.get(name) ?? 0) + 1);
    const list = JSON.stringify([...counts].map(([name, count]) => ({ name, count })));
    log.warn(
      `[TMPRL1102] Workflow finished while a signal handler was still running. ${advice} The following signals were ` +
        `unfinished: ${list}`,
    );
  }
}
