import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import {
  migrations,
  openDatabase,
  openService,
  openSqliteStore,
  pragma,
  prepareSchema,
} from '@refrain/engine/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { benchOf, settled, TestClock } from '../service/harness.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refrain-crash-'));
  file = join(folder, 'r.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process that does some work on the file, says so, and waits to be killed. */
async function victim(script: string) {
  const source = `
    import { openService, openSqliteStore } from '@refrain/engine/internal';
    const service = openService({ store: await openSqliteStore({ file: ${JSON.stringify(file)} }) });
    const taskQueue = { name: 'q' };
    ${script}
    process.stdout.write('ready');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

const startAndSchedule = `
  await service.startWorkflowExecution({ workflowId: 'w', workflowType: { name: 'wf' }, taskQueue });
  const task = await service.pollWorkflowTaskQueue({ taskQueue, embedded: true });
  const activity = (activityId, retryPolicy, eager) => ({ type: 'ScheduleActivityTask', attributes: { activityId, activityType: { name: 'act' }, startToCloseTimeoutMs: 600_000, retryPolicy, requestEagerExecution: eager } });
  const commands = [activity('retries', {}), activity('once', { maximumAttempts: 1 }), activity('eager', {}, true)];
  const { activityTasks } = await service.respondWorkflowTaskCompleted({ taskToken: task.taskToken, commands });
  if (activityTasks.length !== 1) throw new Error('it was not given its eager activity');
  const first = await service.pollActivityTaskQueue({ taskQueue, embedded: true });
  const second = await service.pollActivityTaskQueue({ taskQueue, embedded: true });`;

describe('after SIGKILL', () => {
  it('what was acknowledged is there, lost attempts follow at once, and what may run once does not run again', async () => {
    const child = await victim(startAndSchedule);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const begun = performance.now();
    const clock = new TestClock();
    const b = benchOf(openService({ store: await openSqliteStore({ file }) }), clock);
    const poll = () => b.service.pollActivityTaskQueue({ taskQueue: { name: 'q' }, embedded: true });
    const again = [await poll(), await poll()];
    const elapsedMs = performance.now() - begun;
    expect(again.map((task) => task?.activityId).sort()).toEqual(['eager', 'retries']);
    expect(await b.hasActivity()).toBe(false);
    const failed = (await b.history()).find((e) => e.type === 'ActivityTaskTimedOut');
    expect(failed?.attributes).toMatchObject({ scheduledEventId: 6, retryState: 'MAXIMUM_ATTEMPTS_REACHED' });
    expect(elapsedMs).toBeLessThan(2000);
    await b.service.close();
  });

  it('the file is free for another process at once', async () => {
    const child = await victim('');
    await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'RFN2010' });
    const next = openSqliteStore({ file, waitForOwnerMs: 5000 });
    child.kill('SIGKILL');
    const begun = performance.now();
    await (await next).close();
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});

describe('a process that was replaced', () => {
  it('cannot write any more', async () => {
    const store = await openSqliteStore({ file });
    const errors: unknown[] = [];
    const service = openService({
      store,
      clock: new TestClock(),
      onStoreFailure: (error) => errors.push(error),
    });
    const thief = openDatabase(file);
    thief.exec("UPDATE meta SET value = '99' WHERE key = 'epoch'");
    thief.close();
    const start = service.startWorkflowExecution({
      workflowId: 'w',
      workflowType: { name: 'wf' },
      taskQueue: { name: 'q' },
    });
    await expect(start).rejects.toMatchObject({ code: 'RFN2010' });
    expect(errors).toHaveLength(1);
    expect(store.currentRunKey('w')).toBeUndefined();
    await service.close();
  });
});

describe('a store that fails', () => {
  it('rejects what it could not keep, forgets it, and goes on when it works again', async () => {
    const store = await openSqliteStore({ file });
    const clock = new TestClock();
    const b = benchOf(openService({ store, clock, onStoreFailure: () => undefined }), clock);
    await b.start('kept');
    let attempts = 0;
    const inner = store.requestCommit.bind(store);
    store.requestCommit = async (collect) => {
      collect();
      attempts++;
      throw new Error('disk I/O error');
    };
    await expect(b.start('lost')).rejects.toThrow('disk I/O error');
    // It does not try again and again: each attempt waits longer than the last one.
    await clock.advance(5_000);
    expect(attempts).toBeLessThan(10);
    store.requestCommit = inner;
    await clock.advance(20_000);
    await settled();
    await expect(b.types('lost')).rejects.toMatchObject({ status: 'NOT_FOUND' });
    await b.start('lost');
    expect((await b.workflowTask()).workflowExecution.workflowId).toBe('kept');
    await b.service.close();
  });
});

describe('a file of another layout', () => {
  const setVersion = (version: number) => {
    const database = openDatabase(file);
    database.exec(`PRAGMA user_version = ${version}`);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
  };

  it('is refused untouched when it is newer', async () => {
    await (await openSqliteStore({ file })).close();
    setVersion(99);
    const before = readFileSync(file);
    await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'RFN2013' });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('is brought up to date in one transaction when it is older, with a copy beside it', async () => {
    await (await openSqliteStore({ file })).close();
    const database = openDatabase(file);
    const steps = [...migrations, 'CREATE TABLE added (x); INSERT INTO nowhere VALUES (1);'];
    expect(() => prepareSchema(database, file, steps)).toThrow('nowhere');
    expect(pragma(database, 'user_version')).toBe(migrations.length);
    prepareSchema(database, file, [...migrations, 'CREATE TABLE added (x)']);
    expect(pragma(database, 'user_version')).toBe(migrations.length + 1);
    database.close();
    const copy = openDatabase(`${file}.layout-${migrations.length}.backup`);
    expect(pragma(copy, 'user_version')).toBe(migrations.length);
    copy.close();
  });
});

describe('commits', () => {
  it('are shared by all who write at the same time', async () => {
    const store = await openSqliteStore({ file });
    let commits = 0;
    const inner = store.requestCommit.bind(store);
    store.requestCommit = (collect) => {
      commits++;
      return inner(collect);
    };
    const b = benchOf(openService({ store }), new TestClock());
    await Promise.all(Array.from({ length: 200 }, (_, i) => b.start(`w${i}`)));
    expect(commits).toBeLessThan(5);
    expect((await b.service.countWorkflowExecutions({})).count).toBe(200);
    await b.service.close();
  });
});
