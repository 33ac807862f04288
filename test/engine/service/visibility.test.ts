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
  Rate: 'Double',
  Note: 'Text',
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
  await b.start(
    'order-1',
    attributes({
      City: 'Paris',
      Amount: 10,
      Paid: true,
      Tags: ['a', 'b'],
      Rate: 1.5,
      Note: 'The quick, brown fox.',
    }),
  );
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
    ...attributes({ City: 'Oslo', Amount: 30, Paid: false, Tags: ['b', "it's"], Note: 'A fox_tail' }),
  });
  await b.clock.advance(1000);
  await b.start("o'brien", { ...other, workflowType: { name: 'shipping' } });
  await b.service.terminateWorkflowExecution({ workflowExecution: { workflowId: "o'brien" } });
}

let folder: string;
let sqlite: SqliteStore;
const benches: Bench[] = [];
let pages = 0;

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
    ["City = 'paris'", ''],
    ['City = "Paris"', 'order-1'],
    ["`City` = 'Paris'", 'order-1'],
    ["WorkflowId = 'o\\'brien'", "o'brien"],
    ['WorkflowId = "o\'brien"', "o'brien"],
    ["Tags = 'it''s'", 'order-3'],
    ["Tags != 'b'", "o'brien order-2"],
    ["Tags NOT IN ('a')", "o'brien order-3 order-2"],
    ["Tags STARTS_WITH 'it'", 'order-3'],
    ["WorkflowId STARTS_WITH 'ORDER'", ''],
    ["WorkflowId NOT STARTS_WITH 'order'", "o'brien"],
    ["WorkflowId STARTS_WITH 'order_'", ''],
    ["WorkflowId IN ('order-1', 'order-3')", 'order-3 order-1'],
    ["WorkflowType = 'wf' OR WorkflowType = 'shipping' AND Amount = 30", 'order-3 order-2 order-1'],
    ["(WorkflowType = 'wf' OR WorkflowType = 'shipping') AND Amount = 30", 'order-3'],
    ["((WorkflowType = 'wf' and ((City = 'Rome'))) or (City = 'Oslo'))", 'order-3 order-2'],
    ["NOT (WorkflowType = 'wf' OR Amount > 0)", "o'brien"],
    ["NOT NOT City = 'Rome'", 'order-2'],
    ['Amount NOT BETWEEN 15 AND 30', "o'brien order-1"],
    ["Amount = '10'", 'order-1'],
    ['Amount = +10', 'order-1'],
    ['Amount = 1e1', 'order-1'],
    ['Amount <> 10', "o'brien order-3 order-2"],
    ['Rate > 1.4', 'order-1'],
    ["Rate = '1.5'", 'order-1'],
    ['Paid = false', 'order-3'],
    ["Paid = 'TRUE'", 'order-1'],
    ['Paid != true', "o'brien order-3 order-2"],
    ["Due = '2026-03-01T01:00:00+01:00'", 'order-2'],
    ["Due BETWEEN '2026-02-28' AND '2026-03-02'", 'order-2'],
    ['Due = 1772323200000000000', 'order-2'],
    ["Note = 'FOX'", 'order-1'],
    ["Note = 'brown quick'", 'order-1'],
    ["Note = 'fo'", ''],
    ["Note != 'fox'", "o'brien order-3 order-2"],
    ["ExecutionStatus = 'TimedOut'", ''],
    ['CloseTime IS NOT NULL', "o'brien order-1"],
    ['StartTime > 0', "o'brien order-3 order-2 order-1"],
    ["TaskQueue = 'other' AND CloseTime IS NULL", 'order-3 order-2'],
    ["ExecutionDuration < '1s'", "o'brien order-1"],
    ["ExecutionDuration >= '00:00:01'", ''],
    ['ExecutionDuration < 1000000000', "o'brien order-1"],
    ['HistoryLength = 2', 'order-3 order-2'],
    ['HistorySizeBytes > 1', "o'brien order-3 order-2 order-1"],
    ["RootWorkflowId = 'order-1'", 'order-1'],
    ['ParentWorkflowId IS NULL', "o'brien order-3 order-2 order-1"],
    ['ORDER BY City, StartTime', "o'brien order-3 order-1 order-2"],
    ['ORDER BY City DESC', "order-2 order-1 order-3 o'brien"],
    ['ORDER BY WorkflowType DESC, Amount', "order-1 order-2 o'brien order-3"],
    ["City = 'Paris'; DROP TABLE runs", undefined],
  ])('%s', async (query, expected) => {
    for (const b of benches) {
      if (expected === undefined) {
        await expect(b.service.listWorkflowExecutions({ query: query! })).rejects.toThrow("unexpected ';'");
        continue;
      }
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

  it.each([
    ['', [1, 2, 3, 4, 5, 6]],
    ['ORDER BY Amount', [1, 2, 3, 4, 5, 6]],
    ['ORDER BY Amount DESC, StartTime', [1, 2, 3, 4, 5, 6]],
    ["ExecutionStatus = 'Running' ORDER BY City", [1, 2, 3, 4, 5, 6]],
  ])(
    'neither repeat nor leave out a run while runs come, close and go between pages: %s',
    async (query, ids) => {
      for (const [i, store] of [
        new MemoryStore(),
        await openSqliteStore({ file: join(folder, `p${pages++}.db`), commitIn: 'loop' }),
      ].entries()) {
        const clock = new TestClock();
        const b = benchOf(openService({ store, clock, searchAttributes }), clock);
        for (const id of ids) {
          const fields = id % 3 === 0 ? {} : { City: id % 2 ? 'Rome' : 'Oslo', Amount: id % 4 };
          await b.start(`r-${id}`, attributes(fields));
        }
        const seen: string[] = [];
        let nextPageToken: string | undefined;
        for (let page = 0; page === 0 || nextPageToken; page++) {
          const request = { query, pageSize: 2, ...(nextPageToken && { nextPageToken }) };
          const answer = await b.service.listWorkflowExecutions(request);
          seen.push(...answer.executions.map((e) => e.execution.workflowId));
          nextPageToken = answer.nextPageToken;
          // One that was seen goes, one that was seen closes, one comes in front of all.
          await b.service.deleteWorkflowExecution({
            workflowExecution: { workflowId: seen[seen.length - 1]! },
          });
          await b.service.terminateWorkflowExecution({
            workflowExecution: { workflowId: seen[seen.length - 2]! },
          });
          if (query === '') await b.start(`new-${i}-${page}`);
        }
        expect([...seen].sort()).toEqual(ids.map((id) => `r-${id}`));
        await b.service.close();
      }
    },
  );

  it.each(['7', 'x', Buffer.from('[1,2]').toString('base64url')])(
    'refuse a page token of others: %s',
    async (nextPageToken) => {
      for (const b of benches) {
        await expect(b.service.listWorkflowExecutions({ nextPageToken })).rejects.toThrow('nextPageToken');
      }
    },
  );

  it('count by status', async () => {
    for (const b of benches) {
      expect(await b.service.countWorkflowExecutions({ query: 'GROUP BY ExecutionStatus' })).toEqual({
        count: 4,
        groups: [
          { groupValues: ['Completed'], count: 1 },
          { groupValues: ['Running'], count: 2 },
          { groupValues: ['Terminated'], count: 1 },
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
    ['Amount STARTS_WITH 1', 20, 'needs a field of keywords'],
    ["Note STARTS_WITH 'a'", 6, 'takes = and != only'],
    ["Note = '...'", 8, 'without a word'],
    ["ExecutionDuration > 'long'", 21, 'not a duration'],
    ['Amount = 1.5', 10, 'not a value of type Int'],
    ["Paid = 'maybe'", 8, 'not a value of type Bool'],
    ["Due = 'soon'", 7, 'not a value of type Datetime'],
    ['City = Paris', 8, "expected a value, found 'Paris'"],
    ["(City = 'Paris'", 16, "expected ')'"],
    ["City = 'a' AND", 15, 'expected a field, found the end'],
    ['City IN ()', 10, "expected a value, found ')'"],
    ["City IS 'x'", 9, 'expected NULL'],
    ["city = 'Paris'", 1, "'city' is not a field"],
    ['CloseTime > StartTime', 13, "expected a value, found 'StartTime'"],
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
    for (const after of [undefined, { run: 2, values: [] }]) {
      const plan = sqlite.explain(parseVisibilityQuery(query, types), after).join('; ');
      expect(plan).toContain(index);
      expect(plan).not.toMatch(/SCAN runs(?! USING INDEX)/);
    }
  });

  it('read a later page from where it begins on', () => {
    const plan = sqlite.explain(parseVisibilityQuery('', types), { run: 2, values: [] }).join('; ');
    expect(plan).toContain('SEARCH runs USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)');
  });
});
