import { loseActivity } from './activity.js';
import type { ServiceContext } from './context.js';
import type { LoadedRun } from './loaded-run.js';
import { isRunning } from './state.js';
import type { Transition } from './transition.js';
import { finish } from './transition.js';
import { isBeforeFirstTask, scheduleWorkflowTask, timeOutWorkflowTask } from './workflow-task.js';

/** After a crash: what was with a worker of the dead process is lost, what waited for one is given out again. */
export function recoverRun(ctx: ServiceContext, run: LoadedRun): void {
  const { state } = run;
  if (!isRunning(state)) return;
  if (isBeforeFirstTask(state) && state.activities.size === 0) return;
  ctx.runs.transact(run, (t) => recoverTasks(t));
}

function recoverTasks(t: Transition): void {
  const { state } = t;
  const task = state.workflowTask;
  if (task?.startedEventId && task.embedded) timeOutWorkflowTask(t, 'START_TO_CLOSE');
  // What waited for a task that has left no trace (for updates) must not wait for ever.
  if (!state.workflowTask && state.buffered.length > 0) scheduleWorkflowTask(t);
  if (state.workflowTask && !state.workflowTask.startedEventId)
    t.effects.push({ type: 'dispatchWorkflowTask' });
  for (const activity of [...state.activities.values()]) {
    if (activity.startedTimeMs !== 0 && activity.embedded) loseActivity(t, activity);
    else if (activity.startedTimeMs === 0 && activity.attemptScheduledTimeMs <= t.nowMs) {
      t.effects.push({ type: 'dispatchActivity', scheduledEventId: activity.scheduledEventId });
    }
  }
  finish(t);
}
