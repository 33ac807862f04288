import type { Payload } from '../history/payload.js';
import type { WorkflowExecutionStatus } from './api/common.js';
import type { PagePosition } from './visibility/page.js';
import type { VisibilityQuery } from './visibility/query.js';

/**
 * Where the service keeps what must survive. Reads are synchronous and see what is committed; writes are
 * collected by the service and committed in batches, each in one transaction (E2).
 */
export interface Store {
  /**
   * Asks for a commit. The store calls `collect` once, when it is ready for the next transaction, and resolves
   * after what it returned is durable. Requests that come while a transaction is under way share the next one.
   */
  requestCommit(collect: () => WriteBatch): Promise<void>;
  /** A commit that was asked for may begin now: nothing that belongs into it follows at once. */
  flush?(): void;

  /** The highest key of a run so far; 0 in an empty store. */
  lastRunKey(): number;
  readRun(run: number): StoredRun | undefined;
  runKeyOf(runId: string): number | undefined;
  /** The newest run of a workflow id. */
  currentRunKey(workflowId: string): number | undefined;
  /** Encoded events in order, from `fromEventId`; each text is a JSON array. */
  readEvents(run: number, fromEventId: number): readonly string[];
  /** Runs with tasks that wait for a worker, or were with one; keys in order after `afterRun`. */
  runsWithTasks(afterRun: number, limit: number): readonly number[];
  /** All runs, in the order of their keys, after `afterRun`. */
  runsAfter(afterRun: number, limit: number): readonly StoredRunKey[];
  /** Open runs with something due, in order of time, from `fromMs`; ties in order of key. */
  dueRuns(after: DueRun, limit: number): readonly DueRun[];

  listRuns(query: VisibilityQuery, after: PagePosition | undefined, limit: number): RunPage;
  countRuns(query: VisibilityQuery): readonly RunCount[];

  readSchedule(scheduleId: string): string | undefined;
  listSchedules(afterId: string, limit: number): readonly StoredSchedule[];
  dueSchedules(): readonly { readonly scheduleId: string; readonly dueMs: number }[];

  close(): Promise<void>;
}

/** A store as it is opened: it holds the first namespace itself, and gives out a part for each other one. */
export interface RootStore extends Store {
  listNamespaces(): readonly StoredNamespace[];
  /** The runs and schedules of one namespace; `close` of a part does nothing. */
  partition(namespaceKey: number): Store;
}

/** The first namespace has key 0; its row is there once it has something to keep. */
export interface StoredNamespace {
  readonly key: number;
  readonly name: string;
  readonly text: string;
}

export interface StoredRunKey {
  readonly run: number;
  /** Undefined while it is open. */
  readonly closeTimeMs: number | undefined;
}

export interface DueRun {
  readonly dueMs: number;
  readonly run: number;
}

export interface StoredSchedule {
  readonly scheduleId: string;
  readonly text: string;
}

export interface RunPage {
  readonly records: readonly RunRecord[];
  readonly next: PagePosition | undefined;
}

export interface RunCount {
  readonly group: string | undefined;
  readonly count: number;
}

/** The row of a run: what list and count see, and where the service finds it again. */
export interface RunRecord {
  readonly run: number;
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly status: WorkflowExecutionStatus;
  readonly startTimeMs: number;
  readonly executionTimeMs: number;
  readonly closeTimeMs: number | undefined;
  readonly historyLength: number;
  readonly historySizeBytes: number;
  readonly parentWorkflowId: string | undefined;
  readonly parentRunId: string | undefined;
  readonly rootWorkflowId: string | undefined;
  readonly rootRunId: string | undefined;
  readonly firstRunId: string;
  readonly memo: Readonly<Record<string, Payload>>;
  readonly searchAttributes: Readonly<Record<string, Payload>>;
  readonly buildId: string | undefined;
  readonly pinned: boolean;
}

export interface StoredRun {
  readonly record: RunRecord;
  readonly dueMs: number;
  readonly transient: ReadonlyMap<string, string>;
}

/** What one commit changes of one run. */
export interface RunWrites {
  readonly run: number;
  deleted: boolean;
  record: RunRecord | undefined;
  /** Comparable values of search attributes by name; written together with `record`. */
  searchAttributes: Readonly<Record<string, readonly (string | number)[]>> | undefined;
  wake: { readonly dueMs: number; readonly hasTasks: boolean } | undefined;
  firstEventId: number;
  /** Encoded events from `firstEventId` on. */
  readonly events: string[];
  /** `null` removes the key. */
  readonly transient: Map<string, string | null>;
}

export interface ScheduleWrite {
  readonly scheduleId: string;
  /** `null` deletes it. */
  readonly text: string | null;
  readonly dueMs: number;
  /** Key of the namespace; absent for the first one. */
  readonly namespaceKey?: number;
}

export interface WriteBatch {
  readonly runs: readonly RunWrites[];
  readonly schedules: readonly ScheduleWrite[];
  readonly namespaces?: readonly NamespaceWrite[];
}

export interface NamespaceWrite extends Omit<StoredNamespace, 'text'> {
  /** `null` deletes it; what it holds has been deleted before. */
  readonly text: string | null;
}
