import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Intent, Step } from './simulation/commands.js';
import * as steps from './simulation/commands.js';
import { finish } from './simulation/finish.js';
import type { Model } from './simulation/model.js';
import { World } from './simulation/world.js';

const numRuns = Number(process.env['REFRAIN_RUNS'] ?? 150);
const seed = process.env['REFRAIN_SEED'];

const nat = fc.nat({ max: 5 });
const durations = fc.constantFrom(1, 500, 1000, 5000, 20_000);
const intent: fc.Arbitrary<Intent> = fc.oneof(
  fc.record({
    asks: fc.constant('activity' as const),
    maximumAttempts: fc.constantFrom(0, 1, 2, 3),
    startToCloseMs: durations,
    toCloseMs: fc.constantFrom(1000, 10_000, 100_000),
  }),
  fc.record({ asks: fc.constant('timer' as const), ms: durations }),
);
const intents = fc.oneof(
  { weight: 4, arbitrary: fc.array(intent, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant<Intent[]>([{ asks: 'child' }]) },
  { weight: 1, arbitrary: fc.boolean().map((fails): Intent[] => [{ asks: 'end', fails }]) },
);
const faults = fc.record({
  what: fc.constantFrom('fails' as const, 'dies' as const),
  isStored: fc.boolean(),
});

const commands: fc.Arbitrary<Step>[] = [
  fc.constantFrom('a', 'b').map(steps.start),
  nat.map(steps.signal),
  nat.map(steps.cancel),
  nat.map(steps.terminate),
  fc.constant(null).map(steps.takeWorkflowTask),
  fc.tuple(nat, intents).map(([n, asked]) => steps.completeWorkflowTask(n, asked)),
  fc.tuple(nat, intents).map(([n, asked]) => steps.completeWorkflowTask(n, asked)),
  fc.constant(null).map(steps.takeActivityTask),
  fc
    .tuple(nat, fc.constantFrom('completes' as const, 'fails' as const, 'heartbeats' as const))
    .map(([n, how]) => steps.endActivityTask(n, how)),
  durations.map(steps.advance),
  fc.constantFrom(-30_000, -700, 700, 30_000).map(steps.jump),
  fc.constantFrom(0, 1, 700, 30_000, -5000).map(steps.crash),
  faults.map(steps.arm),
];

const drawnCommands = fc.commands(commands, { size: '+1', maxCommands: 60 });

describe('the service, simulated with faults', () => {
  it('agrees with a small model of its semantics after every step', async () => {
    await fc.assert(
      fc.asyncProperty(drawnCommands, fc.constantFrom(1, 1000), async (drawn, maxLoadedRuns) => {
        await fc.asyncModelRun(() => {
          const world = new World(maxLoadedRuns);
          const model: Model = { nowMs: world.clock.nowMs(), runs: new Map() };
          return { model, real: world };
        }, [...drawn, finish]);
      }),
      { numRuns, ...(seed !== undefined && { seed: Number(seed) }) },
    );
  }, 600_000);
});
