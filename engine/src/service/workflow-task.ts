import type { Failure, WorkflowTaskFailedCause } from '../history/messages.js';
import { endTask, note, scheduledTask } from './apply-event.js';
import { limits } from './limits.js';
import type { ExecutionState, WorkflowTaskState } from './state.js';
import { isRunning, taskQueueOf } from './state.js';
import type { Transition } from './transition.js';
import { append, finish, flushBuffer } from './transition.js';

/**
 * The workflow task of a run. It has one at most:
 *
 * | from      | on                                  | to        | events                                          |
 * |-----------|-------------------------------------|-----------|-------------------------------------------------|
 * | none      | something new for the code          | scheduled | WorkflowTaskScheduled                           |
 * | scheduled | a worker polls                      | started   | WorkflowTaskStarted                             |
 * | scheduled | its sticky worker does not poll     | scheduled | WorkflowTaskTimedOut (SCHEDULE_TO_START), again |
 * | started   | completed                           | none      | WorkflowTaskCompleted, events of commands       |
 * | started   | failed                              | scheduled | WorkflowTaskFailed                              |
 * | started   | timed out                           | scheduled | WorkflowTaskTimedOut                            |
 *
 * After a failure the task is *transient*: its attempts have no events until one completes, or until something
 * new has come for the code, which makes it a first attempt again.
 *
 * A task for nothing but updates is *speculative*: it has no events, either, until it does more than reject them,
 * fails, or something else has come for the code. It lives in memory, as the updates do.
 */
export function scheduleWorkflowTask(t: Transition, backoffMs = workflowTaskBackoffMs): void {
  const { state } = t;
  if (!isRunning(state) || state.workflowTask) return;
  if (state.buffered.length > 0) {
    flushBuffer(t);
    state.workflowTaskAttempt = 1;
  }
  const attempt = state.workflowTaskAttempt;
  const timeoutMs = state.started.workflowTaskTimeoutMs || limits.workflowTaskTimeoutMs;
  if (attempt > 1) {
    const task = scheduledTask(state.nextEventId, attempt, t.nowMs, timeoutMs);
    task.transient = true;
    task.notBeforeMs = t.nowMs + backoffMs(attempt);
    state.workflowTask = task;
    note(state, task.notBeforeMs);
    t.touched.push('w');
    if (task.notBeforeMs <= t.nowMs) t.effects.push({ type: 'dispatchWorkflowTask' });
    return;
  }
  appendScheduled(t, timeoutMs, 1, t.nowMs);
  t.effects.push({ type: 'dispatchWorkflowTask' });
}

/** Something came for the code that has no event yet: an update. */
export function wakeForUpdate(t: Transition): void {
  const { state } = t;
  const isFirst = state.previousStartedEventId === 0 || state.workflowTaskAttempt > 1;
  if (state.workflowTask || isFirst || state.buffered.length > 0 || !isRunning(state)) return wake(t);
  const timeoutMs = state.started.workflowTaskTimeoutMs || limits.workflowTaskTimeoutMs;
  const task = scheduledTask(state.nextEventId, 1, t.nowMs, timeoutMs);
  task.transient = true;
  task.speculative = true;
  state.workflowTask = task;
  giveToStickyWorker(state, task);
  t.effects.push({ type: 'dispatchWorkflowTask' });
}

/** The second attempt is given out at once, the next ones with a growing delay. */
export function workflowTaskBackoffMs(attempt: number): number {
  if (attempt <= 2) return 0;
  return Math.min(
    limits.workflowTaskRetryMaximumMs,
    limits.workflowTaskRetryInitialMs * 2 ** Math.min(attempt - 3, 30),
  );
}

function appendScheduled(t: Transition, timeoutMs: number, attempt: number, timeMs: number): void {
  const { state } = t;
  const attributes = { taskQueue: currentQueue(state), startToCloseTimeoutMs: timeoutMs, attempt };
  append(t, 'WorkflowTaskScheduled', attributes, { timeMs });
  if (state.workflowTask) giveToStickyWorker(state, state.workflowTask);
}

function currentQueue(state: ExecutionState) {
  const name = taskQueueOf(state);
  const { sticky } = state;
  if (!sticky) return { name, kind: 'NORMAL' } as const;
  return { name: sticky.name, kind: 'STICKY', normalName: name } as const;
}

function giveToStickyWorker(state: ExecutionState, task: WorkflowTaskState): void {
  if (!state.sticky) return;
  task.stickyUntilMs = task.scheduledTimeMs + state.sticky.scheduleToStartTimeoutMs;
  note(state, task.stickyUntilMs);
}

export interface TaskStart {
  readonly identity: string;
  readonly embedded: boolean;
  readonly buildId: string | undefined;
}

export function startWorkflowTask(t: Transition, task: WorkflowTaskState, start: TaskStart): void {
  const { state } = t;
  const requestId = t.random.uuid();
  const size = {
    historySizeBytes: state.historySizeBytes,
    suggestContinueAsNew: suggestsContinueAsNew(state),
  };
  let current = task;
  if (task.transient && task.scheduledEventId !== state.nextEventId) {
    state.workflowTask = undefined;
    appendScheduled(t, task.timeoutMs, 1, t.nowMs);
    current = state.workflowTask!;
    current.stickyUntilMs = undefined;
  }
  Object.assign(current, size, {
    requestId,
    identity: start.identity,
    embedded: start.embedded,
    buildId: start.buildId,
  });
  if (current.transient) {
    current.startedEventId = current.scheduledEventId + 1;
    current.startedTimeMs = t.nowMs;
    current.stickyUntilMs = undefined;
    note(state, t.nowMs + current.timeoutMs);
  } else {
    append(t, 'WorkflowTaskStarted', startedAttributes(current));
    current.requestId = requestId;
  }
  if (!current.speculative && (current.attempt > 1 || !start.embedded)) t.touched.push('w');
}

function startedAttributes(task: WorkflowTaskState) {
  return {
    scheduledEventId: task.scheduledEventId,
    identity: task.identity,
    requestId: task.requestId,
    historySizeBytes: task.historySizeBytes,
    ...(task.suggestContinueAsNew && { suggestContinueAsNew: true }),
    ...(task.buildId !== undefined && { workerVersion: { buildId: task.buildId } }),
  };
}

export function suggestsContinueAsNew(state: ExecutionState): boolean {
  return (
    state.nextEventId > limits.historyEventsSuggestContinueAsNew ||
    state.historySizeBytes > limits.historyBytesSuggestContinueAsNew
  );
}

/** The two events of a transient task, as a worker is shown them; they are recorded when it completes. */
export function transientEvents(state: ExecutionState) {
  const task = state.workflowTask!;
  return [
    {
      eventId: task.scheduledEventId,
      eventTimeMs: task.scheduledTimeMs,
      type: 'WorkflowTaskScheduled',
      attributes: {
        taskQueue: currentQueue(state),
        startToCloseTimeoutMs: task.timeoutMs,
        attempt: task.attempt,
      },
    },
    {
      eventId: task.startedEventId,
      eventTimeMs: task.startedTimeMs,
      type: 'WorkflowTaskStarted',
      attributes: startedAttributes(task),
    },
  ] as const;
}

/** Records the task as completed; its commands' events follow. Returns the id of the completed event. */
export function recordTaskCompleted(t: Transition, attributes: Readonly<Record<string, unknown>>): number {
  const task = t.state.workflowTask!;
  if (task.transient) recordStart(t);
  else if (!task.embedded) t.touched.push('w');
  const { scheduledEventId, startedEventId } = t.state.workflowTask!;
  const event = append(t, 'WorkflowTaskCompleted', { ...attributes, scheduledEventId, startedEventId });
  return event.eventId;
}

/** Gives a transient task its events. */
function recordStart(t: Transition): void {
  t.touched.push('w');
  for (const event of transientEvents(t.state)) {
    append(t, event.type, event.attributes as never, { timeMs: event.eventTimeMs });
  }
}

/** Ends a speculative task as if it had not been. */
export function dropWorkflowTask(state: ExecutionState): void {
  state.workflowTask = undefined;
}

export interface TaskFailure {
  readonly cause: WorkflowTaskFailedCause;
  readonly failure?: Failure | undefined;
  readonly identity?: string | undefined;
}

/** The task failed; the run goes on with another attempt. */
export function failWorkflowTask(t: Transition, why: TaskFailure, again = true): void {
  const { state } = t;
  if (state.workflowTask?.speculative) {
    if (state.workflowTask.startedEventId) recordStart(t);
    else dropWorkflowTask(state);
  }
  const task = state.workflowTask;
  if (!task) return;
  if (task.transient) {
    state.lastWorkflowTaskFailure = { cause: why.cause, ...(why.failure && { failure: why.failure }) };
    endTask(state, true);
  } else {
    append(t, 'WorkflowTaskFailed', {
      scheduledEventId: task.scheduledEventId,
      startedEventId: task.startedEventId,
      cause: why.cause,
      ...(why.failure && { failure: why.failure }),
      ...(why.identity && { identity: why.identity }),
      ...(task.buildId !== undefined && { workerVersion: { buildId: task.buildId } }),
    });
  }
  t.touched.push('w');
  t.effects.push({ type: 'workflowTaskLost' });
  if (!again) return;
  // What it had not seen is there to be seen now: waiting would make nothing better.
  if (why.cause === 'UNHANDLED_COMMAND') scheduleWorkflowTask(t, () => 0);
  else scheduleWorkflowTask(t);
}

export function timeOutWorkflowTask(
  t: Transition,
  timeoutType: 'START_TO_CLOSE' | 'SCHEDULE_TO_START',
): void {
  const { state } = t;
  if (state.workflowTask?.speculative) {
    if (!state.workflowTask.startedEventId) {
      // The worker that had the run in its cache is gone; any other may take it.
      endTask(state, false);
      return wakeForUpdate(t);
    }
    recordStart(t);
  }
  const task = state.workflowTask;
  if (!task) return;
  if (task.transient) endTask(state, timeoutType === 'START_TO_CLOSE');
  else {
    append(t, 'WorkflowTaskTimedOut', {
      scheduledEventId: task.scheduledEventId,
      ...(task.startedEventId && { startedEventId: task.startedEventId }),
      timeoutType,
    });
  }
  t.touched.push('w');
  t.effects.push({ type: 'workflowTaskLost' });
  scheduleWorkflowTask(t);
}

/** Ends a transition that brought something new for the code. */
export function wake(t: Transition): void {
  const { state } = t;
  // What came has an event, and so must the task that is to bring it.
  if (state.workflowTask?.speculative && !state.workflowTask.startedEventId) dropWorkflowTask(state);
  if (!state.workflowTask && isRunning(state) && !isBeforeFirstTask(state)) scheduleWorkflowTask(t);
  finish(t);
}

/** Cron, retry and start delay: the first workflow task is not due yet. */
export function isBeforeFirstTask(state: ExecutionState): boolean {
  return (
    state.previousStartedEventId === 0 &&
    !state.workflowTask &&
    state.workflowTaskAttempt === 1 &&
    (state.started.firstWorkflowTaskBackoffMs ?? 0) > 0
  );
}
