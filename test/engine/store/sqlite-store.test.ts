import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openService, openSqliteStore } from '@refrain/engine/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { activity, benchOf, complete, payload, settled, TestClock, timer } from '../service/harness.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refrain-store-'));
  file = join(folder, 'r.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = async (clock: TestClock, commitIn: 'thread' | 'loop' = 'thread') =>
  benchOf(openService({ store: await openSqliteStore({ file, commitIn }), clock }), clock);

describe('SQLite store', () => {
  for (const commitIn of ['loop', 'thread'] as const) {
    it(`keeps a run over a restart, with commits in the ${commitIn}`, async () => {
      const clock = new TestClock();
      let b = await open(clock, commitIn);
      await b.start('w', { input: [payload('x')], memo: { fields: { m: payload(1) } } });
      await b.task([activity('1'), timer('t', 5000)]);
      const before = await b.history();
      await b.service.close();

      b = await open(clock, commitIn);
      expect(await b.history()).toEqual(before);
      const task = await b.activity();
      await b.service.respondActivityTaskCompleted({ taskToken: task.taskToken });
      await b.task([]);
      await clock.advance(5000);
      await settledWithDisk();
      await b.task([complete]);
      expect((await b.types()).at(-1)).toBe('16 WorkflowExecutionCompleted');
      const listed = await b.service.listWorkflowExecutions({ query: "ExecutionStatus = 'Completed'" });
      expect(listed.executions[0]?.execution.workflowId).toBe('w');
      await b.service.close();
    });
  }

  it('keeps events that waited in the buffer', async () => {
    const clock = new TestClock();
    let b = await open(clock);
    await b.start();
    await b.workflowTask();
    await b.service.signalWorkflowExecution({ workflowExecution: { workflowId: 'w' }, signalName: 's' });
    await b.service.close();
    b = await open(clock);
    expect(await b.types()).toEqual([
      '1 WorkflowExecutionStarted',
      '2 WorkflowTaskScheduled',
      '3 WorkflowTaskStarted',
      '4 WorkflowTaskTimedOut',
      '5 WorkflowExecutionSignaled',
      '6 WorkflowTaskScheduled',
    ]);
    await b.service.close();
  });

  it('refuses a second process, by a lock that ends with its owner', async () => {
    const first = await openSqliteStore({ file });
    await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'RFN2010' });
    const second = openSqliteStore({ file, waitForOwnerMs: 2000 });
    await first.close();
    await (await second).close();
  });

  it('does not touch a file of another kind', async () => {
    writeFileSync(file, 'not a database, but longer than a header of one hundred bytes '.repeat(10));
    const before = readFileSync(file);
    await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'RFN2012' });
    expect(readFileSync(file)).toEqual(before);
  });

  it('names a folder that does not exist', async () => {
    await expect(openSqliteStore({ file: join(folder, 'none', 'r.db') })).rejects.toMatchObject({
      code: 'RFN2014',
    });
  });
});

async function settledWithDisk() {
  for (let i = 0; i < 10; i++) {
    await settled();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
