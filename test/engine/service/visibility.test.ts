import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  MemoryStore,
  openService,
  openSqliteStore,
  parseVisibilityQuery,
  type SqliteStore,
} from '@refrain/engine/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchOf, complete, payload, TestClock, type Bench } from './harness.js';

const searchAttributes = {
  City: 'Keyword',
  Amount: 'Int',
  Paid: 'Bool',
  Due: 'Datetime',
  Tags: 'KeywordList',
} as const;
const types = new Map(Object.entries(searchAttributes));
const attributes = (fields: object) => ({
  searchAttributes: {
    indexedFields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, payload(value)])),
  },
});

/** The same executions in both stores: their answers have to agree. */
async function fill(b: Bench) {
  const other = { taskQueue: { name: 'other' } };
  await b.start('order-1', attributes({ City: 'Paris', Amount: 10, Paid: true, Tags: ['a', 'b'] }));
  await b.task([complete]);
  await b.clock.advance(1000);
  await b.start('order-2', {
    ...other,
    ...attributes({ City: 'Rome', Amount: 20, Due: '2026-03-01T00:00:00Z' }),
  });
  await b.clock.advance(1000);
  await b.start('order-3', {
    ...other,
    workflowType: { name: 'shipping' },
    ...attributes({ City: 'Oslo', Amount: 30, Tags: ['b'] }),
  });
  await b.clock.advance(1000);
  await b.start("o'brien", { ...other, workflowType: { name: 'shipping' } });
  await b.service.terminateWorkflowExecution({ workflowExecution: { workflowId: "o'brien" } });
}

let folder: string;
let sqlite: SqliteStore;
const benches: Bench[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'refrain-visibility-'));
  sqlite = await openSqliteStore({ file: join(folder, 'r.db'), commitIn: 'loop' });
  for (const store of [new MemoryStore(), sqlite]) {
    const clock = new TestClock();
    const b = benchOf(openService({ store, clock, searchAttributes }), clock);
    await fill(b);
    benches.push(b);
  }
});
afterAll(async () => {
  for (const b of benches) await b.service.close();
  rmSync(folder, { recursive: true });
});

describe('list queries', () => {
  it.each([
    [undefined, "o'brien order-3 order-2 order-1"],
    ["ExecutionStatus = 'Completed'", 'order-1'],
    ["ExecutionStatus IN ('Running', 'Terminated')", "o'brien order-3 order-2"],
    ["NOT ExecutionStatus = 'Running'", "o'brien order-1"],
    ["WorkflowType = 'shipping' AND City = 'Oslo'", 'order-3'],
    ["WorkflowId STARTS_WITH 'order' ORDER BY StartTime ASC", 'order-1 order-2 order-3'],
    ["WorkflowId = 'o''brien'", "o'brien"],
    ['Amount BETWEEN 15 AND 30', 'order-3 order-2'],
    ['Amount > 10 AND Amount <= 20', 'order-2'],
    ['Amount != 10', "o'brien order-3 order-2"],
    ["City = 'Paris' OR City = 'Rome' ORDER BY Amount DESC", 'order-2 order-1'],
    ['Paid = true', 'order-1'],
    ["Due < '2026-04-01T00:00:00Z'", 'order-2'],
    ["Tags = 'b'", 'order-3 order-1'],
    ["Tags IN ('a', 'c')", 'order-1'],
    ['City IS NULL', "o'brien"],
    ['City IS NOT NULL AND NOT (Amount = 20 OR Amount = 30)', 'order-1'],
    ['CloseTime IS NULL', 'order-3 order-2'],
    ["StartTime >= '2026-01-01T00:00:02Z'", "o'brien order-3"],
  ])('%s', async (query, expected) => {
    for (const b of benches) {
      const { executions } = await b.service.listWorkflowExecutions(query === undefined ? {} : { query });
      expect(executions.map((e) => e.execution.workflowId).join(' ')).toBe(expected);
    }
  });

  it('come page by page', async () => {
    for (const b of benches) {
      const first = await b.service.listWorkflowExecutions({ pageSize: 3 });
      expect(first.executions).toHaveLength(3);
      const second = await b.service.listWorkflowExecutions({
        pageSize: 3,
        nextPageToken: first.nextPageToken!,
      });
      expect(second).toMatchObject({ executions: [{ execution: { workflowId: 'order-1' } }] });
      expect(second.nextPageToken).toBeUndefined();
    }
  });

  it('count by status', async () => {
    for (const b of benches) {
      expect(await b.service.countWorkflowExecutions({ query: 'GROUP BY ExecutionStatus' })).toEqual({
        count: 4,
        groups: [
          { groupValues: ['COMPLETED'], count: 1 },
          { groupValues: ['RUNNING'], count: 2 },
          { groupValues: ['TERMINATED'], count: 1 },
        ],
      });
    }
  });

  it.each([
    ['Nope = 1', 1, "'Nope' is not a field"],
    ["Amount = 'many'", 10, 'not a value of type Int'],
    ["ExecutionStatus = 'Runing'", 19, 'not a status'],
    ["City = 'Paris", 8, 'no closing quote'],
    ['City =', 7, 'expected a value, found the end'],
    ["City = 'a' City", 12, "unexpected 'City'"],
    ['('.repeat(200), 101, 'nested too deeply'],
    ['Amount STARTS_WITH 1', 20, 'needs a field of text'],
  ])('that are malformed say where: %s', (query, character, message) => {
    expect(() => parseVisibilityQuery(query, types)).toThrow(message);
    expect(() => parseVisibilityQuery(query, types)).toThrow(`at character ${character}`);
  });

  it.each([
    ["ExecutionStatus = 'Running'", 'runs_by_status'],
    ["WorkflowType = 'shipping'", 'runs_by_type'],
    ["WorkflowId = 'order-1'", 'runs_by_workflow_id'],
    ["WorkflowId STARTS_WITH 'order'", 'runs_by_workflow_id'],
    ["City = 'Paris'", 'search_attributes'],
    ['Amount > 10', 'search_attributes'],
    ["CloseTime > '2026-01-01T00:00:00Z'", 'runs_by_close'],
  ])('are served by an index: %s', (query, index) => {
    const plan = sqlite.explain(parseVisibilityQuery(query, types)).join('; ');
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/SCAN runs(?! USING INDEX)/);
  });
});
