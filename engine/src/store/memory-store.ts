import { runKeysPerNamespace } from './run-keys.js';
import type { PagePosition } from '../service/visibility/page.js';
import type { Comparable, Field, VisibilityQuery } from '../service/visibility/query.js';
import { fieldValues, matchesFilter } from './match-filter.js';
import type {
  DueRun,
  RootStore,
  RunCount,
  RunPage,
  RunRecord,
  RunWrites,
  StoredNamespace,
  StoredRun,
  StoredRunKey,
  StoredSchedule,
  WriteBatch,
} from '../service/store.js';

interface Run {
  record: RunRecord;
  searchAttributes: Readonly<Record<string, readonly Comparable[]>>;
  dueMs: number;
  hasTasks: boolean;
  readonly transient: Map<string, string>;
  /** Texts of events by position: event 1 first. */
  events: string[];
}

/**
 * Owns the runs of a service that nobody wants to keep: tests. A commit is done in the next microtask, so that
 * the service goes through the same steps as with a file.
 */
export class MemoryStore implements RootStore {
  readonly #runs = new Map<number, Run>();
  readonly #byRunId = new Map<string, number>();
  readonly #byWorkflowId = new Map<string, number[]>();
  readonly #schedules = new Map<string, { text: string; dueMs: number }>();
  readonly #namespaces = new Map<number, StoredNamespace>();
  readonly #partitions = new Map<number, MemoryStore>();
  #lastKey: number;

  constructor(namespaceKey = 0) {
    this.#lastKey = namespaceKey * runKeysPerNamespace;
  }

  async requestCommit(collect: () => WriteBatch): Promise<void> {
    await Promise.resolve();
    const batch = collect();
    for (const writes of batch.runs) this.#write(writes);
    for (const { scheduleId, text, dueMs } of batch.schedules) {
      if (text === null) this.#schedules.delete(scheduleId);
      else this.#schedules.set(scheduleId, { text, dueMs });
    }
    for (const { key, name, text } of batch.namespaces ?? []) {
      if (text === null) this.#namespaces.delete(key);
      else this.#namespaces.set(key, { key, name, text });
    }
  }

  listNamespaces(): readonly StoredNamespace[] {
    return [...this.#namespaces.values()];
  }

  partition(namespaceKey: number): MemoryStore {
    if (namespaceKey === 0) return this;
    let partition = this.#partitions.get(namespaceKey);
    if (!partition) {
      partition = new MemoryStore(namespaceKey);
      this.#partitions.set(namespaceKey, partition);
    }
    return partition;
  }

  #write(writes: RunWrites): void {
    if (writes.deleted) return this.#delete(writes.run);
    let run = this.#runs.get(writes.run);
    if (!run) {
      if (!writes.record) return;
      run = {
        record: writes.record,
        searchAttributes: {},
        dueMs: Infinity,
        hasTasks: false,
        transient: new Map(),
        events: [],
      };
      this.#add(run);
    }
    if (writes.record) run.record = writes.record;
    if (writes.searchAttributes) run.searchAttributes = writes.searchAttributes;
    if (writes.wake) {
      run.dueMs = writes.wake.dueMs;
      run.hasTasks = writes.wake.hasTasks;
    }
    for (const [index, text] of writes.events.entries()) run.events[writes.firstEventId - 1 + index] = text;
    for (const [key, text] of writes.transient) {
      if (text === null) run.transient.delete(key);
      else run.transient.set(key, text);
    }
  }

  #add(run: Run): void {
    const { record } = run;
    this.#runs.set(record.run, run);
    this.#byRunId.set(record.runId, record.run);
    const keys = this.#byWorkflowId.get(record.workflowId);
    if (keys) keys.push(record.run);
    else this.#byWorkflowId.set(record.workflowId, [record.run]);
    this.#lastKey = Math.max(this.#lastKey, record.run);
  }

  #delete(key: number): void {
    const run = this.#runs.get(key);
    if (!run) return;
    this.#runs.delete(key);
    this.#byRunId.delete(run.record.runId);
    const keys = this.#byWorkflowId.get(run.record.workflowId) ?? [];
    this.#byWorkflowId.set(
      run.record.workflowId,
      keys.filter((k) => k !== key),
    );
  }

  lastRunKey(): number {
    return this.#lastKey;
  }

  readRun(key: number): StoredRun | undefined {
    const run = this.#runs.get(key);
    return run && { record: run.record, dueMs: run.dueMs, transient: new Map(run.transient) };
  }

  runKeyOf(runId: string): number | undefined {
    return this.#byRunId.get(runId);
  }

  currentRunKey(workflowId: string): number | undefined {
    return this.#byWorkflowId.get(workflowId)?.at(-1);
  }

  readEvents(key: number, fromEventId: number): readonly string[] {
    const events = this.#runs.get(key)?.events.slice(fromEventId - 1) ?? [];
    return events.length > 0 ? [`[${events.join(',')}]`] : [];
  }

  runsWithTasks(afterRun: number, limit: number): readonly number[] {
    const keys = [...this.#runs].filter(([key, run]) => key > afterRun && run.hasTasks).map(([key]) => key);
    return keys.sort((a, b) => a - b).slice(0, limit);
  }

  runsAfter(afterRun: number, limit: number): readonly StoredRunKey[] {
    const keys = [...this.#runs.keys()].filter((key) => key > afterRun).sort((a, b) => a - b);
    return keys.slice(0, limit).map((run) => ({ run, closeTimeMs: this.#runs.get(run)!.record.closeTimeMs }));
  }

  dueRuns(after: DueRun, limit: number): readonly DueRun[] {
    const found: DueRun[] = [];
    for (const [run, { dueMs }] of this.#runs) {
      const isAfter = dueMs > after.dueMs || (dueMs === after.dueMs && run > after.run);
      if (dueMs < Infinity && isAfter) found.push({ dueMs, run });
    }
    return found.sort((a, b) => a.dueMs - b.dueMs || a.run - b.run).slice(0, limit);
  }

  listRuns(query: VisibilityQuery, after: PagePosition | undefined, limit: number): RunPage {
    const positionOf = (run: Run): PagePosition => ({
      run: run.record.run,
      values: query.orderBy.map(({ field }) => leastValue(run, field)),
    });
    const found = this.#matching(query)
      .map((run) => ({ run, position: positionOf(run) }))
      .filter(({ position }) => !after || comparePositions(query, position, after) > 0)
      .sort((a, b) => comparePositions(query, a.position, b.position));
    const page = found.slice(0, limit);
    const next = found.length > limit ? page.at(-1)?.position : undefined;
    return { records: page.map(({ run }) => run.record), next };
  }

  countRuns(query: VisibilityQuery): readonly RunCount[] {
    const { groupBy } = query;
    const matching = this.#matching(query);
    if (!groupBy) return [{ group: undefined, count: matching.length }];
    const counts = new Map<string, number>();
    for (const run of matching) {
      const group = String(fieldValues(run, groupBy)[0] ?? '');
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, count]) => ({ group, count }));
  }

  #matching(query: VisibilityQuery): Run[] {
    const runs = [...this.#runs.values()];
    const { filter } = query;
    return filter ? runs.filter((run) => matchesFilter(run, filter)) : runs;
  }

  readSchedule(scheduleId: string): string | undefined {
    return this.#schedules.get(scheduleId)?.text;
  }

  listSchedules(afterId: string, limit: number): readonly StoredSchedule[] {
    const ids = [...this.#schedules.keys()].filter((id) => id > afterId).sort();
    return ids
      .slice(0, limit)
      .map((scheduleId) => ({ scheduleId, text: this.#schedules.get(scheduleId)!.text }));
  }

  dueSchedules(): readonly { readonly scheduleId: string; readonly dueMs: number }[] {
    return [...this.#schedules]
      .filter(([, s]) => s.dueMs < Infinity)
      .map(([scheduleId, { dueMs }]) => ({ scheduleId, dueMs }));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function leastValue(run: Run, field: Field): Comparable | null {
  return fieldValues(run, field).reduce<Comparable | null>((a, b) => (a === null || b < a ? b : a), null);
}

function comparePositions({ orderBy }: VisibilityQuery, a: PagePosition, b: PagePosition): number {
  for (const [i, { descending }] of orderBy.entries()) {
    const sign = compareNullable(a.values[i]!, b.values[i]!);
    if (sign !== 0) return descending ? -sign : sign;
  }
  return b.run - a.run;
}

/** Null comes first, as in SQLite. */
function compareNullable(a: Comparable | null, b: Comparable | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}
