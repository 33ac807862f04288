import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine, readHistory, startServer, type HistoryEvent } from '@refrain/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programs, repository } from '../engine/temporal/project.js';
import { attributeDifferences } from './attributes.js';
import { openOracle } from './oracle/oracle.js';
import { recordHistories } from './record-histories.js';

/** Programs whose order of events does not depend on timing. */
const untimed = [
  'greet',
  'sequence',
  'cancelBeforeSent',
  'localActivities',
  'localAndTimers',
  'patchedFlow',
  'deprecatedFlow',
  'randomness',
  'failing',
  'counter',
  'attributes',
  'intercepted',
  'summaries',
  'logging',
];
/** In these a client's messages may meet the workflow sooner or later. */
const timed = ['race', 'signals', 'updateFinishes', 'externals', 'cancelledAtOnce', 'empty'];
const scenarios = [...untimed, ...timed];

/**
 * The real `@temporalio/client` and `@temporalio/worker`, unchanged, on the embedded engine behind its gRPC front
 * end: the same programs record the same events as on a real Temporal server (the histories of test/histories).
 */
describe("Temporal's own client and worker on the embedded engine", () => {
  const folder = mkdtempSync(join(tmpdir(), 'refrain-front-end-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(async () => {
    await using engine = await openEngine({
      file: join(folder, 'engine.db'),
      searchAttributes: { RefrainKeyword: 'Keyword', RefrainInt: 'Int' },
    });
    const server = await startServer({ service: engine.service, port: 0 });
    await recordHistories(folder, scenarios, server.address);
    await server.close();
  }, 180_000);

  const read = async (file: string) => {
    const path = [file, `${file}.gz`].find((candidate) => existsSync(candidate));
    return readHistory(readFileSync(path!));
  };

  it.each(untimed)('%s records the events that a Temporal server records', async (name) => {
    const recorded = await read(join(repository, 'test', 'histories', 'temporal', `${name}.json`));
    const ours = await read(join(folder, `${name}.json`));
    const types = (events: readonly HistoryEvent[]) => events.map(({ type }) => type);
    expect(types(ours)).toEqual(types(recorded));
    // What it draws goes by the run's id.
    if (name !== 'randomness') expect(attributeDifferences(recorded, ours)).toEqual([]);
  });

  it("gives histories that Temporal's own replayer accepts", { timeout: 120_000 }, async () => {
    const histories = scenarios.map(
      (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as object,
    );
    const oracle = await openOracle(join(programs, 'index.ts'), [join(programs, 'interceptors.ts')]);
    const results = await oracle.replay(histories);
    const refused = results.flatMap(({ verdict, message }, at) =>
      verdict === 'passes' ? [] : [`${scenarios[at]!}: ${message}`],
    );
    expect(refused).toEqual([]);
  });
});
