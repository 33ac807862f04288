import { activityDeadlines, passedTimeout, timeOutActivity } from './activity.js';
import { firstTaskTimeMs, runDeadlineMs } from './apply-event.js';
import { timeOutRun } from './close.js';
import type { ActivityState, ExecutionState } from './state.js';
import { isRunning } from './state.js';
import type { Transition } from './transition.js';
import { append, finish } from './transition.js';
import { isBeforeFirstTask, scheduleWorkflowTask, timeOutWorkflowTask, wake } from './workflow-task.js';

/** Does whatever of a run is due at `t.nowMs`, and sets when the run is due next. */
export function fireDue(t: Transition): void {
  const { state, nowMs } = t;
  if (!isRunning(state)) return;
  if (runDeadlineMs(state) <= nowMs) {
    timeOutRun(t);
    finish(t);
    return;
  }
  if (isBeforeFirstTask(state) && firstTaskTimeMs(state) <= nowMs) scheduleWorkflowTask(t);
  fireWorkflowTask(t);
  for (const activity of [...state.activities.values()]) fireActivity(t, activity);
  fireTimers(t);
  finish(t);
  state.dueMs = nextDueMs(state);
}

function fireWorkflowTask(t: Transition): void {
  const task = t.state.workflowTask;
  if (!task) return;
  if (task.startedEventId !== 0) {
    if (task.startedTimeMs + task.timeoutMs <= t.nowMs) timeOutWorkflowTask(t, 'START_TO_CLOSE');
  } else if (task.stickyUntilMs !== undefined && task.stickyUntilMs <= t.nowMs) {
    timeOutWorkflowTask(t, 'SCHEDULE_TO_START');
  } else if (task.notBeforeMs > 0 && task.notBeforeMs <= t.nowMs) {
    task.notBeforeMs = 0;
    t.effects.push({ type: 'dispatchWorkflowTask' });
  }
}

function fireActivity(t: Transition, activity: ActivityState): void {
  const timeoutType = passedTimeout(activity, t.nowMs);
  if (timeoutType) timeOutActivity(t, activity, timeoutType);
  const waits = activity.startedTimeMs === 0 && !activity.dispatched;
  if (!waits || activity.attemptScheduledTimeMs > t.nowMs) return;
  if (!t.state.activities.has(activity.scheduledEventId)) return;
  t.effects.push({ type: 'dispatchActivity', scheduledEventId: activity.scheduledEventId });
}

function fireTimers(t: Transition): void {
  const due = [...t.state.timers].filter(([, timer]) => timer.fireTimeMs <= t.nowMs);
  if (due.length === 0) return;
  due.sort(([, a], [, b]) => a.fireTimeMs - b.fireTimeMs || a.startedEventId - b.startedEventId);
  for (const [timerId, { startedEventId }] of due) append(t, 'TimerFired', { timerId, startedEventId });
  wake(t);
}

/** When the next timer, timeout or backoff of the run is due; Infinity when there is none. */
export function nextDueMs(state: ExecutionState): number {
  if (!isRunning(state)) return Infinity;
  let dueMs = runDeadlineMs(state);
  const task = state.workflowTask;
  if (isBeforeFirstTask(state)) dueMs = Math.min(dueMs, firstTaskTimeMs(state));
  if (task?.startedEventId) dueMs = Math.min(dueMs, task.startedTimeMs + task.timeoutMs);
  else if (task) dueMs = Math.min(dueMs, task.stickyUntilMs ?? Infinity, task.notBeforeMs || Infinity);
  for (const activity of state.activities.values()) {
    if (activity.startedTimeMs === 0 && !activity.dispatched) {
      dueMs = Math.min(dueMs, activity.attemptScheduledTimeMs);
    }
    for (const [, atMs] of activityDeadlines(activity)) if (atMs < dueMs) dueMs = atMs;
  }
  for (const timer of state.timers.values()) if (timer.fireTimeMs < dueMs) dueMs = timer.fireTimeMs;
  return dueMs;
}

/** Whether something of the run waits for a worker, or is with one: after a crash it has to be looked at. */
export function hasPendingTasks(state: ExecutionState): boolean {
  if (!isRunning(state)) return false;
  const { workflowTask: task } = state;
  const isLostWithMemory = task?.speculative && state.buffered.length === 0;
  return (task !== undefined && !isLostWithMemory) || state.activities.size > 0;
}
