import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@refrain/engine';
import { openDatabase, openSqliteStore } from '@refrain/engine/internal';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readImage } from '../../torture/image.js';

let folder: string;
let file: string;
const children: ReturnType<typeof spawn>[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refrain-two-'));
  file = join(folder, 'r.db');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** A process that owns the file and starts run after run; it writes down each start that was acknowledged. */
async function owner() {
  const source = `
    import { appendFileSync } from 'node:fs';
    import { openEngine } from '@refrain/engine';
    const engine = await openEngine({ file: ${JSON.stringify(file)}, onStoreFailure: () => undefined });
    process.stdout.write('ready');
    for (let i = 0; ; i++) {
      const request = { workflowId: 'first ' + i, workflowType: { name: 'wf' }, taskQueue: { name: 'q' } };
      const line = await engine.service.startWorkflowExecution(request).then(() => request.workflowId, (e) => e.code);
      appendFileSync(${JSON.stringify(join(folder, 'acknowledged'))}, line + '\\n');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

const acknowledged = () => readFileSync(join(folder, 'acknowledged'), 'utf8').trim().split('\n');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('a second process is refused, and takes over in under a second after a kill, with all that was acknowledged', async () => {
  const first = await owner();
  await pause(50);
  await expect(openSqliteStore({ file })).rejects.toMatchObject({
    code: 'RFN2010',
    message: expect.stringContaining('in use by another process') as unknown,
  });
  const second = openEngine({ file, waitForOwnerMs: 10_000 });
  await pause(30);
  first.kill('SIGKILL');
  const begun = performance.now();
  const engine = await second;
  const request = { workflowId: 'second', workflowType: { name: 'wf' }, taskQueue: { name: 'q' } };
  await engine.service.startWorkflowExecution(request);
  expect(performance.now() - begun).toBeLessThan(1000);
  await engine.close();
  const stored = new Set(readImage(file).runs.map((run) => run.workflowId));
  for (const id of acknowledged()) expect(stored).toContain(id);
});

/** Stops a process while it writes nothing: in the middle of a transaction nobody else could begin one. */
async function stopBetweenCommits(child: ReturnType<typeof spawn>) {
  for (;;) {
    child.kill('SIGSTOP');
    await pause(50);
    const other = openDatabase(file);
    try {
      other.exec('BEGIN IMMEDIATE');
      return;
    } catch {
      child.kill('SIGCONT');
      await pause(10);
    } finally {
      other.close();
    }
  }
}

it('an owner that was paused and wakes up can write no more once another has its file', async () => {
  const first = await owner();
  await pause(50);
  await stopBetweenCommits(first);
  // While it is paused its lock holds. It goes with the lock's file: as when the file system lost it.
  await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'RFN2010' });
  rmSync(`${file}-lock`);
  const engine = await openEngine({ file });
  const before = acknowledged().length;
  first.kill('SIGCONT');
  await pause(200);
  const request = { workflowId: 'second', workflowType: { name: 'wf' }, taskQueue: { name: 'q' } };
  await engine.service.startWorkflowExecution(request);
  await engine.close();
  // At most the call that was under way when it was stopped had its effect before; all others were refused.
  const woken = acknowledged().slice(before);
  expect(woken.length).toBeGreaterThan(3);
  expect(woken.slice(1).every((line) => line === 'RFN2010')).toBe(true);
  const stored = readImage(file).runs.map((run) => run.workflowId);
  expect(stored.at(-1)).toBe('second');
  expect(new Set(stored)).toEqual(new Set([...acknowledged().filter((id) => id !== 'RFN2010'), 'second']));
});

// It takes the five seconds for which SQLite waits for others.
it('a file in which somebody is in the middle of a transaction is told to be in use, though its lock is free', async () => {
  const store = await openSqliteStore({ file });
  await store.close();
  const other = openDatabase(file);
  other.exec('BEGIN IMMEDIATE');
  await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'RFN2010' });
  other.close();
  await (await openSqliteStore({ file })).close();
});

it('a lock file that is not a database is told as such', async () => {
  writeFileSync(`${file}-lock`, 'something else '.repeat(100));
  await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'RFN2012' });
});
