// One round of ./bench.mjs in a process of its own: a file with very many open workflows that wait for timers; how long a
// process takes to start with it, what memory it needs, and how long until 1,000 timers that are due have fired.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEngine, Worker } from '@refrain/engine';
import { openDatabase } from '@refrain/engine/internal';

const timers = Number(process.argv[2]);
const dueTimers = Math.min(1_000, timers / 2);
const folder = mkdtempSync(join(tmpdir(), 'bench-load-'));
const file = join(folder, 'bench.db');
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

await makeFile();
const before = heap();
const from = performance.now();
const engine = await openEngine({ file });
const startUpMs = performance.now() - from;
const heapMB = (heap() - before) / 1e6;
while (engine.service.activity().backlog < dueTimers) await pause(5);
console.log(JSON.stringify({ startUpMs, heapMB, firedMs: performance.now() - from }));
await engine.close();
rmSync(folder, { recursive: true, force: true });

function heap() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** Two workflows are started, and copied within the file: one whose timer is far away, one whose timer is soon due. */
async function makeFile() {
  const first = await openEngine({ file });
  const worker = await Worker.create({
    connection: first,
    taskQueue: 'bench',
    workflowsPath: fileURLToPath(new URL('workflows.mjs', import.meta.url)),
  });
  const running = worker.run();
  for (const ms of [1_000_000_000, 3_000]) {
    await first.client.workflow.start('sleeps', {
      args: [ms],
      taskQueue: 'bench',
      workflowId: `model ${ms}`,
    });
  }
  await pause(500);
  worker.shutdown();
  await running;
  await first.close();
  const database = openDatabase(file);
  const [far, near] = database.prepare("SELECT run FROM runs WHERE status = 'RUNNING' ORDER BY run").all();
  copy(database, far.run, 1_000, timers - dueTimers);
  copy(database, near.run, 10_000_000, dueTimers);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

function copy(database, model, firstRun, count) {
  const names = database.prepare('SELECT name FROM pragma_table_info(?)').all('runs');
  const own = {
    run: 'n',
    workflow_id: "'copy ' || n",
    run_id: "'run ' || n",
    first_run_id: "'run ' || n",
    due_ms: 'due_ms + n % 1000',
  };
  const columns = names.map(({ name }) => own[name] ?? name).join(', ');
  const numbers = `WITH RECURSIVE c(n) AS (SELECT ${firstRun} UNION ALL SELECT n + 1 FROM c WHERE n < ${firstRun + count - 1})`;
  database.exec('BEGIN');
  database.exec(`INSERT INTO runs ${numbers} SELECT ${columns} FROM c, runs WHERE run = ${model}`);
  for (const table of ['events', 'transient']) {
    const key = table === 'events' ? 'first_event_id' : 'key';
    database.exec(
      `INSERT INTO ${table} ${numbers} SELECT n, ${key}, body FROM c, ${table} WHERE run = ${model}`,
    );
  }
  database.exec('COMMIT');
}
