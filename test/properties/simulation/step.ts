import type fc from 'fast-check';
import { agree } from './agree.js';
import type { Fault } from './disk.js';
import type { Model } from './model.js';
import { loseMemory, passTime } from './model.js';
import type { Answer, World } from './world.js';

export type Step = fc.AsyncCommand<Model, World>;

/** A step, after which the service and the model must agree. */
export function step(name: string, run: (model: Model, world: World) => Promise<void>): Step {
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
export async function after<T>(
  model: Model,
  world: World,
  answer: Answer<T>,
  effect: () => void,
): Promise<void> {
  if (answer.is === 'refused') throw new Error('the service refused what the model allows');
  if (answer.is === 'done') return effect();
  await struck(model, world, answer.fault, effect);
}

export async function struck(model: Model, world: World, fault: Fault, effect: () => void): Promise<void> {
  if (fault.isStored) effect();
  world.loseTasks();
  if (fault.what === 'fails' && world.updateCalls.some((call) => call.end === undefined))
    throw new Error('a caller waits for an update that nobody remembers');
  world.updateCalls = [];
  loseMemory(model, fault.what === 'fails' ? world.clock.nowMs() + world.nextRecoveryDelayMs() : model.nowMs);
  if (fault.what === 'dies') world.restart();
  await world.clock.moveTo(model.nowMs);
  passTime(model, model.nowMs);
}

export const pick = <T>(items: readonly T[], n: number): T | undefined =>
  items[n % Math.max(items.length, 1)];
export const running = (model: Model) => [...model.runs].filter(([, run]) => run.status === 'RUNNING');
