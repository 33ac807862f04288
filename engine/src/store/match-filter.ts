import type { Comparable, Field, Filter } from '../service/visibility/query.js';
import type { RunRecord } from '../service/store.js';

export interface SearchableRun {
  readonly record: RunRecord;
  readonly searchAttributes: Readonly<Record<string, readonly Comparable[]>>;
}

/** Whether a run matches, by the rules that the SQL of the other store follows: what is null matches nothing but `IS NULL`. */
export function matchesFilter(run: SearchableRun, filter: Filter): boolean {
  switch (filter.type) {
    case 'and':
      return filter.operands.every((f) => matchesFilter(run, f));
    case 'or':
      return filter.operands.some((f) => matchesFilter(run, f));
    case 'not':
      return !matchesFilter(run, filter.operand);
    case 'isNull':
      return fieldValues(run, filter.field).length === 0;
    case 'compare': {
      const { operator, value } = filter;
      const values = fieldValues(run, filter.field);
      if (operator === '!=') return !values.some((v) => v === value);
      return values.some((v) => compare(v, operator, value));
    }
    case 'between':
      return fieldValues(run, filter.field).some((v) => v >= filter.low && v <= filter.high);
    case 'in':
      return fieldValues(run, filter.field).some((v) => filter.values.includes(v));
    case 'hasWords':
      return fieldValues(run, filter.field).some((v) =>
        filter.words.every((word) => String(v).includes(word)),
      );
    case 'startsWith':
      return fieldValues(run, filter.field).some((v) => String(v).startsWith(filter.prefix));
  }
}

function compare(found: Comparable, operator: '=' | '<' | '<=' | '>' | '>=', value: Comparable): boolean {
  switch (operator) {
    case '=':
      return found === value;
    case '<':
      return found < value;
    case '<=':
      return found <= value;
    case '>':
      return found > value;
    case '>=':
      return found >= value;
  }
}

export function fieldValues(run: SearchableRun, field: Field): readonly Comparable[] {
  if (field.type === 'attribute') return run.searchAttributes[field.name] ?? [];
  const { record } = run;
  if (field.column === 'executionDurationMs') {
    return record.closeTimeMs === undefined ? [] : [record.closeTimeMs - record.executionTimeMs];
  }
  const value = record[field.column];
  return value === undefined ? [] : [value];
}
