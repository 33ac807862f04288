import { expect } from 'vitest';
import type { Intent } from './intents.js';
import { askedFor, ends } from './intents.js';
import type { Model, ModelRun } from './model.js';
import type { Step } from './step.js';
import { after, pick, step, struck } from './step.js';
import type { WorkflowTask, World } from './world.js';

/** What workers do with workflow tasks. */

export function takeWorkflowTask(isSticky = false): Step {
  return step(`take a workflow task${isSticky ? ' of a run in cache' : ''}`, async (model, world) => {
    const answer = await world.pollWorkflowTask(isSticky);
    const task = answer.is === 'refused' ? undefined : answer.value;
    if (!task) return;
    world.workflowTasks.push(task);
    const run = model.runs.get(task.workflowExecution.workflowId ?? '')!;
    expect(run.taskTakenMs).toBeUndefined();
    expect(run.firstTaskMs).toBe(-Infinity);
    const waiting = [...run.updates].filter(([, stage]) => stage === 'waiting').map(([id]) => id);
    expect((task.messages ?? []).map((m) => m.protocolInstanceId).sort()).toEqual([...waiting].sort());
    // A worker with the run in its cache is shown what it has not seen, the others all of it.
    expect(task.history.events[0]?.eventId).toBe(isSticky ? task.previousStartedEventId + 1 : 1);
    await after(model, world, answer, () => {
      run.taskTakenMs = model.nowMs;
      run.isTaskForUpdates = !run.hasNews;
      run.hasNews = false;
      for (const id of waiting) run.sentUpdates.add(id);
    });
  });
}

export function completeWorkflowTask(n: number, intents: readonly Intent[]): Step {
  return step(`complete workflow task ${n}: ${JSON.stringify(intents)}`, async (model, world) => {
    const task = pick(world.workflowTasks, n);
    if (!task) return;
    world.workflowTasks.splice(world.workflowTasks.indexOf(task), 1);
    const { workflowId = '' } = task.workflowExecution;
    const run = model.runs.get(workflowId)!;
    const { commands, messages, effect } = askedFor(model, workflowId, task.startedEventId, intents);
    const isCurrent = await isOut(world, run, task);
    const answer = await world.completeTask(task, { commands, messages, isSticky: n % 2 === 0 });
    // Of a run that is over, or of before a fault.
    if (!isCurrent) return expect(answer.is).toBe('refused');
    const hasUnsent = [...run.updates].some(([id, stage]) => stage === 'waiting' && !run.sentUpdates.has(id));
    if (!(run.hasNews || hasUnsent) || !intents.some(ends)) {
      return after(model, world, answer, effect);
    }
    await refused(model, world, run, answer);
  });
}

/** Taken, and completed at once: most of what workers do. */
export function runWorkflowTask(isSticky: boolean, n: number, intents: readonly Intent[]): Step {
  const [take, complete] = [takeWorkflowTask(isSticky), completeWorkflowTask(n, intents)];
  return {
    check: () => true,
    run: async (model, world) => {
      const before = world.workflowTasks.length;
      await take.run(model, world);
      if (world.workflowTasks.length > before) await complete.run(model, world);
    },
    toString: () => `${take.toString()}, ${complete.toString()}`,
  };
}

async function isOut(world: World, run: ModelRun, task: WorkflowTask): Promise<boolean> {
  if (world.stale.has(task) || run.status !== 'RUNNING') return false;
  const { workflowId = '', runId } = task.workflowExecution;
  return (await world.describe(workflowId)).workflowExecutionInfo.execution.runId === runId;
}

/** The code must see what has come before it ends: it is run again. */
async function refused(
  model: Model,
  world: World,
  run: ModelRun,
  answer: Awaited<ReturnType<World['completeTask']>>,
): Promise<void> {
  if (answer.is === 'done') throw new Error('a run ended without having seen everything');
  run.taskTakenMs = undefined;
  run.sentUpdates.clear();
  run.hasNews = true;
  if (answer.is === 'struck') await struck(model, world, answer.fault, () => undefined);
}
