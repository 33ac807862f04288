import type { WorkflowQuery, WorkflowQueryResult } from './api/common.js';

/**
 * A query waits for a worker: with the workflow task when the run has one, alone otherwise. It changes nothing of
 * the run (E7) and lives in memory.
 */
export interface PendingQuery {
  readonly queryId: string;
  readonly query: WorkflowQuery;
  /** With which task it went out: the workflow task's started id, or -1 for a task of its own. */
  sentWith: number | undefined;
  resolve(result: WorkflowQueryResult): void;
  reject(error: unknown): void;
}

export type PendingQueries = Map<string, PendingQuery>;

/** The queries that go out with a workflow task. */
export function takeQueries(
  queries: PendingQueries | undefined,
  startedEventId: number,
): Readonly<Record<string, WorkflowQuery>> {
  const taken: Record<string, WorkflowQuery> = {};
  for (const pending of queries?.values() ?? []) {
    if (pending.sentWith !== undefined) continue;
    pending.sentWith = startedEventId;
    taken[pending.queryId] = pending.query;
  }
  return taken;
}

export function answerQueries(
  queries: PendingQueries | undefined,
  results: Readonly<Record<string, WorkflowQueryResult>> | undefined,
): void {
  for (const [queryId, result] of Object.entries(results ?? {})) {
    const pending = queries?.get(queryId);
    if (!pending) continue;
    queries!.delete(queryId);
    pending.resolve(result);
  }
}

/** The task that carried them is gone: they go out again. */
export function resendQueries(queries: PendingQueries | undefined, startedEventId?: number): void {
  for (const pending of queries?.values() ?? []) {
    if (startedEventId === undefined || pending.sentWith === startedEventId) pending.sentWith = undefined;
  }
}
