import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectService, openEngine, readHistory, startServer, Worker } from '@refrain/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporal, startTemporal } from '../interop/temporal-server.mjs';
import { runCli } from './run-cli.js';

const workflowsPath = fileURLToPath(new URL('../fixtures/cli/server-commands.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'refrain-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Target {
  readonly address: string;
  stop(): Promise<void>;
}

async function ourServer(): Promise<Target> {
  const engine = await openEngine({ memory: true });
  const server = await startServer({ service: engine.service, port: 0 });
  const stop = () => server.close().then(() => engine.close());
  return { address: server.address, stop };
}

/** A real server's visibility follows by a second or so. */
const late = { timeout: 15_000 };

const binary = findTemporal();
const targets: readonly (readonly [string, (() => Promise<Target>) | undefined])[] = [
  ['the engine', ourServer],
  ['a Temporal server', binary === undefined ? undefined : () => startTemporal(binary)],
];

describe.each(targets)('refrain workflow, schedule and history export on %s', (name, open) => {
  if (!open) return it.skip('(no `temporal` binary)');
  let target: Target;
  let worker: Worker;
  let running: Promise<void>;
  let connection: Awaited<ReturnType<typeof connectService>>;

  beforeAll(async () => {
    target = await open();
    connection = await connectService({ address: target.address });
    worker = await Worker.create({ connection, taskQueue: 'default', workflowsPath });
    running = worker.run();
  }, 60_000);
  afterAll(async () => {
    worker.shutdown();
    await running;
    connection.close();
    await target.stop();
  }, 60_000);

  async function refrain(...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await runCli([...args, '--address', target.address]);
    expect([exitCode, stderr]).toEqual([0, '']);
    return stdout;
  }
  const json = async <T>(...args: readonly string[]) =>
    JSON.parse(await refrain(...args, '--format', 'json')) as T;

  it(
    'starts, signals, queries, updates, shows, lists, counts and ends workflows',
    { timeout: 60_000 },
    async () => {
      await refrain('workflow', 'start', '--type', 'basket', '-w', 'b', '--args', '["apple"]');
      await refrain('workflow', 'signal', '-w', 'b', '--name', 'add', '--args', '["pear"]');
      expect(await json('workflow', 'query', '-w', 'b', '--name', 'items')).toEqual({
        result: ['apple', 'pear'],
      });
      const updated = await json(
        'workflow',
        'update',
        '-w',
        'b',
        '--name',
        'addAndCount',
        '--args',
        '["fig"]',
      );
      expect(updated).toEqual({ result: 3 });
      expect(await refrain('workflow', 'describe', '-w', 'b')).toMatch(/^b {2}running\n {2}type {10}basket/);
      expect(await refrain('workflow', 'show', '-w', 'b')).toContain('pear');
      await refrain('workflow', 'signal', '-w', 'b', '--name', 'close');
      expect(await json('workflow', 'result', '-w', 'b')).toMatchObject({ status: 'completed', result: 3 });
      const executed = await json('workflow', 'execute', '--type', 'double', '-w', 'd', '--args', '[21]');
      expect(executed).toMatchObject({ status: 'completed', result: 42 });

      const { runId } = await json<{ runId: string }>('workflow', 'reset', '-w', 'd', '--event-id', '4');
      const again = await json('workflow', 'result', '-w', 'd', '-r', runId);
      expect(again).toMatchObject({ runId, status: 'completed', result: 42 });
      const byName = ['--type', 'LastWorkflowTask', '--reapply-exclude', 'Signal'];
      const third = await json<{ runId: string }>('workflow', 'reset', '-w', 'd', ...byName);
      expect(third.runId).not.toBe(runId);
      expect(await json('workflow', 'result', '-w', 'd')).toMatchObject({ ...third, status: 'completed' });
      await refrain('workflow', 'start', '--type', 'basket', '-w', 'x', '--args', '["plum"]');
      await refrain('workflow', 'cancel', '-w', 'x', '--reason', 'changed my mind');
      await expect.poll(() => refrain('workflow', 'describe', '-w', 'x'), late).toMatch(/^x {2}canceled/);
      await refrain('workflow', 'start', '--type', 'basket', '-w', 'c', '--args', '["kiwi"]');
      await refrain('workflow', 'terminate', '-w', 'c', '--reason', 'enough');
      const failed = await runCli(['workflow', 'result', '-w', 'c', '--address', target.address]);
      expect([failed.exitCode, failed.stdout]).toEqual([1, expect.stringMatching(/^c {2}terminated/)]);

      const query = 'ExecutionStatus = "Terminated"';
      await expect.poll(() => json('workflow', 'count', '-q', query), late).toMatchObject({ count: 1 });
      expect(await json('workflow', 'list', '-q', query)).toMatchObject([
        { workflowId: 'c', status: 'terminated' },
      ]);
      await refrain('workflow', 'delete', '-w', 'c');
      // A real server deletes when it comes to it.
      if (name !== 'the engine') return;
      expect(await json('workflow', 'count', '-q', query)).toMatchObject({ count: 0 });
    },
  );

  it('exports histories that can be read again', { timeout: 30_000 }, async () => {
    await refrain('workflow', 'execute', '--type', 'double', '-w', 'exported', '--args', '[1]');
    const file = join(folder, 'one.json.gz');
    await refrain('history', 'export', '-w', 'exported', '-o', file, '--gzip');
    const events = await readHistory(readFileSync(file));
    expect(events.at(-1)?.type).toBe('WorkflowExecutionCompleted');
    const directory = join(folder, target.address);
    const query = 'WorkflowId = "exported"';
    await expect
      .poll(() => refrain('history', 'export', '-q', query, '-d', directory), late)
      .toBe(`1 history written to ${directory}\n`);
    expect(readdirSync(directory)).toEqual([expect.stringMatching(/^exported\.[0-9a-f-]{36}\.json$/)]);
  });

  it('creates, shows, changes, triggers, backfills and deletes schedules', { timeout: 60_000 }, async () => {
    const id = ['--schedule-id', 'nightly'];
    const calendar = '{"dayOfWeek":"Fri","hour":"17"}';
    const spec = ['--interval', '6h/5h', '--calendar', calendar, '--cron', '0 3 * * *'];
    const policies = [
      '--overlap-policy',
      'AllowAll',
      '--catchup-window',
      '1h30m',
      '--notes',
      'n',
      '--paused',
    ];
    const action = ['--type', 'double', '--args', '[4]', '-w', 'nightly-run'];
    await refrain('schedule', 'create', ...id, ...spec, ...policies, ...action);
    const described = await json('schedule', 'describe', ...id);
    expect(described).toMatchObject({
      schedule: {
        policies: { overlapPolicy: 'ALLOW_ALL', catchupWindowMs: 5_400_000 },
        state: { paused: true, notes: 'n' },
      },
    });
    expect((described as { info: { futureActionTimesMs: number[] } }).info.futureActionTimesMs.length).toBe(
      10,
    );
    await refrain('schedule', 'unpause', ...id, '--reason', 'go');
    expect(await refrain('schedule', 'describe', ...id)).toMatch(/^nightly {2}active {2}\(go\)\n/);
    await refrain('schedule', 'trigger', ...id);
    await refrain(
      'schedule',
      'backfill',
      ...id,
      '--start-time',
      '2026-01-01T00:00:00Z',
      '--end-time',
      '2026-01-01T12:00:00Z',
    );
    await expect
      .poll(
        () =>
          json('workflow', 'count', '-q', 'WorkflowType = "double" AND WorkflowId STARTS_WITH "nightly-run"'),
        late,
      )
      .toMatchObject({ count: 4 });
    await refrain('schedule', 'pause', ...id);
    await expect.poll(() => refrain('schedule', 'list'), late).toMatch(/^paused {2}nightly {2}double/);
    await refrain('schedule', 'update', ...id, '--cron', '0 4 1 1 *', '--type', 'basket');
    expect(await refrain('schedule', 'describe', ...id)).toMatch(
      /starts {8}basket nightly-workflow on default\n/,
    );
    await refrain('schedule', 'delete', ...id);
    const gone = await runCli(['schedule', 'describe', ...id, '--address', target.address]);
    expect(gone.exitCode).toBe(2);
  });
});

describe('refrain schedule and history export', () => {
  it.each([
    [['schedule', 'create', '-s', 's', '--type', 't'], /RFN7031/],
    [['schedule', 'create', '-s', 's', '--type', 't', '--interval', 'often'], /RFN7031.*--interval/s],
    [
      ['schedule', 'create', '-s', 's', '--type', 't', '--calendar', '{"weekday":"Fri"}'],
      /RFN7031.*"weekday"/s,
    ],
    [['schedule', 'create', '-s', 's', '--type', 't', '--cron', '@daily', '--start-time', 'soon'], /RFN7031/],
    [['history', 'export'], /RFN7032/],
    [['history', 'export', '-q', 'x'], /RFN7032.*--directory/s],
  ])('refuse %j', async (args, message) => {
    const { exitCode, stderr } = await runCli(args);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
