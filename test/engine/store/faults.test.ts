import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@refrain/engine';
import { openDatabase, openService, openSqliteStore, pragma } from '@refrain/engine/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkHistory } from '../../torture/check-history.js';
import { readImage } from '../../torture/image.js';
import { activity, benchOf, complete, payload, settled, taskQueue, TestClock } from '../service/harness.js';
import { failAt, limitPages, noFaults, openFailingStore, type Fault } from './faults.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refrain-faults-'));
  file = join(folder, 'r.db');
});
afterEach(() => {
  noFaults();
  rmSync(folder, { recursive: true });
});

const openFailing = async () => {
  const clock = new TestClock();
  const failures: unknown[] = [];
  const service = openService({
    store: await openFailingStore(file),
    clock,
    onStoreFailure: (error) => failures.push(error),
  });
  return { ...benchOf(service, clock), failures };
};

/** Lets the thread that writes answer, and what follows from that happen. */
async function withDisk(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await settled();
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

const codes: Readonly<Record<Fault, string>> = {
  'disk I/O error': 'RFN2016',
  'database is locked': 'RFN2016',
  'database or disk is full': 'RFN2015',
};

describe.each(Object.keys(codes) as Fault[])('a write that fails with "%s"', (fault) => {
  it('at any statement of a commit: refuses the call, keeps nothing of it, loses nothing else, and goes on', async () => {
    const b = await openFailing();
    await b.start('kept');
    const stored = ['kept'];
    for (let statement = 1; ; statement++) {
      failAt(statement, fault);
      const id = `at ${statement}`;
      const answer = await b.start(id).then(
        () => 'stored',
        (error: { code: string }) => error.code,
      );
      noFaults();
      stored.push(answer === 'stored' ? id : `${id}, again`);
      // The commit has no statement more.
      if (answer === 'stored') break;
      expect(answer, id).toBe(codes[fault]);
      expect(b.failures).toHaveLength(statement);
      await b.clock.advance(11_000);
      await withDisk();
      await expect(b.types(id)).rejects.toMatchObject({ status: 'NOT_FOUND' });
      await b.start(`${id}, again`);
    }
    expect(stored.length).toBeGreaterThan(4);
    expect(await b.types('kept')).toContain('1 WorkflowExecutionStarted');
    await b.service.close();
    expect(readImage(file).runs.map((run) => run.workflowId)).toEqual(stored);
  });
});

describe('those who wait when the disk fails', () => {
  it('for an update or a query are refused; for a result, they are told to ask again', async () => {
    const b = await openFailing();
    await b.start();
    await b.task([]);
    const execution = { workflowId: 'w' };
    const updating = b.service.updateWorkflowExecution({
      workflowExecution: execution,
      request: { meta: { updateId: 'u' }, input: { name: 'set' } },
    });
    const task = await b.workflowTask();
    const querying = b.service.queryWorkflow({ execution, query: { queryType: 'q' } });
    const waitNewEvent = { waitNewEvent: true, historyEventFilterType: 'CLOSE_EVENT' as const };
    const closing = b.service.getWorkflowExecutionHistory({ execution, ...waitNewEvent });
    const ends = Promise.allSettled([updating, querying, closing]);
    failAt(1, 'disk I/O error');
    const { taskToken } = task;
    const answer = b.service.respondWorkflowTaskCompleted({ taskToken, commands: [complete] });
    await expect(answer).rejects.toMatchObject({ code: 'RFN2016' });
    const { runId } = task.workflowExecution;
    expect(await ends).toMatchObject([
      { reason: { code: 'RFN2016' } },
      { reason: { code: 'RFN2016' } },
      { value: { history: { events: [] }, nextPageToken: `${runId}.1` } },
    ]);
    noFaults();
    await b.service.close();
  });
});

describe('a disk that stays broken', () => {
  it('is asked again with a growing delay, and acknowledges nothing meanwhile', async () => {
    const b = await openFailing();
    await b.start('w');
    failAt(1, 'disk I/O error', 1_000_000);
    await expect(b.start('x')).rejects.toMatchObject({ code: 'RFN2016' });
    for (let second = 0; second < 120; second += 4) {
      await b.clock.advance(4000);
      await withDisk();
    }
    // 0.1 + 0.2 + … + 6.4 s, then every 10 s.
    expect(b.failures.length).toBeGreaterThan(5);
    expect(b.failures.length).toBeLessThan(25);
    noFaults();
    await b.clock.advance(11_000);
    await withDisk();
    await b.start('x');
    expect(await b.workflowTask()).toMatchObject({ workflowExecution: { workflowId: 'w' } });
    await b.service.close();
  });
});

describe('a full disk', () => {
  it('refuses what does not fit, keeps what it acknowledged, and goes on when there is space', async () => {
    const b = await openFailing();
    await b.start('first');
    limitPages(60);
    const input = [payload('x'.repeat(20_000))];
    const stored: string[] = [];
    let code: string | undefined;
    for (let i = 0; i < 30 && code === undefined; i++) {
      await b.start(`w${i}`, { input }).then(
        () => stored.push(`w${i}`),
        (error: { code: string }) => (code = error.code),
      );
    }
    expect(code).toBe('RFN2015');
    expect(stored.length).toBeGreaterThan(3);
    limitPages(0);
    await b.clock.advance(11_000);
    await withDisk();
    await b.start('after', { input });
    await b.service.close();
    const { runs, integrity } = readImage(file);
    expect(integrity).toBe('ok');
    expect(runs.map((run) => run.workflowId)).toEqual(['first', ...stored, 'after']);
  });
});

describe('a file that somebody else holds', () => {
  it('makes commits wait while another program writes to it', async () => {
    const b = await openFailing();
    const other = openDatabase(file);
    other.exec('BEGIN IMMEDIATE');
    let isStored = false;
    const start = b.start('w').then(() => (isStored = true));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isStored).toBe(false);
    other.exec('ROLLBACK');
    other.close();
    await start;
    await b.service.close();
  });
});

/** A file with some runs, as a process that was killed leaves it: the newest part is in the log. */
async function leftByDead(): Promise<{ readonly file: string; readonly log: string }> {
  const b = benchOf(
    openService({ store: await openSqliteStore({ file }), clock: new TestClock() }),
    new TestClock(),
  );
  for (let i = 0; i < 15; i++) await b.start(`w${i}`, { input: [payload('x'.repeat(3000))] });
  await b.task([activity('1')]);
  const left = join(folder, 'left.db');
  copyFileSync(file, left);
  copyFileSync(`${file}-wal`, `${left}-wal`);
  await b.service.close();
  return { file: left, log: `${left}-wal` };
}

/** Opens it and works on it: what it holds is valid, or the error says that it is damaged. */
async function useOrRefuse(path: string): Promise<number | string> {
  try {
    const engine = await openEngine({ file: path });
    const { count } = await engine.service.countWorkflowExecutions({});
    await engine.service.startWorkflowExecution({
      workflowId: 'new',
      workflowType: { name: 'wf' },
      taskQueue,
    });
    for (const { execution } of (await engine.service.listWorkflowExecutions({})).executions) {
      await engine.service.getWorkflowExecutionHistory({ execution });
    }
    await engine.close();
    return count;
  } catch (error) {
    const { code } = error as { code?: string };
    if (!code?.startsWith('RFN')) throw error;
    return code;
  }
}

describe('a log that was cut or lost', () => {
  it.each([1, 0.7, 0.3, 0.01, 0])(
    'to %s of its length: what is left is an earlier state, whole',
    async (share) => {
      const left = await leftByDead();
      if (share === 0) rmSync(left.log);
      else truncateSync(left.log, Math.floor(statSync(left.log).size * share));
      const { runs, integrity } = readImage(left.file);
      expect(integrity).toBe('ok');
      expect(runs.flatMap(checkHistory)).toEqual([]);
      expect(runs.map((run) => run.workflowId)).toEqual(runs.map((_, i) => `w${i}`));
      expect(await useOrRefuse(left.file)).toBe(runs.length);
    },
  );
});

/** All of it is in the file then, and the log is empty. */
function copyBack(path: string): void {
  const database = openDatabase(path);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

describe('a damaged file', () => {
  it('is refused, or works as far as it is whole; it never answers with something else', async () => {
    const whole = await leftByDead();
    copyBack(whole.file);
    const bytes = readFileSync(whole.file);
    const answers = new Set<number | string>();
    // The head, and every third page after it: tables, indexes, and the pages that a long value goes on in.
    for (let page = 0; page * 4096 < bytes.length; page += 3) {
      const damaged = Buffer.from(bytes);
      damaged.fill('Z', page * 4096 + (page === 0 ? 100 : 0), Math.min((page + 1) * 4096, bytes.length));
      const copy = join(folder, `damaged-${page}.db`);
      writeFileSync(copy, damaged);
      answers.add(await useOrRefuse(copy));
    }
    expect([...answers].sort()).toEqual([15, 'RFN2011']);
  });

  it('cut in the middle is refused', async () => {
    const whole = await leftByDead();
    copyBack(whole.file);
    truncateSync(whole.file, 4096 * 10);
    expect(await useOrRefuse(whole.file)).toBe('RFN2011');
  });
});

describe('a file that is not ours', () => {
  it('is refused byte for byte unchanged when it is the database of another program', async () => {
    const other = openDatabase(file);
    other.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    other.close();
    const before = readFileSync(file);
    await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'RFN2012' });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(existsSync(`${file}-wal`)).toBe(false);
  });
});

describe('the connections', () => {
  it('write through the log with an fsync for each commit', async () => {
    const { openConnection } = (await import('../../../engine/dist/store/sqlite/connection.js')) as {
      openConnection(path: string): ReturnType<typeof openDatabase>;
    };
    const database = openConnection(file);
    expect(pragma(database, 'synchronous')).toBe(2);
    database.close();
  });
});
