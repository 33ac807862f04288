import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { createLogger, eventToJson, openEngine, Worker, type WorkerOptions } from '@refrain/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../engine/temporal/project.js';
import { runTricky } from './tricky-run.mjs';
import { trickyScenarios } from './tricky-scenarios.mjs';

const fixtures = join(repository, 'test/fixtures/temporal/tricky');
const recorded = JSON.parse(readFileSync(join(repository, 'test/histories/tricky.json'), 'utf8')) as Readonly<
  Record<string, readonly string[]>
>;

/** Those that need nothing of Temporal's own client. */
const common = Object.keys(trickyScenarios).filter((name) => !trickyScenarios[name]!.sdkOnly);

/** The same programs, with our modules in place of Temporal's. */
function nativePrograms(): Pick<WorkerOptions, 'workflowsPath' | 'activities'> {
  const folder = join(repository, 'node_modules/.recorded/native');
  mkdirSync(folder, { recursive: true });
  for (const name of ['workflows', 'lifecycle', 'activities']) {
    const text = readFileSync(join(fixtures, `${name}.ts`), 'utf8');
    writeFileSync(
      join(folder, `${name}.ts`),
      text.replace(/@temporalio\/(workflow|activity)/, '@refrain/engine/$1'),
    );
  }
  const outfile = join(folder, 'activities.cjs');
  const entryPoints = [join(folder, 'activities.ts')];
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', packages: 'external' });
  const activities = createRequire(import.meta.url)(outfile) as NonNullable<WorkerOptions['activities']>;
  return { workflowsPath: join(folder, 'workflows.ts'), activities };
}

/**
 * Programs made to be difficult, on the embedded engine with its own worker and runtime: their histories are those
 * that a real Temporal server and Temporal's own worker recorded (`node test/interop/record-tricky.mjs`).
 */
describe('difficult programs', () => {
  let told: Readonly<Record<string, readonly string[]>> = {};

  beforeAll(async () => {
    await using engine = await openEngine({ memory: true });
    const { client, service } = engine;
    const worker = await Worker.create({
      connection: engine,
      taskQueue: 'tricky',
      ...nativePrograms(),
      maxHeartbeatThrottleInterval: '100 ms',
      logger: createLogger(() => undefined),
    });
    const running = worker.run();
    const historyOf = async (workflowId: string, runId?: string) => {
      const execution = { workflowId, ...(runId && { runId }) };
      return (await service.getWorkflowExecutionHistory({ execution })).history.events.map(eventToJson);
    };
    told = await runTricky({ client, historyOf, taskQueue: 'tricky', prefix: 'native', only: common });
    worker.shutdown();
    await running;
  }, 60_000);

  it.each(common)('%s has the history of a real server', (name) => {
    expect(told[name]).toEqual(recorded[name]);
  });
});
