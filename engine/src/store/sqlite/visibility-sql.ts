import type { PagePosition } from '../../service/visibility/page.js';
import type { Column, Comparable, Field, Filter, VisibilityQuery } from '../../service/visibility/query.js';
import type { SqlValue } from './database.js';

/** Columns by the names that queries use. */
const sqlColumns: Readonly<Record<Column, string>> = {
  workflowId: 'workflow_id',
  runId: 'run_id',
  workflowType: 'workflow_type',
  taskQueue: 'task_queue',
  status: 'status',
  startTimeMs: 'start_ms',
  executionTimeMs: 'execution_ms',
  closeTimeMs: 'close_ms',
  historyLength: 'history_length',
  historySizeBytes: 'history_bytes',
  executionDurationMs: '(close_ms - execution_ms)',
  parentWorkflowId: 'parent_workflow_id',
  parentRunId: 'parent_run_id',
  rootWorkflowId: 'root_workflow_id',
  rootRunId: 'root_run_id',
  buildId: 'build_id',
};

export interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** A filter as a condition on `runs`; values are bound, never part of the text. */
export function conditionOf(filter: Filter): Condition {
  switch (filter.type) {
    case 'and':
    case 'or': {
      const parts = filter.operands.map(conditionOf);
      const sql = parts.map((p) => `(${p.sql})`).join(filter.type === 'and' ? ' AND ' : ' OR ');
      return { sql, values: parts.flatMap((p) => p.values) };
    }
    case 'not': {
      const { sql, values } = conditionOf(filter.operand);
      return { sql: `NOT ifnull((${sql}), 0)`, values };
    }
    case 'isNull':
      return filter.field.type === 'column'
        ? { sql: `${columnOf(filter.field)} IS NULL`, values: [] }
        : attributeTest(filter.field.name, undefined, [], true);
    case 'compare': {
      if (filter.operator === '!=') {
        const equal = test(filter.field, '= ?', [filter.value]);
        return { sql: `NOT ifnull((${equal.sql}), 0)`, values: equal.values };
      }
      return test(filter.field, `${filter.operator} ?`, [filter.value]);
    }
    case 'between':
      return test(filter.field, 'BETWEEN ? AND ?', [filter.low, filter.high]);
    case 'in':
      return test(filter.field, `IN (${filter.values.map(() => '?').join(', ')})`, filter.values);
    case 'hasWords': {
      const parts = filter.words.map(() => 'instr(value, ?) > 0');
      return test(filter.field, `IS NOT NULL AND ${parts.join(' AND ')}`, filter.words);
    }
    case 'startsWith':
      return startsWith(filter.field, filter.prefix);
  }
}

/** As a range, so that an index serves it. */
function startsWith(field: Field, prefix: string): Condition {
  if (prefix === '') return test(field, 'IS NOT NULL', []);
  return test(field, 'BETWEEN ? AND ?', [prefix, `${prefix}\u{10ffff}`]);
}

function test(field: Field, operator: string, values: readonly SqlValue[]): Condition {
  if (field.type === 'column') return { sql: `${columnOf(field)} ${operator}`, values };
  return attributeTest(field.name, operator, values, false);
}

function attributeTest(
  name: string,
  operator: string | undefined,
  values: readonly SqlValue[],
  isAbsent: boolean,
): Condition {
  const where = operator === undefined ? '' : ` AND value ${operator}`;
  return {
    sql: `run ${isAbsent ? 'NOT ' : ''}IN (SELECT run FROM search_attributes WHERE name = ?${where})`,
    values: [name, ...values],
  };
}

/** Whether the filter asks for a span of times or of ids, which an index can serve. */
export function hasRange(filter: Filter): boolean {
  if (filter.type === 'and') return filter.operands.some(hasRange);
  if (filter.type === 'startsWith') return filter.field.type === 'column';
  if (filter.type !== 'compare' && filter.type !== 'between') return false;
  const { field } = filter;
  return field.type === 'column' && (field.column === 'startTimeMs' || field.column === 'closeTimeMs');
}

/**
 * What comes behind a position in the order of a query: greater in one of the fields, and equal in those before. Null
 * comes first, as SQLite has it.
 */
export function behind(
  { orderBy }: VisibilityQuery,
  { run, values }: PagePosition,
  runColumn: string,
): Condition {
  const equal: Condition[] = [];
  const parts: Condition[] = [];
  const all = (conditions: readonly Condition[]): Condition => ({
    sql: conditions.map((c) => c.sql).join(' AND '),
    values: conditions.flatMap((c) => c.values),
  });
  for (const [i, { field, descending }] of orderBy.entries()) {
    const column = columnOf(field);
    const value = values[i]!;
    parts.push(all([...equal, greater(column, value, descending)]));
    equal.push({ sql: `${column} IS ?`, values: [value] });
  }
  parts.push(all([...equal, { sql: `${runColumn} < ?`, values: [run] }]));
  return { sql: parts.map((p) => `(${p.sql})`).join(' OR '), values: parts.flatMap((p) => p.values) };
}

function greater(column: string, value: Comparable | null, descending: boolean): Condition {
  if (value === null) return { sql: descending ? '0' : `${column} IS NOT NULL`, values: [] };
  if (descending) return { sql: `(${column} < ? OR ${column} IS NULL)`, values: [value] };
  return { sql: `${column} > ?`, values: [value] };
}

export function columnOf(field: Field): string {
  if (field.type === 'column') return sqlColumns[field.column];
  return `(SELECT min(value) FROM search_attributes s WHERE s.run = runs.run AND s.name = '${field.name.replaceAll("'", "''")}')`;
}
