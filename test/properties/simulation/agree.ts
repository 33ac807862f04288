import { expect } from 'vitest';
import type { StoredEvent } from '../../torture/image.js';
import { valueOf } from '../../torture/image.js';
import type { Model, ModelRun } from './model.js';
import type { World } from './world.js';

/** What the service says is what the model says. */
export async function agree(model: Model, world: World): Promise<void> {
  agreeOnCalls(model, world);
  for (const [workflowId, run] of model.runs) {
    const described = await world.describe(workflowId);
    expect(described.workflowExecutionInfo.status).toBe(run.status);
    const pending = described.pendingActivities.map((a) => [a.activityId, a.state, a.attempt]);
    expect(pending.sort()).toEqual([...run.activities].map(([id, a]) => [id, a.state, a.attempt]).sort());
    const timers = described.pendingTimers.map((t) => [t.timerId, t.fireTimeMs]);
    expect(timers.sort()).toEqual([...run.timers].sort());
    expect(described.pendingChildren.map((c) => c.workflowId).sort()).toEqual(
      [...run.children].filter(() => run.status === 'RUNNING').sort(),
    );
    if (needsTask(run)) expect(described.pendingWorkflowTask).toBeDefined();
    expect(await world.wrongIn(workflowId)).toEqual([]);
    if (run.taskTakenMs === undefined && run.status === 'RUNNING')
      await agreeOnHistory(world, workflowId, run);
  }
}

function needsTask(run: ModelRun): boolean {
  if (run.status !== 'RUNNING' || run.firstTaskMs > -Infinity) return false;
  return run.hasNews || [...run.updates.values()].includes('waiting');
}

/** Who waits for an update waits as long as that is not over. */
function agreeOnCalls(model: Model, world: World): void {
  for (const call of world.updateCalls) {
    const stage = model.runs.get(call.workflowId)?.updates.get(call.updateId);
    expect(`${call.updateId}: ${call.end ?? 'waits'}`).toBe(
      `${call.updateId}: ${stage === undefined ? (call.end ?? 'answered') : 'waits'}`,
    );
  }
  world.updateCalls = world.updateCalls.filter((call) => call.end === undefined);
}

/** With no workflow task out, nothing waits: all that has come is in history. */
async function agreeOnHistory(world: World, workflowId: string, run: ModelRun): Promise<void> {
  const events = await world.events(workflowId);
  const signals = events.filter((e) => e.type === 'WorkflowExecutionSignaled');
  expect(signals.map((e) => valueOf(e.attributes['input']))).toEqual(run.signals);
  const outcomes = events.flatMap((e) => {
    const outcome = /^ActivityTask(Completed|Failed|TimedOut)$/.exec(e.type)?.[1];
    const scheduled = events[Number(e.attributes['scheduledEventId']) - 1];
    return outcome ? [[String(scheduled?.attributes['activityId']), outcome]] : [];
  });
  expect(outcomes.sort()).toEqual([...run.outcomes].sort());
  const fired = events.filter((e) => e.type === 'TimerFired').map((e) => String(e.attributes['timerId']));
  expect(fired.sort()).toEqual([...run.fired].sort());
  const updates = (type: string, id: (a: StoredEvent['attributes']) => unknown) =>
    events.filter((e) => e.type === type).map((e) => String(id(e.attributes)));
  const accepted = [...run.updates].filter(([, stage]) => stage === 'accepted').map(([id]) => id);
  expect(updates('WorkflowExecutionUpdateAccepted', (a) => a['protocolInstanceId']).sort()).toEqual(
    [...accepted, ...run.endedUpdates].sort(),
  );
  expect(
    updates('WorkflowExecutionUpdateCompleted', (a) => (a['meta'] as { updateId: string }).updateId).sort(),
  ).toEqual([...run.endedUpdates].sort());
  expect(await world.countRuns(workflowId)).toBe(run.earlier + 1);
}
