import type { Command } from '@refrain/engine';
import type fc from 'fast-check';
import { expect } from 'vitest';
import { activity, complete, failure, payload, timer } from '../../engine/service/harness.js';
import { valueOf } from '../../torture/image.js';
import type { Fault } from './disk.js';
import type { Model, ModelRun } from './model.js';
import { closeRun, endActivity, loseMemory, newRun, nextDueMs, passTime, retry } from './model.js';
import type { Answer, World } from './world.js';

export type Step = fc.AsyncCommand<Model, World>;

/** Something that the code of a run may ask for. */
export type Intent =
  | {
      readonly asks: 'activity';
      readonly maximumAttempts: number;
      readonly startToCloseMs: number;
      readonly toCloseMs: number;
    }
  | { readonly asks: 'timer'; readonly ms: number }
  | { readonly asks: 'child' }
  | { readonly asks: 'end'; readonly fails: boolean };

function step(name: string, run: (model: Model, world: World) => Promise<void>): Step {
  return {
    check: () => true,
    run: async (model, world) => {
      await run(model, world);
      await agree(model, world);
    },
    toString: () => name,
  };
}

/** The model after a call: with its effect if that was stored, and without the memory if that is lost. */
async function after<T>(model: Model, world: World, answer: Answer<T>, effect: () => void): Promise<void> {
  if (answer.is === 'refused') throw new Error('the service refused what the model allows');
  if (answer.is === 'done') return effect();
  await struck(model, world, answer.fault, effect);
}

async function struck(model: Model, world: World, fault: Fault, effect: () => void): Promise<void> {
  if (fault.isStored) effect();
  world.loseTasks();
  loseMemory(model, fault.what === 'fails' ? world.clock.nowMs() + world.nextRecoveryDelayMs() : model.nowMs);
  if (fault.what === 'dies') world.restart();
  await world.clock.moveTo(model.nowMs);
  passTime(model, model.nowMs);
}

const pick = <T>(items: readonly T[], n: number): T | undefined => items[n % Math.max(items.length, 1)];
const running = (model: Model) => [...model.runs].filter(([, run]) => run.status === 'RUNNING');

export function start(name: string): Step {
  return step(`start ${name}`, async (model, world) => {
    if (model.runs.has(name)) return;
    await after(model, world, await world.start(name), () => void model.runs.set(name, newRun()));
  });
}

export function signal(n: number): Step {
  return step(`signal ${n}`, async (model, world) => {
    const [workflowId, run] = pick(running(model), n) ?? [];
    if (!workflowId || !run) return;
    const id = world.nextSignal();
    const answer = await world.signal(workflowId, id);
    await after(model, world, answer, () => {
      run.signals.push(id);
      run.hasNews = true;
    });
  });
}

export function cancel(n: number): Step {
  return step(`cancel ${n}`, async (model, world) => {
    const [workflowId, run] = pick(running(model), n) ?? [];
    if (!workflowId || !run || run.cancelRequested) return;
    const answer = await world.call(() =>
      world.service.requestCancelWorkflowExecution({ workflowExecution: { workflowId } }),
    );
    await after(model, world, answer, () => {
      run.cancelRequested = true;
      run.hasNews = true;
    });
  });
}

export function terminate(n: number): Step {
  return step(`terminate ${n}`, async (model, world) => {
    const [workflowId] = pick(running(model), n) ?? [];
    if (!workflowId) return;
    const answer = await world.call(() =>
      world.service.terminateWorkflowExecution({ workflowExecution: { workflowId } }),
    );
    await after(model, world, answer, () => closeRun(model, workflowId, 'TERMINATED'));
  });
}

export function takeWorkflowTask(): Step {
  return step('take a workflow task', async (model, world) => {
    const answer = await world.pollWorkflowTask();
    const task = answer.is === 'refused' ? undefined : answer.value;
    if (!task) return;
    world.workflowTasks.push(task);
    await after(model, world, answer, () => {
      const run = model.runs.get(task.workflowExecution.workflowId ?? '')!;
      expect(run.taskTakenMs).toBeUndefined();
      run.taskTakenMs = model.nowMs;
      run.hasNews = false;
    });
  });
}

export function completeWorkflowTask(n: number, intents: readonly Intent[]): Step {
  return step(`complete workflow task ${n}: ${JSON.stringify(intents)}`, async (model, world) => {
    const task = pick(world.workflowTasks, n);
    if (!task) return;
    world.workflowTasks.splice(world.workflowTasks.indexOf(task), 1);
    const { workflowId = '' } = task.workflowExecution;
    const run = model.runs.get(workflowId);
    const isOpen = run?.status === 'RUNNING';
    const seen = task.history.events.length;
    const recorded = isOpen ? await world.events(workflowId) : [];
    const { commands, effect } = commandsOf(model, workflowId, seen, intents);
    const answer = await world.completeTask(task, commands);
    if (world.stale.has(task) || !isOpen) {
      if (answer.is === 'refused') return;
      // Taken for the task that is out now: then it must have been made from the very same history.
      expect(task.history.events.slice(0, recorded.length)).toEqual(recorded.slice(0, seen));
    }
    const isUnhandled = run!.hasNews && intents.some((intent) => intent.asks === 'end');
    if (!isUnhandled) return after(model, world, answer, effect);
    // The code must see what has come before it ends.
    if (answer.is === 'done') throw new Error('a run ended without having seen everything');
    run!.taskTakenMs = undefined;
    if (answer.is === 'struck') await struck(model, world, answer.fault, () => undefined);
  });
}

function commandsOf(model: Model, workflowId: string, seen: number, intents: readonly Intent[]) {
  const run = model.runs.get(workflowId)!;
  const commands: Command[] = [];
  const effects: (() => void)[] = [() => void (run.taskTakenMs = undefined)];
  for (const [index, intent] of intents.entries()) {
    const id = `${seen}.${index}`;
    switch (intent.asks) {
      case 'activity': {
        const { maximumAttempts, startToCloseMs, toCloseMs } = intent;
        commands.push(
          activity(id, {
            startToCloseTimeoutMs: startToCloseMs,
            scheduleToCloseTimeoutMs: toCloseMs,
            retryPolicy: { maximumAttempts },
          }),
        );
        effects.push(() => {
          const expiresMs = model.nowMs + toCloseMs;
          run.activities.set(id, {
            maximumAttempts,
            startToCloseMs: Math.min(startToCloseMs, toCloseMs),
            expiresMs,
            state: 'SCHEDULED',
            attempt: 1,
            nextMs: -Infinity,
            dueMs: model.nowMs,
            toCloseMs,
            startedMs: 0,
            isStartStored: false,
          });
        });
        break;
      }
      case 'timer':
        commands.push(timer(id, intent.ms));
        effects.push(() => void run.timers.set(id, model.nowMs + intent.ms));
        break;
      case 'child': {
        const child = `${workflowId}/${id}`;
        commands.push({
          type: 'StartChildWorkflowExecution',
          attributes: { workflowId: child, workflowType: { name: 'wf' }, workflowTaskTimeoutMs: 120_000 },
        });
        effects.push(() => {
          run.children.add(child);
          model.runs.set(child, newRun(workflowId));
          run.hasNews = true;
        });
        break;
      }
      case 'end':
        commands.push(
          intent.fails
            ? { type: 'FailWorkflowExecution', attributes: { failure: failure('end') } }
            : complete,
        );
        effects.push(() => closeRun(model, workflowId, intent.fails ? 'FAILED' : 'COMPLETED'));
        break;
    }
  }
  return { commands, effect: () => effects.forEach((effect) => effect()) };
}

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

export function advance(ms: number): Step {
  return step(`advance ${ms} ms`, async (model, world) => {
    const taken = [...model.runs.values()].map((run) => (run.taskTakenMs ?? Infinity) + 100_000);
    const untilMs = Math.min(model.nowMs + ms, ...taken);
    while (model.nowMs < untilMs) {
      await moveTo(model, world, Math.max(model.nowMs, Math.min(nextDueMs(model), untilMs)));
    }
  });
}

/** Somebody sets the clock while the process runs, or the machine was asleep. */
export function jump(ms: number): Step {
  return step(`the clock jumps by ${ms} ms`, (model, world) => {
    const taken = [...model.runs.values()].map((run) => (run.taskTakenMs ?? Infinity) + 100_000);
    return moveTo(model, world, Math.min(model.nowMs + ms, ...taken));
  });
}

async function moveTo(model: Model, world: World, toMs: number): Promise<void> {
  world.disk.notes.struck = undefined;
  await world.clock.moveTo(toMs);
  model.nowMs = toMs;
  const fault = world.disk.notes.struck as Fault | undefined;
  if (fault) await struck(model, world, fault, () => passTime(model, toMs));
  else passTime(model, toMs);
}

/** The process is killed; when it is started again, the clock shows something else. */
export function crash(downMs: number): Step {
  return step(`crash, down for ${downMs} ms`, async (model, world) => {
    world.disk.disarm();
    world.loseTasks();
    loseMemory(model, model.nowMs + downMs);
    world.clock.setTo(model.nowMs);
    world.restart();
    await world.clock.moveTo(model.nowMs);
    passTime(model, model.nowMs);
  });
}

export function arm(fault: Fault): Step {
  return step(
    `the next commit ${fault.what}, ${fault.isStored ? 'stored' : 'not stored'}`,
    async (_model, world) => {
      world.disk.arm(fault);
    },
  );
}

/** What the service says is what the model says. */
async function agree(model: Model, world: World): Promise<void> {
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
    if (run.hasNews) expect(described.pendingWorkflowTask).toBeDefined();
    expect(await world.wrongIn(workflowId)).toEqual([]);
    if (run.taskTakenMs === undefined && run.status === 'RUNNING')
      await agreeOnHistory(world, workflowId, run);
  }
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
