import { InvariantViolation, assertNever } from '../errors.js';
import type { HistoryEvent, EventAttributes } from '../history/event.js';
import type { ServiceContext } from './context.js';
import { alreadyCompleted } from './context.js';
import { isEndByReset, terminateRun } from './close.js';
import {
  childClosed,
  childStarted,
  childStartFailed,
  externalCancelResult,
  externalSignalResult,
  firstWorkflowTask,
  requestCancel,
  signalRun,
  startRun,
} from './from-outside.js';
import { resendQueries } from './queries.js';
import type { LoadedRun } from './loaded-run.js';
import { firstCronBackoffMs } from './schedule/cron.js';
import { decideStart, runTimeoutWithin, taskTimeoutMs } from './start.js';
import type { ChildState } from './state.js';
import { isRunning, taskQueueOf } from './state.js';
import type { Effect } from './transition.js';
import { finish } from './transition.js';
import { closedBeforeCompletion, reachStage, resendUpdates } from './updates.js';
import { wake } from './workflow-task.js';
import { ServiceError } from './errors.js';

/** Carries out what a transition asks for beyond its own run. Changes of other runs go into the same commit. */
export function carryOut(ctx: ServiceContext, run: LoadedRun, effect: Effect): void {
  switch (effect.type) {
    case 'dispatchWorkflowTask':
      return dispatchWorkflowTask(ctx, run);
    case 'dispatchActivity':
      return dispatchActivity(ctx, run, effect.scheduledEventId);
    case 'startChild':
      return startChild(ctx, run, effect.child);
    case 'signalExternal':
      return signalExternal(ctx, run, effect.initiatedEventId, effect.attributes);
    case 'cancelExternal':
      return cancelExternal(ctx, run, effect.initiatedEventId, effect.attributes);
    case 'startRun': {
      const next = ctx.runs.create(run.state.workflowId, effect.runId, undefined);
      next.updates = run.updates;
      run.updates = undefined;
      resendUpdates(next.updates);
      ctx.runs.transact(next, (t) => {
        startRun(t, effect.attributes);
        firstWorkflowTask(t);
      });
      return;
    }
    case 'closed':
      return afterClose(ctx, run, effect.event, effect.newRunId);
    case 'updateAccepted': {
      const update = run.updates?.get(effect.updateId);
      if (!update) return;
      update.stage = 'accepted';
      ctx.runs.whenDurable((failure) => {
        if (!failure) reachStage(update, { stage: 'ACCEPTED' });
      });
      return;
    }
    case 'updateCompleted':
      return endUpdate(ctx, run, effect.updateId, effect.outcome);
    case 'updateRejected':
      return endUpdate(ctx, run, effect.updateId, { failure: effect.failure });
    case 'workflowTaskLost':
      resendUpdates(run.updates);
      resendQueries(run.queries);
      return;
    default:
      assertNever(effect);
  }
}

function endUpdate(ctx: ServiceContext, run: LoadedRun, updateId: string, outcome: object): void {
  const update = run.updates?.get(updateId);
  if (!update) return;
  run.updates?.delete(updateId);
  const reject = (error: unknown) => {
    for (const waiter of update.waiters) waiter.reject(error);
  };
  ctx.runs.durable().then(() => reachStage(update, { stage: 'COMPLETED', outcome }), reject);
}

/** To the worker that has the run in its cache while that polls, else to any worker of the run's queue. */
export function dispatchWorkflowTask(ctx: ServiceContext, run: LoadedRun): void {
  const { state } = run;
  const task = state.workflowTask;
  if (!task || task.startedEventId !== 0) return;
  task.notBeforeMs = 0;
  const sticky = state.sticky && ctx.workflowTasks.isPolled(stickyKey(state.sticky.name));
  if (!sticky) task.stickyUntilMs = undefined;
  const name = sticky ? stickyKey(state.sticky!.name) : taskQueueOf(state);
  const buildId = !sticky && state.pinned ? state.buildId : undefined;
  ctx.workflowTasks.offer(name, { run: state.run, scheduledEventId: 0, ...(buildId && { buildId }) });
}

export function stickyKey(name: string): string {
  return `sticky\0${name}`;
}

/** An activity runs only after it is durable that it should (E2). */
function dispatchActivity(ctx: ServiceContext, run: LoadedRun, scheduledEventId: number): void {
  const activity = run.state.activities.get(scheduledEventId);
  if (!activity || activity.dispatched) return;
  activity.dispatched = true;
  const name = activity.scheduled.taskQueue?.name ?? '';
  const task = { run: run.state.run, scheduledEventId };
  ctx.runs.whenDurable((failure) => {
    if (!failure) ctx.activityTasks.offer(name, task);
  });
}

function startChild(ctx: ServiceContext, parent: LoadedRun, child: ChildState): void {
  const { initiated } = child;
  const workflowId = initiated.workflowId ?? '';
  const existing = ctx.runs.current(workflowId);
  const { workflowIdReusePolicy } = initiated;
  if (existing && isOfRunBeforeReset(ctx, parent, child, existing)) {
    const { firstExecutionRunId = existing.state.runId } = existing.state.started;
    ctx.runs.transact(parent, (t) => childStarted(t, child, firstExecutionRunId));
    return;
  }
  if (existing) {
    try {
      const decision = decideStart(workflowIdReusePolicy ? { workflowIdReusePolicy } : {}, existing.state);
      if (decision === 'terminateThenStart')
        terminate(ctx, existing, 'TerminateIfRunning WorkflowIdReusePolicy');
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      ctx.runs.transact(parent, (t) => childStartFailed(t, child));
      return;
    }
  }
  const runId = ctx.random.uuid();
  const run = ctx.runs.create(workflowId, runId, undefined);
  const attributes = childStartedAttributes(ctx, parent, child, runId);
  ctx.runs.transact(run, (t) => startRun(t, attributes));
  ctx.runs.transact(parent, (t) => childStarted(t, child, runId));
  ctx.runs.transact(run, firstWorkflowTask);
}

/** The child was started for the run of which the parent is a reset: it goes on for the parent. */
function isOfRunBeforeReset(
  ctx: ServiceContext,
  { state }: LoadedRun,
  { initiatedEventId }: ChildState,
  existing: LoadedRun,
): boolean {
  const { parentWorkflowExecution, parentInitiatedEventId } = existing.state.started;
  if (!isRunning(existing.state) || parentInitiatedEventId !== initiatedEventId) return false;
  const before = ctx.runs.byRunId(parentWorkflowExecution?.runId ?? '')?.state;
  return (
    before !== undefined &&
    before.runId !== state.runId &&
    before.workflowId === state.workflowId &&
    before.started.originalExecutionRunId === state.started.originalExecutionRunId
  );
}

function childStartedAttributes(
  ctx: ServiceContext,
  parent: LoadedRun,
  child: ChildState,
  runId: string,
): EventAttributes<'WorkflowExecutionStarted'> {
  const { initiated, initiatedEventId } = child;
  const { workflowId, started } = parent.state;
  const execution = { workflowId, runId: parent.state.runId };
  const executionTimeoutMs = initiated.workflowExecutionTimeoutMs ?? 0;
  const runTimeoutMs = runTimeoutWithin(initiated.workflowRunTimeoutMs, executionTimeoutMs);
  const { cronSchedule } = initiated;
  const nowMs = ctx.clock.nowMs();
  const backoffMs = cronSchedule ? firstCronBackoffMs(cronSchedule, nowMs) : 0;
  return {
    workflowType: initiated.workflowType,
    parentWorkflowNamespace: ctx.namespace,
    parentWorkflowExecution: execution,
    parentInitiatedEventId: initiatedEventId,
    rootWorkflowExecution: started.rootWorkflowExecution ?? execution,
    ...(initiated.taskQueue && { taskQueue: initiated.taskQueue }),
    input: initiated.input ?? [],
    workflowExecutionTimeoutMs: executionTimeoutMs,
    workflowRunTimeoutMs: runTimeoutMs,
    workflowTaskTimeoutMs: taskTimeoutMs(initiated.workflowTaskTimeoutMs, runTimeoutMs),
    originalExecutionRunId: runId,
    firstExecutionRunId: runId,
    ...(initiated.retryPolicy && { retryPolicy: initiated.retryPolicy }),
    attempt: 1,
    ...(executionTimeoutMs > 0 && {
      workflowExecutionExpirationTimeMs: nowMs + executionTimeoutMs,
    }),
    ...(cronSchedule && { cronSchedule, initiator: 'CRON_SCHEDULE' as const }),
    ...(backoffMs > 0 && { firstWorkflowTaskBackoffMs: backoffMs }),
    ...(initiated.memo && { memo: initiated.memo }),
    ...(initiated.searchAttributes && { searchAttributes: initiated.searchAttributes }),
    header: initiated.header ?? {},
    workflowId: initiated.workflowId!,
    ...(initiated.priority && { priority: initiated.priority }),
    ...(parent.state.pinned &&
      parent.state.buildId !== undefined && { inheritedBuildId: parent.state.buildId }),
  };
}

function findTarget(
  ctx: ServiceContext,
  source: LoadedRun,
  target: { readonly workflowId?: string | undefined; readonly runId?: string | undefined } | undefined,
  childWorkflowOnly: boolean,
): LoadedRun | undefined {
  if (!target?.workflowId) return undefined;
  const run = target.runId ? ctx.runs.byRunId(target.runId) : ctx.runs.current(target.workflowId);
  if (!run || run.state.workflowId !== target.workflowId || !isRunning(run.state)) return undefined;
  return childWorkflowOnly && !childEntry(source, run) ? undefined : run;
}

/** What a run knows of another one that is its child, whichever run of its chain that is, and before or after a reset. */
function childEntry({ state: parent }: LoadedRun, { state }: LoadedRun): ChildState | undefined {
  const { parentInitiatedEventId = 0, firstExecutionRunId = state.runId } = state.started;
  const child = parent.children.get(parentInitiatedEventId);
  return child?.runId === firstExecutionRunId ? child : undefined;
}

function signalExternal(
  ctx: ServiceContext,
  source: LoadedRun,
  initiatedEventId: number,
  initiated: EventAttributes<'SignalExternalWorkflowExecutionInitiated'>,
): void {
  const target = findTarget(ctx, source, initiated.workflowExecution, initiated.childWorkflowOnly ?? false);
  let delivered = target !== undefined;
  try {
    if (target) {
      ctx.runs.transact(target, (t) => {
        signalRun(t, {
          signalName: initiated.signalName,
          ...(initiated.input && { input: initiated.input }),
          ...(initiated.header && { header: initiated.header }),
          externalWorkflowExecution: { workflowId: source.state.workflowId, runId: source.state.runId },
          requestId: `${source.state.runId}:${initiatedEventId}`,
        });
        wake(t);
      });
    }
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    delivered = false;
  }
  if (!isRunning(source.state)) return;
  ctx.runs.transact(source, (t) => externalSignalResult(t, initiatedEventId, initiated, delivered));
}

function cancelExternal(
  ctx: ServiceContext,
  source: LoadedRun,
  initiatedEventId: number,
  initiated: EventAttributes<'RequestCancelExternalWorkflowExecutionInitiated'>,
): void {
  const target = findTarget(ctx, source, initiated.workflowExecution, initiated.childWorkflowOnly ?? false);
  if (target) {
    ctx.runs.transact(target, (t) =>
      requestCancel(t, {
        ...(initiated.reason && { cause: initiated.reason }),
        externalInitiatedEventId: initiatedEventId,
        externalWorkflowExecution: { workflowId: source.state.workflowId, runId: source.state.runId },
      }),
    );
  }
  if (!isRunning(source.state)) return;
  ctx.runs.transact(source, (t) =>
    externalCancelResult(t, initiatedEventId, initiated, target !== undefined),
  );
}

export function terminate(
  ctx: ServiceContext,
  run: LoadedRun,
  reason: string,
  identity = 'history-service',
): void {
  ctx.runs.transact(run, (t) => {
    terminateRun(t, { reason, identity });
    finish(t);
  });
}

function afterClose(
  ctx: ServiceContext,
  run: LoadedRun,
  event: HistoryEvent,
  newRunId: string | undefined,
): void {
  const { state } = run;
  if (state.status === 'RUNNING') throw new InvariantViolation('RFN2000', 'a closed run is still running');
  closeUpdates(ctx, run, newRunId);
  // The run that the reset makes goes on with the children, and answers the parent.
  if (isEndByReset(event)) return;
  for (const child of [...state.children.values()]) applyParentClosePolicy(ctx, run, child);
  if (newRunId !== undefined || event.type === 'WorkflowExecutionContinuedAsNew') return;
  ctx.schedules.ended(state.workflowId, event);
  const parent = openParentOf(ctx, run);
  const child = parent && childEntry(parent, run);
  if (!child) return;
  const execution = { workflowId: state.workflowId, runId: state.runId };
  ctx.runs.transact(parent, (t) => childClosed(t, child, execution, event));
}

/** The run that has started this one, or the one that a reset has made of it. */
function openParentOf(ctx: ServiceContext, { state }: LoadedRun): LoadedRun | undefined {
  const { workflowId, runId } = state.started.parentWorkflowExecution ?? {};
  if (!workflowId || !runId) return undefined;
  const parent = ctx.runs.byRunId(runId);
  if (parent && isRunning(parent.state)) return parent;
  const current = ctx.runs.current(workflowId);
  return current && isRunning(current.state) ? current : undefined;
}

function closeUpdates(ctx: ServiceContext, run: LoadedRun, newRunId: string | undefined): void {
  for (const update of [...(run.updates?.values() ?? [])]) {
    if (update.stage === 'accepted') {
      endUpdate(ctx, run, update.updateId, { failure: closedBeforeCompletion });
    } else if (newRunId === undefined) {
      run.updates?.delete(update.updateId);
      const refuse = (error: unknown) => {
        for (const waiter of [...update.waiters]) waiter.reject(error);
      };
      ctx.runs.durable().then(() => refuse(alreadyCompleted(run)), refuse);
    }
  }
}

function applyParentClosePolicy(ctx: ServiceContext, parent: LoadedRun, child: ChildState): void {
  const { parentClosePolicy, workflowId } = child.initiated;
  if (parentClosePolicy === 'ABANDON' || child.runId === undefined) return;
  // The child may have gone on in another run of its chain.
  const run = ctx.runs.current(workflowId ?? '');
  if (!run || !isRunning(run.state)) return;
  if (!childEntry(parent, run)) return;
  if (parentClosePolicy === 'REQUEST_CANCEL') {
    ctx.runs.transact(run, (t) =>
      requestCancel(t, {
        externalWorkflowExecution: { workflowId: parent.state.workflowId, runId: parent.state.runId },
      }),
    );
  } else terminate(ctx, run, 'by parent close policy');
}
