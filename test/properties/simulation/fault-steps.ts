import type { Fault } from './disk.js';
import type { Model } from './model.js';
import { loseMemory, nextDueMs, passTime } from './model.js';
import type { Step } from './step.js';
import { step, struck } from './step.js';
import type { World } from './world.js';

/** Time, and what goes wrong. */
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
