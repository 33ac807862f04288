import type { EventOf, EventType, HistoryEvent } from '../history/event.js';
import type { WorkflowExecutionStatus } from './api/common.js';
import { limits } from './limits.js';
import type { ExecutionState, WorkflowTaskState } from './state.js';

/**
 * The fold that makes an execution's state from its events: the same code while the run goes on and when it is
 * loaded, reset or imported. An event that waits in the buffer is applied when it is put there, with id 0.
 */
export function applyEvent(state: ExecutionState, event: HistoryEvent): void {
  const apply = appliers[event.type as EventType] as Applier | undefined;
  apply?.(state, event);
}

type Applier = (state: ExecutionState, event: HistoryEvent) => void;
type Appliers = { [T in EventType]?: (state: ExecutionState, event: EventOf<T>) => void };

/** Events that are not listed change nothing the service has to know. */
const appliers: Appliers = {
  WorkflowExecutionStarted(state, { attributes, eventTimeMs }) {
    state.started = attributes;
    state.startTimeMs = eventTimeMs;
    Object.assign(state.memo, attributes.memo?.fields);
    Object.assign(state.searchAttributes, attributes.searchAttributes?.indexedFields);
    state.buildId = attributes.inheritedBuildId ?? attributes.versioningOverride?.pinnedVersion;
    state.pinned = state.buildId !== undefined;
    note(state, firstTaskTimeMs(state));
    note(state, runDeadlineMs(state));
  },
  WorkflowExecutionCompleted: closes('COMPLETED'),
  WorkflowExecutionFailed: closes('FAILED'),
  WorkflowExecutionCanceled: closes('CANCELED'),
  WorkflowExecutionTerminated: closes('TERMINATED'),
  WorkflowExecutionTimedOut: closes('TIMED_OUT'),
  WorkflowExecutionContinuedAsNew: closes('CONTINUED_AS_NEW'),

  WorkflowTaskScheduled(state, event) {
    const { attributes, eventTimeMs, eventId } = event;
    const attempt = attributes.attempt ?? 1;
    const timeoutMs = attributes.startToCloseTimeoutMs ?? limits.workflowTaskTimeoutMs;
    state.workflowTask = scheduledTask(eventId, attempt, eventTimeMs, timeoutMs);
    state.workflowTaskAttempt = attempt;
  },
  WorkflowTaskStarted(state, { attributes, eventId, eventTimeMs }) {
    const task = state.workflowTask;
    if (!task) return;
    task.startedEventId = eventId;
    task.startedTimeMs = eventTimeMs;
    task.identity = attributes.identity ?? '';
    task.requestId = attributes.requestId ?? '';
    task.stickyUntilMs = undefined;
    note(state, eventTimeMs + task.timeoutMs);
  },
  WorkflowTaskCompleted(state, { attributes }) {
    state.previousStartedEventId = attributes.startedEventId ?? 0;
    state.workflowTask = undefined;
    state.workflowTaskAttempt = 1;
    state.lastWorkflowTaskFailure = undefined;
    const buildId = attributes.workerVersion?.buildId;
    if (buildId !== undefined && !state.started.versioningOverride) {
      state.buildId = buildId;
      state.pinned = attributes.versioningBehavior === 'PINNED';
    }
  },
  WorkflowTaskFailed(state, { attributes, eventTimeMs }) {
    endTask(state, attributes.cause !== 'RESET_WORKFLOW');
    if (attributes.cause === 'RESET_WORKFLOW') beginAgain(state, eventTimeMs);
    state.lastWorkflowTaskFailure = {
      ...(attributes.cause && { cause: attributes.cause }),
      ...(attributes.failure && { failure: attributes.failure }),
    };
  },
  WorkflowTaskTimedOut(state, { attributes }) {
    endTask(state, attributes.timeoutType !== 'SCHEDULE_TO_START');
  },

  ActivityTaskScheduled(state, { attributes, eventId, eventTimeMs }) {
    state.activities.set(eventId, {
      scheduledEventId: eventId,
      scheduled: attributes,
      scheduledTimeMs: eventTimeMs,
      cancelRequestedEventId: 0,
      attempt: 1,
      attemptScheduledTimeMs: eventTimeMs,
      dispatched: false,
      withheldAttempt: 0,
      startedTimeMs: 0,
      embedded: false,
      identity: '',
      requestId: '',
      lastFailure: undefined,
      heartbeatDetails: undefined,
      lastHeartbeatMs: 0,
    });
    state.activityIds.set(attributes.activityId, eventId);
    note(state, eventTimeMs + (attributes.scheduleToStartTimeoutMs || Infinity));
    note(state, eventTimeMs + (attributes.scheduleToCloseTimeoutMs || Infinity));
  },
  ActivityTaskCancelRequested(state, { attributes, eventId }) {
    const activity = state.activities.get(attributes.scheduledEventId);
    if (activity) activity.cancelRequestedEventId = eventId;
  },
  ActivityTaskCompleted: endsActivity,
  ActivityTaskFailed: endsActivity,
  ActivityTaskTimedOut: endsActivity,
  ActivityTaskCanceled: endsActivity,

  TimerStarted(state, { attributes, eventId, eventTimeMs }) {
    const fireTimeMs = eventTimeMs + (attributes.startToFireTimeoutMs ?? 0);
    state.timers.set(attributes.timerId, { startedEventId: eventId, fireTimeMs });
    note(state, fireTimeMs);
  },
  TimerFired: (state, { attributes }) => void state.timers.delete(attributes.timerId),
  TimerCanceled: (state, { attributes }) => void state.timers.delete(attributes.timerId),

  WorkflowExecutionSignaled(state, { attributes }) {
    state.signalCount++;
    if (attributes.requestId) state.signalRequestIds.add(attributes.requestId);
  },
  WorkflowExecutionCancelRequested(state) {
    state.cancelRequested = true;
  },

  StartChildWorkflowExecutionInitiated(state, { attributes, eventId }) {
    state.children.set(eventId, {
      initiatedEventId: eventId,
      initiated: attributes,
      startedEventId: 0,
      runId: undefined,
    });
  },
  ChildWorkflowExecutionStarted(state, { attributes, eventId }) {
    const child = state.children.get(attributes.initiatedEventId);
    if (!child) return;
    child.startedEventId = eventId;
    child.runId = attributes.workflowExecution?.runId;
  },
  StartChildWorkflowExecutionFailed: endsChild,
  ChildWorkflowExecutionCompleted: endsChild,
  ChildWorkflowExecutionFailed: endsChild,
  ChildWorkflowExecutionCanceled: endsChild,
  ChildWorkflowExecutionTimedOut: endsChild,
  ChildWorkflowExecutionTerminated: endsChild,

  SignalExternalWorkflowExecutionInitiated: (state, e) => void state.externalSignals.add(e.eventId),
  SignalExternalWorkflowExecutionFailed: (state, e) =>
    void state.externalSignals.delete(e.attributes.initiatedEventId),
  ExternalWorkflowExecutionSignaled: (state, e) =>
    void state.externalSignals.delete(e.attributes.initiatedEventId),
  RequestCancelExternalWorkflowExecutionInitiated: (state, e) => void state.externalCancels.add(e.eventId),
  RequestCancelExternalWorkflowExecutionFailed: (state, e) =>
    void state.externalCancels.delete(e.attributes.initiatedEventId),
  ExternalWorkflowExecutionCancelRequested: (state, e) =>
    void state.externalCancels.delete(e.attributes.initiatedEventId),

  UpsertWorkflowSearchAttributes(state, { attributes }) {
    state.searchAttributes = upserted(state.searchAttributes, attributes.searchAttributes?.indexedFields);
  },
  WorkflowPropertiesModified(state, { attributes }) {
    state.memo = upserted(state.memo, attributes.upsertedMemo?.fields);
  },

  WorkflowExecutionUpdateAdmitted(state, { attributes, eventId }) {
    const updateId = attributes.request?.meta?.updateId;
    if (updateId === undefined) return;
    state.updates.set(updateId, { admittedEventId: eventId, acceptedEventId: 0, outcome: undefined });
  },
  WorkflowExecutionUpdateAccepted(state, { attributes, eventId }) {
    const updateId = attributes.acceptedRequest?.meta?.updateId ?? attributes.protocolInstanceId;
    const admittedEventId = state.updates.get(updateId)?.admittedEventId ?? 0;
    state.updates.set(updateId, { admittedEventId, acceptedEventId: eventId, outcome: undefined });
  },
  WorkflowExecutionUpdateCompleted(state, { attributes }) {
    const update = state.updates.get(attributes.meta?.updateId ?? '');
    if (update) update.outcome = attributes.outcome ?? {};
  },
};

/** A reset: the time of the run, and of what had not begun yet, counts from here. */
function beginAgain(state: ExecutionState, nowMs: number): void {
  const { firstWorkflowTaskBackoffMs: _, workflowExecutionExpirationTimeMs: __, ...started } = state.started;
  const executionMs = started.workflowExecutionTimeoutMs ?? 0;
  state.started = {
    ...started,
    ...(executionMs > 0 && { workflowExecutionExpirationTimeMs: nowMs + executionMs }),
  };
  state.startTimeMs = nowMs;
  for (const activity of state.activities.values()) {
    activity.scheduledTimeMs = nowMs;
    activity.attemptScheduledTimeMs = nowMs;
  }
}

/** Something of this run is due at `atMs` at the earliest. */
export function note(state: ExecutionState, atMs: number): void {
  if (atMs < state.dueMs) state.dueMs = atMs;
}

/** When the first workflow task may be scheduled (cron, retry, start delay). */
export function firstTaskTimeMs(state: ExecutionState): number {
  const backoffMs = state.started.firstWorkflowTaskBackoffMs ?? 0;
  return backoffMs > 0 ? state.startTimeMs + backoffMs : Infinity;
}

/** When the run times out; the run timeout counts from the first workflow task, not from the backoff before it. */
export function runDeadlineMs(state: ExecutionState): number {
  const { workflowRunTimeoutMs, workflowExecutionExpirationTimeMs, firstWorkflowTaskBackoffMs } =
    state.started;
  const runEndMs = workflowRunTimeoutMs
    ? state.startTimeMs + (firstWorkflowTaskBackoffMs ?? 0) + workflowRunTimeoutMs
    : Infinity;
  return Math.min(runEndMs, workflowExecutionExpirationTimeMs || Infinity);
}

export function scheduledTask(
  scheduledEventId: number,
  attempt: number,
  scheduledTimeMs: number,
  timeoutMs: number,
): WorkflowTaskState {
  return {
    scheduledEventId,
    startedEventId: 0,
    attempt,
    scheduledTimeMs,
    originalScheduledTimeMs: scheduledTimeMs,
    startedTimeMs: 0,
    transient: false,
    speculative: false,
    timeoutMs,
    identity: '',
    requestId: '',
    embedded: false,
    buildId: undefined,
    stickyUntilMs: undefined,
    notBeforeMs: 0,
    historySizeBytes: 0,
    suggestContinueAsNew: false,
  };
}

/** What fails with the worker that had the run in its cache does not count: another, without a cache, may do better. */
export function endTask(state: ExecutionState, isFault: boolean): void {
  const countsAsAttempt = isFault && !state.sticky;
  const attempt = state.workflowTask?.attempt ?? state.workflowTaskAttempt;
  state.workflowTask = undefined;
  state.workflowTaskAttempt = countsAsAttempt ? attempt + 1 : attempt;
  state.sticky = undefined;
}

function closes(status: WorkflowExecutionStatus) {
  return (state: ExecutionState, event: HistoryEvent) => {
    state.status = status;
    state.closeTimeMs = event.eventTimeMs;
    state.workflowTask = undefined;
    state.sticky = undefined;
    state.dueMs = Infinity;
  };
}

function endsActivity(
  state: ExecutionState,
  event: { readonly attributes: { readonly scheduledEventId: number } },
): void {
  const activity = state.activities.get(event.attributes.scheduledEventId);
  if (!activity) return;
  state.activities.delete(activity.scheduledEventId);
  state.activityIds.delete(activity.scheduled.activityId);
}

function endsChild(
  state: ExecutionState,
  event: { readonly attributes: { readonly initiatedEventId: number } },
): void {
  state.children.delete(event.attributes.initiatedEventId);
}

/** A payload whose value is null or empty removes the field, as on Temporal. */
function upserted<P extends { readonly data?: string }>(
  fields: Readonly<Record<string, P>>,
  changes: Readonly<Record<string, P>> | undefined,
): Record<string, P> {
  const merged = Object.entries({ ...fields, ...changes });
  return Object.fromEntries(merged.filter(([name, value]) => !(changes?.[name] && isNullPayload(value))));
}

export function isNullPayload(payload: { readonly data?: string }): boolean {
  const data = payload.data ?? '';
  return data === '' || data === 'bnVsbA==' || data === 'W10=';
}
