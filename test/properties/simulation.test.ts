import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore, openSqliteStore, type ServiceOptions } from '@refrain/engine/internal';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { endActivityTask, takeActivityTask } from './simulation/activity-steps.js';
import { cancel, signal, start, terminate, update } from './simulation/client-steps.js';
import { runsOr } from './seed.js';
import { advance, arm, crash, jump } from './simulation/fault-steps.js';
import { finish } from './simulation/finish.js';
import type { Intent } from './simulation/intents.js';
import type { Model } from './simulation/model.js';
import type { Step } from './simulation/step.js';
import { completeWorkflowTask, runWorkflowTask, takeWorkflowTask } from './simulation/task-steps.js';
import { World } from './simulation/world.js';

const numRuns = runsOr(150);

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
  fc.constant({ asks: 'respond' as const }),
);
const children = fc.constantFrom('TERMINATE' as const, 'REQUEST_CANCEL' as const, 'ABANDON' as const);
const endings: fc.Arbitrary<Intent> = fc.oneof(
  fc.boolean().map((fails) => ({ asks: 'end' as const, fails })),
  fc.constantFrom(0, 0, 5000).map((backoffMs) => ({ asks: 'continue' as const, backoffMs })),
  fc.constant({ asks: 'cancel' as const }),
);
const intents = fc.oneof(
  { weight: 4, arbitrary: fc.array(intent, { maxLength: 3 }) },
  { weight: 2, arbitrary: children.map((p): Intent[] => [{ asks: 'child', parentClosePolicy: p }]) },
  { weight: 2, arbitrary: endings.map((ending) => [ending]) },
);
const faults = fc.record({
  what: fc.constantFrom('fails' as const, 'dies' as const),
  isStored: fc.boolean(),
});

const chains = fc.constantFrom('once' as const, 'once' as const, 'retried' as const, 'cron' as const);
const updateIds = fc.constantFrom('u1', 'u2', 'u3');

const commands: fc.Arbitrary<Step>[] = [
  fc.tuple(fc.constantFrom('a', 'b'), chains).map(([name, chain]) => start(name, chain)),
  nat.map(signal),
  fc.tuple(nat, updateIds).map(([n, id]) => update(n, id)),
  nat.map(cancel),
  nat.map(terminate),
  fc.constantFrom(false, false, true).map(takeWorkflowTask),
  fc.tuple(nat, intents).map(([n, asked]) => completeWorkflowTask(n, asked)),
  ...Array.from({ length: 5 }, () =>
    fc.tuple(fc.constantFrom(false, false, true), nat, intents).map((drawn) => runWorkflowTask(...drawn)),
  ),
  fc.constant(null).map(takeActivityTask),
  fc
    .tuple(nat, fc.constantFrom('completes' as const, 'fails' as const, 'heartbeats' as const))
    .map(([n, how]) => endActivityTask(n, how)),
  durations.map(advance),
  fc.constantFrom(-30_000, -700, 700, 30_000).map(jump),
  fc.constantFrom(0, 1, 700, 30_000, -5000).map(crash),
  faults.map(arm),
];

const drawnCommands = fc.commands(commands, { size: 'max', maxCommands: 50 });

/** Runs `use` with a store of this kind; a file is one of its own. */
async function withStore(
  kind: 'memory' | 'sqlite',
  use: (store: ServiceOptions['store']) => Promise<void>,
): Promise<void> {
  if (kind === 'memory') return use(new MemoryStore());
  const folder = mkdtempSync(join(tmpdir(), 'refrain-simulation-'));
  const store = await openSqliteStore({ file: join(folder, 'r.db'), commitIn: 'loop' });
  try {
    await use(store);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

describe('the service, simulated with faults', () => {
  it('agrees with a small model of its semantics after every step', async () => {
    const kinds = fc.constantFrom('memory' as const, 'memory' as const, 'sqlite' as const);
    await fc.assert(
      fc.asyncProperty(drawnCommands, fc.constantFrom(1, 1000), kinds, (drawn, maxLoadedRuns, kind) =>
        withStore(kind, (store) =>
          fc.asyncModelRun(() => {
            const world = new World(store, maxLoadedRuns);
            const model: Model = { nowMs: world.clock.nowMs(), runs: new Map() };
            return { model, real: world };
          }, [...drawn, finish]),
        ),
      ),
      { numRuns },
    );
  }, 600_000);
});
