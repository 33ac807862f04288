import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase, openService, openSqliteStore } from '@refrain/engine/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkHistory } from '../../torture/check-history.js';
import { readImage } from '../../torture/image.js';
import { seeded } from '../../torture/plan.js';
import { benchOf, payload, TestClock } from '../service/harness.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refrain-files-'));
  file = join(folder, 'r.db');
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

const open = async (path = file) =>
  benchOf(
    openService({ store: await openSqliteStore({ file: path }), clock: new TestClock() }),
    new TestClock(),
  );

/** A file with some runs, whose text is longer than a page in places. */
async function makeFile(): Promise<void> {
  const b = await open();
  for (let i = 0; i < 12; i++) await b.start(`w${i}`, { input: [payload('x'.repeat(400 * i))] });
  await b.service.close();
}

const nobody = 65_534;

/** What a process says that opens the files one after the other, works on each, and ends by itself. */
async function openInProcess(files: readonly string[], asNobody = false): Promise<readonly string[]> {
  const source = `
    import { openEngine } from '@refrain/engine';
    const taskQueue = { name: 'q' };
    for (const file of ${JSON.stringify(files)}) {
      let said = 'works';
      try {
        const { service, close } = await openEngine({ file });
        try {
          for (const { execution } of (await service.listWorkflowExecutions({})).executions) {
            await service.getWorkflowExecutionHistory({ execution });
            await service.describeWorkflowExecution({ execution });
          }
          await service.startWorkflowExecution({ workflowId: 'new', workflowType: { name: 'wf' }, taskQueue });
        } finally {
          await close().catch(() => undefined);
        }
      } catch (error) {
        said = error.code ?? String(error.stack);
      }
      console.log(said);
    }`;
  const node = [process.execPath, '--input-type=module', '-e', source];
  const drop = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
  const [command, ...args] = asNobody ? [...drop, ...node] : node;
  const { stdout } = await promisify(execFile)(command!, args, { cwd: import.meta.dirname });
  return stdout.trim().split('\n');
}

/** Root may write everywhere: only a process of somebody else meets what is read-only. */
async function canBeNobody(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  return openInProcess([], true).then(
    () => true,
    () => false,
  );
}

describe('what may not be written', async () => {
  const isPossible = await canBeNobody();
  const prepared = [
    ['a file', 0o755, 0o444],
    ['its folder', 0o555, 0o666],
    ['both', 0o555, 0o444],
  ] as const;
  it.runIf(isPossible).each(prepared)('%s: refused, unchanged', async (_what, ofFolder, ofFile) => {
    await makeFile();
    rmSync(`${file}-lock`, { force: true });
    chmodSync(file, ofFile);
    chmodSync(folder, ofFolder);
    const before = readFileSync(file);
    expect(await openInProcess([file], true)).toEqual(['RFN2014']);
    expect(readFileSync(file).equals(before)).toBe(true);
  });
  it.runIf(isPossible)('a folder in which a file is to be made: refused, and nothing is made', async () => {
    chmodSync(folder, 0o555);
    expect(await openInProcess([file], true)).toEqual(['RFN2014']);
    expect(existsSync(file)).toBe(false);
  });
});

describe('a file with damaged bytes', () => {
  it('works as far as it is whole, or is refused; nothing in it ends the process', async () => {
    await makeFile();
    const whole = readFileSync(file);
    const random = seeded(1);
    const files: string[] = [];
    for (let i = 0; i < 20; i++) {
      const damaged = Buffer.from(whole);
      // Bytes that no text of UTF-8 has, after the head of the file.
      const from = 100 + Math.floor(random() * (whole.length - 200));
      for (let at = from; at < from + 1 + Math.floor(random() * 200); at++) damaged[at] = 0xf8 + (at % 8);
      files.push(join(folder, `damaged-${i}.db`));
      writeFileSync(files[i]!, damaged);
    }
    const said = new Set(await openInProcess(files));
    expect([...said].sort()).toEqual(['RFN2011', 'works']);
  });

  it('is refused for a text that is no UTF-8', async () => {
    await makeFile();
    const database = openDatabase(file);
    database.exec("UPDATE events SET body = CAST(x'5bff5d' AS TEXT) WHERE run = 3");
    database.close();
    expect(await openInProcess([file])).toEqual(['RFN2011']);
  });
});

describe('a copy that is made while the engine works', () => {
  it('by VACUUM INTO is whole: what was acknowledged before it is in it, and the engine goes on from it', async () => {
    const b = await open();
    for (let i = 0; i < 10; i++) await b.start(`before ${i}`);
    const started: Promise<string>[] = [];
    for (let i = 0; i < 50; i++) started.push(b.start(`meanwhile ${i}`));
    const copy = join(folder, 'copy.db');
    const other = openDatabase(file);
    other.exec(`VACUUM INTO '${copy}'`);
    other.close();
    await Promise.all(started);
    await b.service.close();
    const { runs, integrity } = readImage(copy);
    expect(integrity).toBe('ok');
    expect(runs.length).toBeGreaterThanOrEqual(10);
    expect(runs.flatMap(checkHistory)).toEqual([]);
    const again = await open(copy);
    expect((await again.workflowTask()).workflowExecution.workflowId).toBe('before 0');
    await again.service.close();
  });

  it('by itself is whole when its engine was closed', async () => {
    await makeFile();
    const copy = join(folder, 'copy.db');
    copyFileSync(file, copy);
    expect(readImage(copy).runs.map((run) => run.workflowId)).toHaveLength(12);
  });

  it('together with a log that was cut is an earlier state, whole', async () => {
    const b = await open();
    for (let i = 0; i < 20; i++) await b.start(`w${i}`);
    const copies = join(folder, 'copies');
    mkdirSync(copies);
    const copy = join(copies, 'r.db');
    copyFileSync(file, copy);
    copyFileSync(`${file}-wal`, `${copy}-wal`);
    await b.service.close();
    const log = `${copy}-wal`;
    truncateSync(log, statSync(log).size - 1000);
    const { runs, integrity } = readImage(copy);
    expect(integrity).toBe('ok');
    expect(runs.map((run) => run.workflowId)).toEqual(runs.map((_, i) => `w${i}`));
    expect(runs.length).toBeLessThan(20);
  });
});
