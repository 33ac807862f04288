import type { EventAttributes, HistoryEvent } from '../history/event.js';
import type { EnumValue } from '../history/field-kinds.js';
import type { Failure, ParentClosePolicy, UpdateOutcome } from '../history/messages.js';
import type { Payload } from '../history/payload.js';
import type { WorkflowExecutionStatus } from './api/common.js';

/**
 * What the service knows of one run. It is a fold over the run's events (`apply-event.ts`), so that it is never
 * written: the store holds the events, and the few facts that have no event yet (`Transient`): attempts and
 * heartbeats of activities, attempts of workflow tasks, events that wait for a workflow task to end.
 *
 * Owned by one transition at a time, which changes it in place; nothing else may.
 */
export interface ExecutionState {
  /** The store's key of the run. */
  readonly run: number;
  readonly workflowId: string;
  readonly runId: string;
  started: EventAttributes<'WorkflowExecutionStarted'>;
  startTimeMs: number;
  status: WorkflowExecutionStatus;
  closeTimeMs: number | undefined;
  nextEventId: number;
  historySizeBytes: number;
  /** WorkflowTaskStarted of the last workflow task that was completed. */
  previousStartedEventId: number;
  workflowTask: WorkflowTaskState | undefined;
  /** 1 + the number of failures in a row. */
  workflowTaskAttempt: number;
  lastWorkflowTaskFailure: WorkflowTaskFailure | undefined;
  sticky: StickyQueue | undefined;
  readonly activities: Map<number, ActivityState>;
  readonly activityIds: Map<string, number>;
  readonly timers: Map<string, TimerState>;
  readonly children: Map<number, ChildState>;
  readonly externalSignals: Set<number>;
  readonly externalCancels: Set<number>;
  readonly signalRequestIds: Set<string>;
  readonly updates: Map<string, UpdateState>;
  signalCount: number;
  cancelRequested: boolean;
  memo: Record<string, Payload>;
  searchAttributes: Record<string, Payload>;
  /** Worker build that completed the last workflow task, and whether it keeps the run. */
  buildId: string | undefined;
  pinned: boolean;
  /** Events that wait until the workflow task in flight has ended; their ids are 0. */
  buffered: BufferedEvent[];
  /** No timer, timeout or backoff of this run is due before; Infinity when there is none. */
  dueMs: number;
}

export type BufferedEvent = HistoryEvent;

export interface WorkflowTaskState {
  scheduledEventId: number;
  /** 0 until it is started. */
  startedEventId: number;
  attempt: number;
  scheduledTimeMs: number;
  originalScheduledTimeMs: number;
  startedTimeMs: number;
  /** Attempts after the first have no events until one completes. */
  transient: boolean;
  /** Made for updates alone: transient, and without a trace when it does nothing but reject them. */
  speculative: boolean;
  timeoutMs: number;
  identity: string;
  requestId: string;
  embedded: boolean;
  buildId: string | undefined;
  /** Set while it waits on a worker's own queue. */
  stickyUntilMs: number | undefined;
  /** Not given out before (retry backoff). */
  notBeforeMs: number;
  historySizeBytes: number;
  suggestContinueAsNew: boolean;
}

export interface WorkflowTaskFailure {
  readonly cause?: EnumValue<'WorkflowTaskFailedCause'>;
  readonly failure?: Failure;
}

export interface StickyQueue {
  readonly name: string;
  readonly scheduleToStartTimeoutMs: number;
}

export interface ActivityState {
  readonly scheduledEventId: number;
  readonly scheduled: EventAttributes<'ActivityTaskScheduled'>;
  /** A reset sets it anew: the timeouts of what had not begun count from there. */
  scheduledTimeMs: number;
  cancelRequestedEventId: number;
  attempt: number;
  /** The attempt is not given out before. */
  attemptScheduledTimeMs: number;
  /** The attempt is in its task queue. */
  dispatched: boolean;
  /** This attempt is kept from workers, for a test; 0 when none was. */
  withheldAttempt: number;
  /** 0 while no attempt runs. */
  startedTimeMs: number;
  embedded: boolean;
  identity: string;
  requestId: string;
  lastFailure: Failure | undefined;
  heartbeatDetails: readonly Payload[] | undefined;
  lastHeartbeatMs: number;
}

export interface TimerState {
  readonly startedEventId: number;
  readonly fireTimeMs: number;
}

export interface ChildState {
  readonly initiatedEventId: number;
  readonly initiated: EventAttributes<'StartChildWorkflowExecutionInitiated'>;
  /** 0 until the child is started. */
  startedEventId: number;
  runId: string | undefined;
}

export interface UpdateState {
  /** 0 unless an event of its own brought it (WorkflowExecutionUpdateAdmitted). */
  readonly admittedEventId: number;
  /** 0 until it is accepted. */
  acceptedEventId: number;
  outcome: UpdateOutcome | undefined;
}

export type { ParentClosePolicy };

export function newState(run: number, workflowId: string, runId: string): ExecutionState {
  return {
    run,
    workflowId,
    runId,
    started: { workflowType: { name: '' } },
    startTimeMs: 0,
    status: 'RUNNING',
    closeTimeMs: undefined,
    nextEventId: 1,
    historySizeBytes: 0,
    previousStartedEventId: 0,
    workflowTask: undefined,
    workflowTaskAttempt: 1,
    lastWorkflowTaskFailure: undefined,
    sticky: undefined,
    activities: new Map(),
    activityIds: new Map(),
    timers: new Map(),
    children: new Map(),
    externalSignals: new Set(),
    externalCancels: new Set(),
    signalRequestIds: new Set(),
    updates: new Map(),
    signalCount: 0,
    cancelRequested: false,
    memo: {},
    searchAttributes: {},
    buildId: undefined,
    pinned: false,
    buffered: [],
    dueMs: Infinity,
  };
}

export function isRunning(state: ExecutionState): boolean {
  return state.status === 'RUNNING';
}

export function taskQueueOf(state: ExecutionState): string {
  return state.started.taskQueue?.name ?? '';
}
