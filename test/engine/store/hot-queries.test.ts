import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, openService, openSqliteStore } from '@refrain/engine/internal';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** The statements that run while workflows run, as they are prepared; their plans are asked for afterwards. */
const folder = mkdtempSync(join(tmpdir(), 'refrain-plans-'));
const file = join(folder, 'r.db');
const asked = new Set<string>();

beforeAll(async () => {
  const probe = openDatabase(':memory:');
  const prototype = Object.getPrototypeOf(probe) as { prepare(sql: string): unknown };
  probe.close();
  const { prepare } = prototype;
  prototype.prepare = function (sql) {
    asked.add(sql);
    return prepare.call(this, sql);
  };
  try {
    await run();
  } finally {
    prototype.prepare = prepare;
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts, an activity, a timer, a signal, the end; then the file is opened again, as after a crash. */
async function run(): Promise<void> {
  const service = openService({ store: await openSqliteStore({ file, commitIn: 'loop' }) });
  const start = { workflowType: { name: 'wf' }, taskQueue: { name: 'q' } };
  await service.startWorkflowExecution({ ...start, workflowId: 'a' });
  const task = await service.pollWorkflowTaskQueue({ taskQueue: { name: 'q' } });
  await service.respondWorkflowTaskCompleted({
    taskToken: task!.taskToken,
    commands: [{ type: 'StartTimer', attributes: { timerId: '1', startToFireTimeoutMs: 3_600_000 } }],
  });
  await service.signalWorkflowExecution({ workflowExecution: { workflowId: 'a' }, signalName: 's' });
  await service.close();
  const again = openService({ store: await openSqliteStore({ file, commitIn: 'loop' }) });
  await again.getWorkflowExecutionHistory({ execution: { workflowId: 'a' } });
  await again.createSchedule({
    scheduleId: 's',
    schedule: {
      spec: { interval: [{ intervalMs: 60_000 }] },
      action: { startWorkflow: { ...start, workflowId: 's' } },
    },
  });
  await again.describeSchedule({ scheduleId: 's' });
  await again.listSchedules({});
  await again.deleteSchedule({ scheduleId: 's' });
  await again.terminateWorkflowExecution({ workflowExecution: { workflowId: 'a' } });
  await again.deleteWorkflowExecution({ workflowExecution: { workflowId: 'a' } });
  await again.close();
}

it('every statement that runs while workflows run has an index: none reads a whole table', () => {
  const statements = [...asked].filter((sql) => /^\s*(SELECT|INSERT|UPDATE|DELETE)/.test(sql));
  const database = openDatabase(file);
  const scans = statements.flatMap((sql) => {
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
    return plan
      .map(({ detail }) => detail)
      .filter((detail) =>
        /^SCAN (runs|events|transient|search_attributes|schedules|meta)\b(?!.* USING )/.test(detail),
      )
      .map((detail) => `${sql}: ${detail}`);
  });
  database.close();
  expect(scans).toEqual([]);
  expect(statements.filter((sql) => /\b(runs|events|transient)\b/.test(sql)).length).toBeGreaterThan(10);
});
