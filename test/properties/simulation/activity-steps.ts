import { expect } from 'vitest';
import { failure, payload } from '../../engine/service/harness.js';
import type { Model } from './model.js';
import { endActivity, retry } from './model.js';
import type { Step } from './step.js';
import { after, pick, step, struck } from './step.js';

/** What workers do with activities. */
export function takeActivityTask(): Step {
  return step('take an activity', async (model, world) => {
    const answer = await world.pollActivityTask();
    const task = answer.is === 'done' ? answer.value : undefined;
    if (answer.is === 'struck') {
      return struck(model, world, answer.fault, () => beginLastAttempt(model));
    }
    if (!task) return;
    world.activityTasks.push(task);
    const activity = model.runs.get(task.workflowExecution.workflowId ?? '')?.activities.get(task.activityId);
    expect(activity).toMatchObject({ state: 'SCHEDULED', attempt: task.attempt });
    expect(activity!.nextMs).toBeLessThanOrEqual(model.nowMs);
    const { maximumAttempts, attempt } = activity!;
    const isStartStored = maximumAttempts > 0 && attempt >= maximumAttempts;
    Object.assign(activity!, { state: 'STARTED', startedMs: model.nowMs, isStartStored });
  });
}

export function endActivityTask(n: number, how: 'completes' | 'fails' | 'heartbeats'): Step {
  return step(`activity ${n} ${how}`, async (model, world) => {
    const task = pick(world.activityTasks, n);
    if (!task) return;
    const { workflowExecution, activityId, attempt, taskToken } = task;
    if (how !== 'heartbeats') world.activityTasks.splice(world.activityTasks.indexOf(task), 1);
    const run = model.runs.get(workflowExecution.workflowId ?? '');
    const activity = run?.activities.get(activityId);
    const runs = run?.status === 'RUNNING' && activity?.state === 'STARTED' && activity.attempt === attempt;
    const answer = await world.call<unknown>(() => {
      const { service } = world;
      if (how === 'completes') return service.respondActivityTaskCompleted({ taskToken });
      if (how === 'fails') return service.respondActivityTaskFailed({ taskToken, failure: failure('no') });
      return service.recordActivityTaskHeartbeat({ taskToken, details: [payload(n)] });
    });
    // E3: an answer of an attempt that is over is refused.
    if (!runs) return expect(answer.is).toBe('refused');
    await after(model, world, answer, () => {
      if (how === 'completes') endActivity(run, activityId, 'Completed');
      else if (how === 'fails') retry(run, activityId, model.nowMs, 'Failed');
      else activity.isStartStored = true;
    });
  });
}

/** A worker took what waited longest; only a start that has to be stored asks for a commit. */
function beginLastAttempt(model: Model): void {
  const waiting = [...model.runs.values()].flatMap((run) => [...run.activities.values()]);
  const last = waiting.filter(
    (a) => a.state === 'SCHEDULED' && a.maximumAttempts > 0 && a.attempt >= a.maximumAttempts,
  );
  const due = last.filter((a) => a.nextMs <= model.nowMs).sort((a, b) => a.nextMs - b.nextMs)[0]!;
  Object.assign(due, { state: 'STARTED', startedMs: model.nowMs, isStartStored: true });
}
