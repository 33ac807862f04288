import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventToJson, openEngine, readHistory, startServer, type HistoryEvent } from '@refrain/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { histories, programs } from '../engine/temporal/project.js';
import { attributeDifferences } from './attributes.js';
import { openOracle } from './oracle/oracle.js';
import { recordHistories, recordTricky } from './record-histories.js';
import { strandsOf } from './tell-history.mjs';
import { trickyScenarios } from './tricky-scenarios.mjs';

/** Programs whose order of events does not depend on timing. */
const untimed = [
  ...[
    'greet',
    'sequence',
    'retries',
    'cancelBeforeSent',
    'localActivities',
    'localAndTimers',
    'localBackoff',
  ],
  ...['patchedFlow', 'deprecatedFlow', 'randomness', 'failing', 'counter', 'attributes'],
  ...['intercepted', 'summaries', 'logging', 'resettable', 'retriedRun', 'sameTime'],
];
/**
 * In these a client's messages, timers and outcomes may come in one order or another: a real server's timers are up to
 * a second late, and its tasks take milliseconds to reach a worker. What does not depend on that must be the same.
 */
const timed = [
  ...['cancelActivities', 'fanOut', 'mixedFanOut', 'localHeartbeat', 'localCancelled', 'timers', 'rawTimers'],
  ...['localFanOut', 'timeoutScopes', 'signals', 'lateHandlers', 'updates'],
  ...['parent', 'cancelChildren', 'externals', 'updateFinishes', 'cleanup', 'convertedPayloads'],
];
/**
 * Here the result itself tells which came first, or a timeout that a real server notices too late. Temporal's replayer
 * judges their histories, and the difficult programs below have the same features with their order forced.
 */
const raced = [
  ...['race', 'cancelledAtOnce', 'empty', 'stillWaiting', 'activityTimeouts', 'conditions', 'signalBurst'],
  'asyncSignals',
];
const scenarios = [...untimed, ...timed, ...raced];
const told = JSON.parse(readFileSync(join(histories, 'tricky.json'), 'utf8')) as Record<string, string[]>;

/**
 * The real `@temporalio/client` and `@temporalio/worker`, unchanged, on the embedded engine behind its gRPC front
 * end: the same programs record the same events as on a real Temporal server (the histories of test/histories).
 */
describe("Temporal's own client and worker on the embedded engine", () => {
  const folder = mkdtempSync(join(tmpdir(), 'refrain-front-end-'));
  const trickyFile = join(folder, 'tricky.out');
  let tricky: typeof told = {};
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(async () => {
    await using engine = await openEngine({
      file: join(folder, 'engine.db'),
      searchAttributes: { RefrainKeyword: 'Keyword', RefrainInt: 'Int' },
    });
    const server = await startServer({ service: engine.service, port: 0 });
    const { address } = server;
    await Promise.all([
      recordHistories({ out: folder, scenarios, address }),
      recordTricky({ out: trickyFile, address }),
    ]);
    tricky = JSON.parse(readFileSync(trickyFile, 'utf8')) as typeof told;
    await server.close();
  }, 180_000);

  const read = async (file: string) => {
    const path = [file, `${file}.gz`].find((candidate) => existsSync(candidate));
    return readHistory(readFileSync(path!));
  };
  const both = async (name: string) => ({
    recorded: await read(join(histories, 'temporal', `${name}.json`)),
    ours: await read(join(folder, `${name}.json`)),
  });

  it.each(untimed)('%s records the events that a Temporal server records', async (name) => {
    const { recorded, ours } = await both(name);
    const types = (events: readonly HistoryEvent[]) => events.map(({ type }) => type);
    expect(types(ours)).toEqual(types(recorded));
    // What they draw goes by the run's id.
    if (name !== 'randomness' && name !== 'resettable')
      expect(attributeDifferences(recorded, ours)).toEqual([]);
  });

  it.each(timed)('%s records what a Temporal server records, in an order of its own', async (name) => {
    const { recorded, ours } = await both(name);
    const strands = (events: readonly HistoryEvent[]) => strandsOf(events.map(eventToJson), 'recorded');
    expect(strands(ours)).toEqual(strands(recorded));
  });

  it.each(Object.keys(trickyScenarios))('the difficult %s has the history of a real server', (name) => {
    expect(tricky[name]).toEqual(told[name]);
  });

  it("gives histories that Temporal's own replayer accepts", { timeout: 120_000 }, async () => {
    const replayed = scenarios.filter((name) => name !== 'convertedPayloads');
    const texts = await Promise.all(replayed.map((name) => read(join(folder, `${name}.json`))));
    const oracle = await openOracle(join(programs, 'index.ts'), [join(programs, 'interceptors.ts')]);
    const results = await oracle.replay(texts.map((events) => ({ events: events.map(eventToJson) })));
    const refused = results.flatMap(({ verdict, message }, at) =>
      verdict === 'passes' ? [] : [`${replayed[at]!}: ${message}`],
    );
    expect(refused).toEqual([]);
  });
});
