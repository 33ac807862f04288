import type { Command, CommandAttributes } from '../../history/command.js';
import { assertNever, InvariantViolation } from '../../errors.js';

import { cancelRun, completeRun, continueRun, failRun } from '../close.js';
import { completeRetryPolicy } from '../retry-policy.js';
import { taskQueueOf } from '../state.js';
import type { Transition } from '../transition.js';
import { append } from '../transition.js';

/** Carries out one command of a completed workflow task; `checkCommands` has accepted it. */
export function applyCommand(t: Transition, command: Command, completedId: number): void {
  const { userMetadata } = command;
  const workflowTaskCompletedEventId = completedId;
  switch (command.type) {
    case 'ScheduleActivityTask':
      return scheduleActivity(t, command.attributes, completedId, userMetadata);
    case 'RequestCancelActivityTask':
      return requestCancelActivity(t, command.attributes.scheduledEventId, completedId);
    case 'StartTimer':
      append(t, 'TimerStarted', { ...command.attributes, workflowTaskCompletedEventId }, { userMetadata });
      return;
    case 'CancelTimer':
      return cancelTimer(t, command.attributes.timerId, completedId);
    case 'RecordMarker':
      append(t, 'MarkerRecorded', { ...command.attributes, workflowTaskCompletedEventId }, { userMetadata });
      return;
    case 'StartChildWorkflowExecution':
      return startChild(t, command.attributes, completedId, userMetadata);
    case 'SignalExternalWorkflowExecution': {
      const { execution, ...rest } = command.attributes;
      const attributes = { ...rest, workflowExecution: execution, workflowTaskCompletedEventId };
      const event = append(t, 'SignalExternalWorkflowExecutionInitiated', attributes);
      t.effects.push({ type: 'signalExternal', initiatedEventId: event.eventId, attributes });
      return;
    }
    case 'RequestCancelExternalWorkflowExecution': {
      const { workflowId, runId, ...rest } = command.attributes;
      const workflowExecution = { workflowId, ...(runId && { runId }) };
      const attributes = { ...rest, workflowExecution, workflowTaskCompletedEventId };
      const event = append(t, 'RequestCancelExternalWorkflowExecutionInitiated', attributes);
      t.effects.push({ type: 'cancelExternal', initiatedEventId: event.eventId, attributes });
      return;
    }
    case 'UpsertWorkflowSearchAttributes':
      append(t, 'UpsertWorkflowSearchAttributes', { ...command.attributes, workflowTaskCompletedEventId });
      return;
    case 'ModifyWorkflowProperties':
      append(t, 'WorkflowPropertiesModified', { ...command.attributes, workflowTaskCompletedEventId });
      return;
    case 'CompleteWorkflowExecution':
      return completeRun(t, command.attributes.result, completedId);
    case 'FailWorkflowExecution':
      return failRun(t, command.attributes.failure ?? {}, completedId);
    case 'CancelWorkflowExecution':
      return cancelRun(t, command.attributes.details, completedId);
    case 'ContinueAsNewWorkflowExecution':
      return continueRun(t, command.attributes, completedId);
    case 'ProtocolMessage':
    case 'ScheduleNexusOperation':
    case 'RequestCancelNexusOperation':
      throw new InvariantViolation('RFN2000', `${command.type} is not carried out here`);
    default:
      assertNever(command);
  }
}

type Metadata = Command['userMetadata'];

function scheduleActivity(
  t: Transition,
  a: CommandAttributes<'ScheduleActivityTask'>,
  completedId: number,
  userMetadata: Metadata,
): void {
  const runTimeoutMs = t.state.started.workflowRunTimeoutMs ?? 0;
  const capped = (ms: number) => (runTimeoutMs > 0 && ms > runTimeoutMs ? runTimeoutMs : ms);
  const toClose = capped(a.scheduleToCloseTimeoutMs || runTimeoutMs);
  const within = (ms: number | undefined) => {
    const own = capped(ms || toClose);
    return toClose > 0 ? Math.min(own || toClose, toClose) : own;
  };
  const startToCloseTimeoutMs = within(a.startToCloseTimeoutMs);
  const heartbeat = a.heartbeatTimeoutMs ?? 0;
  const event = append(
    t,
    'ActivityTaskScheduled',
    {
      activityId: a.activityId,
      activityType: a.activityType,
      taskQueue: { name: a.taskQueue?.name || taskQueueOf(t.state), kind: 'NORMAL' },
      ...(a.header && { header: a.header }),
      ...(a.input && { input: a.input }),
      scheduleToCloseTimeoutMs: toClose,
      scheduleToStartTimeoutMs: within(a.scheduleToStartTimeoutMs),
      startToCloseTimeoutMs,
      heartbeatTimeoutMs: startToCloseTimeoutMs ? Math.min(heartbeat, startToCloseTimeoutMs) : heartbeat,
      workflowTaskCompletedEventId: completedId,
      retryPolicy: completeRetryPolicy(a.retryPolicy),
      ...(a.useWorkflowBuildId && { useWorkflowBuildId: true }),
      ...(a.priority && { priority: a.priority }),
    },
    { userMetadata },
  );
  t.effects.push({ type: 'dispatchActivity', scheduledEventId: event.eventId });
}

/** "ACTIVITY_ID_NOT_STARTED", as a Temporal server records it. */
const notStarted = [
  {
    metadata: { encoding: Buffer.from('json/plain').toString('base64') },
    data: Buffer.from('"ACTIVITY_ID_NOT_STARTED"').toString('base64'),
  },
];

function requestCancelActivity(t: Transition, scheduledEventId: number, completedId: number): void {
  append(t, 'ActivityTaskCancelRequested', { scheduledEventId, workflowTaskCompletedEventId: completedId });
  const activity = t.state.activities.get(scheduledEventId);
  // An activity that has ended meanwhile (its outcome is in the buffer) keeps its outcome.
  if (!activity) return;
  t.touched.push(`a:${scheduledEventId}`);
  if (activity.startedTimeMs !== 0) return;
  append(t, 'ActivityTaskCanceled', {
    details: notStarted,
    latestCancelRequestedEventId: activity.cancelRequestedEventId,
    scheduledEventId,
    startedEventId: 0,
    identity: t.state.workflowTask?.identity ?? '',
  });
}

/** A timer that fired while the task was in flight counts as cancelled: the code has not seen it fire. */
function cancelTimer(t: Transition, timerId: string, completedId: number): void {
  const { state } = t;
  let startedEventId = state.timers.get(timerId)?.startedEventId;
  const index = state.buffered.findIndex((e) => e.type === 'TimerFired' && e.attributes.timerId === timerId);
  if (index >= 0) {
    const [fired] = state.buffered.splice(index, 1);
    if (fired?.type === 'TimerFired') startedEventId = fired.attributes.startedEventId;
  }
  append(t, 'TimerCanceled', {
    timerId,
    ...(startedEventId !== undefined && { startedEventId }),
    workflowTaskCompletedEventId: completedId,
  });
}

function startChild(
  t: Transition,
  a: CommandAttributes<'StartChildWorkflowExecution'>,
  completedId: number,
  userMetadata: Metadata,
): void {
  const attributes = {
    ...a,
    namespace: t.namespace,
    taskQueue: { name: a.taskQueue?.name || taskQueueOf(t.state), kind: 'NORMAL' as const },
    parentClosePolicy:
      a.parentClosePolicy && a.parentClosePolicy !== 'UNSPECIFIED' ? a.parentClosePolicy : 'TERMINATE',
    workflowIdReusePolicy:
      a.workflowIdReusePolicy && a.workflowIdReusePolicy !== 'UNSPECIFIED'
        ? a.workflowIdReusePolicy
        : 'ALLOW_DUPLICATE',
    workflowTaskCompletedEventId: completedId,
    ...(a.retryPolicy && { retryPolicy: completeRetryPolicy(a.retryPolicy) }),
  } as const;
  const event = append(t, 'StartChildWorkflowExecutionInitiated', attributes, { userMetadata });
  t.effects.push({ type: 'startChild', child: t.state.children.get(event.eventId)! });
}
