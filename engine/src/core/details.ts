import type { EventType, HistoryEvent } from '../history/event.js';
import type { Failure, RetryPolicy } from '../history/messages.js';
import type { Payload } from '../history/payload.js';
import { placeOf } from './found-mismatch.js';
import type { ExecutionState, QueuedCommand } from './state.js';

/**
 * Compares what Temporal's matching does not look at. A difference is drift: the replay goes on, but the code
 * would now do something else. What a server fills in by itself is no difference; nor are headers (interceptors
 * put changing things there) and stack traces.
 */
type Compare = (attempted: unknown, recorded: unknown, context: CompareContext) => boolean;

interface CompareContext {
  readonly runTimeoutMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const details: Partial<Readonly<Record<EventType, Readonly<Record<string, Compare>>>>> = {
  TimerStarted: { startToFireTimeoutMs: sameValue },
  ActivityTaskScheduled: {
    activityId: sameValue,
    'activityType.name': sameValue,
    'taskQueue.name': sameValue,
    input: samePayloads,
    scheduleToCloseTimeoutMs: sameActivityTimeout,
    scheduleToStartTimeoutMs: sameActivityTimeout,
    startToCloseTimeoutMs: sameActivityTimeout,
    heartbeatTimeoutMs: sameOrZero,
    retryPolicy: sameRetryPolicy,
  },
  StartChildWorkflowExecutionInitiated: {
    workflowId: sameValue,
    'workflowType.name': sameValue,
    'taskQueue.name': sameValue,
    input: samePayloads,
    workflowExecutionTimeoutMs: sameIfAsked,
    workflowRunTimeoutMs: sameIfAsked,
    workflowTaskTimeoutMs: sameIfAsked,
    parentClosePolicy: sameIfAsked,
    workflowIdReusePolicy: sameIfAsked,
    retryPolicy: sameRetryPolicy,
    cronSchedule: sameIfAsked,
    'memo.fields': samePayloadMap,
    'searchAttributes.indexedFields': samePayloadMap,
  },
  SignalExternalWorkflowExecutionInitiated: {
    'workflowExecution.workflowId': sameValue,
    'workflowExecution.runId': sameOrEmpty,
    signalName: sameValue,
    input: samePayloads,
  },
  RequestCancelExternalWorkflowExecutionInitiated: { 'workflowExecution.workflowId': sameValue },
  UpsertWorkflowSearchAttributes: { 'searchAttributes.indexedFields': samePayloadMap },
  WorkflowPropertiesModified: { 'upsertedMemo.fields': samePayloadMap },
  WorkflowExecutionCompleted: { result: samePayloads },
  WorkflowExecutionFailed: { failure: sameFailure },
  WorkflowExecutionContinuedAsNew: {
    'workflowType.name': sameValue,
    'taskQueue.name': sameValue,
    input: samePayloads,
    workflowRunTimeoutMs: sameIfAsked,
    workflowTaskTimeoutMs: sameIfAsked,
  },
};

/** Where a command names a field unlike its event. */
const commandPaths: Readonly<Record<string, string>> = {
  'workflowExecution.workflowId': 'execution.workflowId',
  'workflowExecution.runId': 'execution.runId',
};

export function compareDetails(state: ExecutionState, queued: QueuedCommand, event: HistoryEvent): void {
  if (event.type === 'WorkflowExecutionUpdateCompleted' || event.type === 'WorkflowExecutionUpdateAccepted') {
    compareUpdate(state, queued, event);
    return;
  }
  const table = event.type === 'Unknown' ? undefined : details[event.type];
  if (!table) return;
  const command = queued.build(state, queued).attributes;
  const context: CompareContext = {
    runTimeoutMs: state.started?.attributes.workflowRunTimeoutMs ?? 0,
    attributes: command as unknown as Record<string, unknown>,
  };
  for (const field in table) {
    const recorded = at(event.attributes, field);
    const commandPath =
      event.type === 'SignalExternalWorkflowExecutionInitiated' ? commandPaths[field] : undefined;
    const attempted =
      event.type === 'RequestCancelExternalWorkflowExecutionInitiated'
        ? at(command, 'workflowId')
        : at(command, commandPath ?? field);
    if (!table[field]!(attempted, recorded, context))
      report(state, queued, event, field, recorded, attempted);
  }
}

function compareUpdate(
  state: ExecutionState,
  queued: QueuedCommand,
  event: Extract<
    HistoryEvent,
    { type: 'WorkflowExecutionUpdateCompleted' | 'WorkflowExecutionUpdateAccepted' }
  >,
): void {
  const { machine, source } = queued;
  if (event.type === 'WorkflowExecutionUpdateAccepted') {
    const attempted = machine.update?.protocolInstanceId;
    const recorded = event.attributes.protocolInstanceId;
    if (attempted !== recorded) report(state, queued, event, 'protocolInstanceId', recorded, attempted);
    return;
  }
  if (source?.type !== 'updateResponse') return;
  const { outcome } = event.attributes;
  if (source.status === 'rejected') {
    if (!sameFailure(source.failure, outcome?.failure)) {
      report(state, queued, event, 'outcome.failure', outcome?.failure, source.failure);
    }
  } else if (source.status === 'completed') {
    const attempted = source.result ? [source.result] : undefined;
    if (!samePayloads(attempted, outcome?.success)) {
      report(state, queued, event, 'outcome.success', outcome?.success, attempted);
    }
  }
}

function report(
  state: ExecutionState,
  queued: QueuedCommand,
  event: HistoryEvent,
  field: string,
  recordedValue: unknown,
  attemptedValue: unknown,
): void {
  const attempted = queued.source ?? queued.machine.source;
  // The core's own commands (the upsert of a patch) are not the code's doing.
  if (!attempted) return;
  state.drift.push({
    kind: 'detail',
    field,
    recorded: event,
    attempted,
    recordedValue,
    attemptedValue,
    ...placeOf(state, attempted, event.eventId),
  });
}

/** Paths come from the tables above: a few dozen. */
const splitPaths = new Map<string, readonly string[]>();

function at(value: unknown, path: string): unknown {
  let names = splitPaths.get(path);
  if (!names) splitPaths.set(path, (names = path.split('.')));
  let current = value;
  for (const name of names) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return current;
}

function sameValue(attempted: unknown, recorded: unknown): boolean {
  return attempted === recorded;
}

/** What the code leaves open, the server fills in. */
function sameIfAsked(attempted: unknown, recorded: unknown): boolean {
  const isOpen =
    attempted === undefined || attempted === '' || attempted === 0 || attempted === 'UNSPECIFIED';
  return isOpen || attempted === recorded;
}

function sameOrZero(attempted: unknown, recorded: unknown): boolean {
  return (attempted ?? 0) === (recorded ?? 0);
}

function sameOrEmpty(attempted: unknown, recorded: unknown): boolean {
  return (attempted ?? '') === (recorded ?? '');
}

/** The server derives missing activity timeouts from the others and from the run's own. */
function sameActivityTimeout(attempted: unknown, recorded: unknown, context: CompareContext): boolean {
  const recordedMs = (recorded as number | undefined) ?? 0;
  const attemptedMs = attempted as number | undefined;
  if (attemptedMs !== undefined && attemptedMs !== 0) {
    // Timeouts are capped by the longer ones and by the run.
    const caps = [context.attributes['scheduleToCloseTimeoutMs'] as number | undefined, context.runTimeoutMs];
    return (
      recordedMs === attemptedMs ||
      caps.some((cap) => cap !== undefined && cap === recordedMs && cap < attemptedMs)
    );
  }
  const scheduleToCloseMs = (context.attributes['scheduleToCloseTimeoutMs'] as number | undefined) ?? 0;
  return recordedMs === 0 || recordedMs === context.runTimeoutMs || recordedMs === scheduleToCloseMs;
}

function sameRetryPolicy(attempted: unknown, recorded: unknown): boolean {
  if (attempted === undefined) return isDefaultPolicy(recorded as RetryPolicy | undefined);
  const left = normalPolicy(attempted as RetryPolicy);
  const right = normalPolicy((recorded ?? {}) as RetryPolicy);
  return left.every((value, index) => value === right[index]);
}

function isDefaultPolicy(policy: RetryPolicy | undefined): boolean {
  return policy === undefined || sameRetryPolicy({}, policy);
}

/** With the server's defaults filled in. */
function normalPolicy(policy: RetryPolicy): readonly unknown[] {
  const initialMs = policy.initialIntervalMs || 1000;
  return [
    initialMs,
    policy.backoffCoefficient || 2,
    policy.maximumIntervalMs || initialMs * 100,
    policy.maximumAttempts ?? 0,
    JSON.stringify(policy.nonRetryableErrorTypes ?? []),
  ];
}

function samePayloads(attempted: unknown, recorded: unknown): boolean {
  const left = (attempted ?? []) as readonly Payload[];
  const right = (recorded ?? []) as readonly Payload[];
  return left.length === right.length && left.every((payload, index) => samePayload(payload, right[index]));
}

function samePayloadMap(attempted: unknown, recorded: unknown): boolean {
  const left = (attempted ?? {}) as Readonly<Record<string, Payload>>;
  const right = (recorded ?? {}) as Readonly<Record<string, Payload>>;
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => left[name]?.data === right[name]?.data);
}

/** base64 of `binary/encrypted`: such data differs each time, equal or not. */
const ENCRYPTED = 'YmluYXJ5L2VuY3J5cHRlZA==';

function samePayload(left: Payload | undefined, right: Payload | undefined): boolean {
  const encoding = left?.metadata?.['encoding'];
  if (encoding !== right?.metadata?.['encoding']) return isVoid(left) && isVoid(right);
  return encoding === ENCRYPTED || (left?.data ?? '') === (right?.data ?? '');
}

/** `binary/null` stands for undefined; so does no payload. */
function isVoid(payload: Payload | undefined): boolean {
  return !payload?.metadata || payload.metadata['encoding'] === 'YmluYXJ5L251bGw=';
}

function sameFailure(attempted: unknown, recorded: unknown): boolean {
  const left = attempted as Failure | undefined;
  const right = recorded as Failure | undefined;
  if (!left || !right) return left === right;
  const leftInfo = left.applicationFailureInfo;
  const rightInfo = right.applicationFailureInfo;
  return (
    (left.message ?? '') === (right.message ?? '') &&
    (leftInfo?.type ?? '') === (rightInfo?.type ?? '') &&
    (leftInfo?.nonRetryable ?? false) === (rightInfo?.nonRetryable ?? false) &&
    samePayloads(leftInfo?.details, rightInfo?.details) &&
    sameFailure(left.cause, right.cause)
  );
}
