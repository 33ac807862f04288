import type { Command, CommandAttributes } from '../../history/command.js';
import type { Failure, WorkflowTaskFailedCause } from '../../history/messages.js';
import type { Payload } from '../../history/payload.js';
import { enumTable } from '../../history/schema/enums.js';
import { limits } from '../limits.js';
import { withinLimit } from '../oversize.js';
import { firstCronBackoffMs } from '../schedule/cron.js';
import { checkMemo, checkName, reusePolicies } from '../start.js';
import { checkRetryPolicy } from '../retry-policy.js';
import type { ExecutionState } from '../state.js';
import type { Transition } from '../transition.js';
import { checkPayloads, checkSearchAttributes } from '../check-fields.js';
import type { SearchAttributeTypes } from '../check-fields.js';

export interface BadCommand {
  readonly cause: WorkflowTaskFailedCause;
  readonly message: string;
}

/**
 * Checks all commands of a workflow task before any is carried out: a bad one fails the task, and then nothing
 * of it is recorded. Ids that the commands themselves bring in or free are followed along.
 */
export function checkCommands(
  { state, namespace }: Pick<Transition, 'state' | 'namespace'>,
  commands: readonly Command[],
  types: SearchAttributeTypes,
): BadCommand | undefined {
  const ids: Ids = {
    newActivities: new Set(),
    newTimers: new Set(),
    endedTimers: new Set(),
    pendingActivities: state.activities.size,
    pendingChildren: state.children.size,
    pendingSignals: state.externalSignals.size,
    pendingCancels: state.externalCancels.size,
  };
  for (const [index, command] of commands.entries()) {
    const bad = elsewhere(command, namespace) ?? checkCommand(state, command, ids, types);
    if (bad) return bad;
    if (closing.has(command.type) && index < commands.length - 1 && !onlyMessagesAfter(commands, index)) {
      return { cause: 'UNHANDLED_COMMAND', message: `${command.type} must be the last command` };
    }
  }
  return undefined;
}

const parentClosePolicies = Object.keys(enumTable.ParentClosePolicy.values);

const closing: ReadonlySet<string> = new Set([
  'CompleteWorkflowExecution',
  'FailWorkflowExecution',
  'CancelWorkflowExecution',
  'ContinueAsNewWorkflowExecution',
]);

export function isClosing(command: Command): boolean {
  return closing.has(command.type);
}

function onlyMessagesAfter(commands: readonly Command[], index: number): boolean {
  return commands.slice(index + 1).every((c) => c.type === 'ProtocolMessage');
}

/** Workflows reach others of their own namespace only. */
function elsewhere(command: Command, own: string): BadCommand | undefined {
  const causes = {
    StartChildWorkflowExecution: 'BAD_START_CHILD_EXECUTION_ATTRIBUTES',
    SignalExternalWorkflowExecution: 'BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES',
    RequestCancelExternalWorkflowExecution: 'BAD_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_ATTRIBUTES',
  } as const;
  if (!(command.type in causes)) return undefined;
  const { namespace } = command.attributes as { readonly namespace?: string };
  if (!namespace || namespace === own) return undefined;
  const message = `${command.type}: the namespace '${namespace}' is not that of the workflow ('${own}').`;
  return { cause: causes[command.type as keyof typeof causes], message };
}

/** What the commands themselves change of the ids in use; the state is not copied, as it may hold thousands. */
interface Ids {
  readonly newActivities: Set<string>;
  readonly newTimers: Set<string>;
  readonly endedTimers: Set<string>;
  pendingActivities: number;
  pendingChildren: number;
  pendingSignals: number;
  pendingCancels: number;
}

function checkCommand(
  state: ExecutionState,
  command: Command,
  ids: Ids,
  types: SearchAttributeTypes,
): BadCommand | undefined {
  switch (command.type) {
    case 'ScheduleActivityTask':
      return checkActivity(state, command.attributes, ids);
    case 'RequestCancelActivityTask':
      return undefined;
    case 'StartTimer':
      return checkStartTimer(state, command.attributes, ids);
    case 'CancelTimer':
      return checkCancelTimer(state, command.attributes.timerId, ids);
    case 'StartChildWorkflowExecution':
      return checkChild(command.attributes, ids, types);
    case 'SignalExternalWorkflowExecution':
      return checkSignal(command.attributes, ids);
    case 'RequestCancelExternalWorkflowExecution':
      if (!command.attributes.workflowId) {
        return {
          cause: 'BAD_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_ATTRIBUTES',
          message: 'WorkflowId is not set on command.',
        };
      }
      return over(
        ++ids.pendingCancels,
        limits.pendingCancelRequests,
        'PENDING_REQUEST_CANCEL_LIMIT_EXCEEDED',
      );
    case 'UpsertWorkflowSearchAttributes':
      return badSearchAttributes(command.attributes.searchAttributes, types);
    case 'ModifyWorkflowProperties':
      return badMemo({ ...state.memo, ...command.attributes.upsertedMemo?.fields });
    case 'ContinueAsNewWorkflowExecution':
      return (
        checkContinue(command.attributes) ??
        badSearchAttributes(command.attributes.searchAttributes, types) ??
        tooLarge(command.attributes.input)
      );
    case 'CompleteWorkflowExecution':
      return tooLarge(command.attributes.result);
    case 'FailWorkflowExecution':
      return tooLargeFailure(command.attributes.failure);
    case 'CancelWorkflowExecution':
      return tooLarge(command.attributes.details);
    case 'RecordMarker':
      if (!command.attributes.markerName) {
        return { cause: 'BAD_RECORD_MARKER_ATTRIBUTES', message: 'MarkerName is not set on command.' };
      }
      return tooLarge(Object.values(command.attributes.details ?? {}).flat());
    case 'ScheduleNexusOperation':
    case 'RequestCancelNexusOperation':
      return {
        cause: 'FEATURE_DISABLED',
        message: 'Nexus operations are not supported by the embedded engine.',
      };
    default:
      return undefined;
  }
}

function checkSignal(
  { signalName, execution, input }: CommandAttributes<'SignalExternalWorkflowExecution'>,
  ids: Ids,
): BadCommand | undefined {
  if (!signalName || !execution?.workflowId) {
    return {
      cause: 'BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES',
      message: 'SignalName and Execution.WorkflowId must be set on command.',
    };
  }
  return (
    over(++ids.pendingSignals, limits.pendingSignals, 'PENDING_SIGNALS_LIMIT_EXCEEDED') ?? tooLarge(input)
  );
}

function isTimerRunning(state: ExecutionState, timerId: string, ids: Ids): boolean {
  if (ids.newTimers.has(timerId)) return true;
  return state.timers.has(timerId) && !ids.endedTimers.has(timerId);
}

function checkStartTimer(
  state: ExecutionState,
  { timerId, startToFireTimeoutMs }: CommandAttributes<'StartTimer'>,
  ids: Ids,
): BadCommand | undefined {
  const cause = 'BAD_START_TIMER_ATTRIBUTES';
  if (!timerId) return { cause, message: 'TimerId is not set on command.' };
  if (isNegative(startToFireTimeoutMs)) {
    const message = `Timer ${timerId}: startToFireTimeout must not be negative, found ${startToFireTimeoutMs} ms.`;
    return { cause, message };
  }
  if (isTimerRunning(state, timerId, ids)) {
    return { cause: 'START_TIMER_DUPLICATE_ID', message: `Timer ${timerId} is already running.` };
  }
  ids.newTimers.add(timerId);
  return undefined;
}

function checkCancelTimer(state: ExecutionState, timerId: string, ids: Ids): BadCommand | undefined {
  if (isTimerRunning(state, timerId, ids)) {
    if (!ids.newTimers.delete(timerId)) ids.endedTimers.add(timerId);
    return undefined;
  }
  const firedInBuffer = state.buffered.some(
    (e) => e.type === 'TimerFired' && e.attributes.timerId === timerId,
  );
  if (firedInBuffer) return undefined;
  return { cause: 'BAD_CANCEL_TIMER_ATTRIBUTES', message: `Timer ${timerId} is not running.` };
}

function checkActivity(
  state: ExecutionState,
  a: CommandAttributes<'ScheduleActivityTask'>,
  ids: Ids,
): BadCommand | undefined {
  const cause = 'BAD_SCHEDULE_ACTIVITY_ATTRIBUTES';
  const of = `ActivityId=${a.activityId} ActivityType=${a.activityType?.name}`;
  if (!a.activityId) return { cause, message: `ActivityId is not set on command. ${of}` };
  if (!a.activityType?.name) return { cause, message: `ActivityType is not set on command. ${of}` };
  if (tooLong(a.activityId) || tooLong(a.activityType.name) || tooLong(a.taskQueue?.name)) {
    return { cause, message: `An id on the command is longer than ${limits.idBytes} bytes. ${of}` };
  }
  if (
    isNegative(a.scheduleToCloseTimeoutMs) ||
    isNegative(a.scheduleToStartTimeoutMs) ||
    isNegative(a.startToCloseTimeoutMs) ||
    isNegative(a.heartbeatTimeoutMs)
  ) {
    return { cause, message: `A timeout on the command is negative. ${of}` };
  }
  if (!a.scheduleToCloseTimeoutMs && !a.startToCloseTimeoutMs) {
    return {
      cause,
      message: `A valid StartToClose or ScheduleToCloseTimeout is not set on command. ${of}`,
    };
  }
  if (state.activityIds.has(a.activityId) || ids.newActivities.has(a.activityId)) {
    return { cause: 'SCHEDULE_ACTIVITY_DUPLICATE_ID', message: `Activity id is already in use. ${of}` };
  }
  ids.newActivities.add(a.activityId);
  return (
    badPolicy(a.retryPolicy, cause) ??
    over(++ids.pendingActivities, limits.pendingActivities, 'PENDING_ACTIVITIES_LIMIT_EXCEEDED') ??
    tooLarge(a.input)
  );
}

function checkChild(
  a: CommandAttributes<'StartChildWorkflowExecution'>,
  ids: Ids,
  types: SearchAttributeTypes,
): BadCommand | undefined {
  const cause = 'BAD_START_CHILD_EXECUTION_ATTRIBUTES';
  const of = `WorkflowId=${a.workflowId} WorkflowType=${a.workflowType?.name}`;
  if (!a.workflowId || !a.workflowType?.name) {
    return { cause, message: `WorkflowId and WorkflowType must be set on command. ${of}` };
  }
  if (tooLong(a.workflowId) || tooLong(a.workflowType.name) || tooLong(a.taskQueue?.name)) {
    return { cause, message: `An id on the command is longer than ${limits.idBytes} bytes. ${of}` };
  }
  const { workflowExecutionTimeoutMs, workflowRunTimeoutMs, workflowTaskTimeoutMs, cronSchedule } = a;
  if ([workflowExecutionTimeoutMs, workflowRunTimeoutMs, workflowTaskTimeoutMs].some(isNegative)) {
    return { cause, message: `A timeout on the command is negative. ${of}` };
  }
  return (
    badPolicy(a.retryPolicy, cause) ??
    refused(() => checkName('parentClosePolicy', a.parentClosePolicy, parentClosePolicies), cause) ??
    refused(() => checkName('workflowIdReusePolicy', a.workflowIdReusePolicy, reusePolicies), cause) ??
    (cronSchedule ? refused(() => firstCronBackoffMs(cronSchedule, Date.UTC(2000)), cause) : undefined) ??
    badMemo(a.memo?.fields) ??
    over(++ids.pendingChildren, limits.pendingChildren, 'PENDING_CHILD_WORKFLOWS_LIMIT_EXCEEDED') ??
    badSearchAttributes(a.searchAttributes, types) ??
    tooLarge(a.input)
  );
}

function checkContinue(a: CommandAttributes<'ContinueAsNewWorkflowExecution'>): BadCommand | undefined {
  const cause = 'BAD_CONTINUE_AS_NEW_ATTRIBUTES';
  if (!a.workflowType?.name) return { cause, message: 'WorkflowType is not set on command.' };
  if (tooLong(a.workflowType.name) || tooLong(a.taskQueue?.name)) {
    return { cause, message: `An id on the command is longer than ${limits.idBytes} bytes.` };
  }
  if ([a.workflowRunTimeoutMs, a.workflowTaskTimeoutMs, a.backoffStartIntervalMs].some(isNegative)) {
    return { cause, message: 'A timeout or the backoff on the command is negative.' };
  }
  return badPolicy(a.retryPolicy, cause) ?? badMemo(a.memo?.fields);
}

/** Or no time at all, such as an infinite one. */
function isNegative(ms: number | undefined): boolean {
  return ms !== undefined && !(ms >= 0 && ms < Infinity);
}

function tooLong(id: string | undefined): boolean {
  // A character has three bytes at most in so many UTF-16 units.
  return id !== undefined && id.length * 3 > limits.idBytes && Buffer.byteLength(id) > limits.idBytes;
}

function badMemo(fields: Readonly<Record<string, Payload>> | undefined): BadCommand | undefined {
  return refused(() => checkMemo(fields), 'BAD_MODIFY_WORKFLOW_PROPERTIES_ATTRIBUTES');
}

function over(count: number, limit: number, cause: WorkflowTaskFailedCause): BadCommand | undefined {
  return count > limit ? { cause, message: `More than ${limit} are pending.` } : undefined;
}

function badPolicy(
  policy: Parameters<typeof checkRetryPolicy>[0],
  cause: WorkflowTaskFailedCause,
): BadCommand | undefined {
  return refused(() => checkRetryPolicy(policy), cause);
}

function badSearchAttributes(
  attributes: Parameters<typeof checkSearchAttributes>[0],
  types: SearchAttributeTypes,
): BadCommand | undefined {
  return refused(() => checkSearchAttributes(attributes, types), 'BAD_SEARCH_ATTRIBUTES');
}

function tooLarge(payloads: Parameters<typeof checkPayloads>[0]): BadCommand | undefined {
  return refused(() => checkPayloads(payloads, 'command'), 'PAYLOADS_TOO_LARGE');
}

function tooLargeFailure(failure: Failure | undefined): BadCommand | undefined {
  if (!failure || withinLimit(failure) === failure) return undefined;
  return { cause: 'PAYLOADS_TOO_LARGE', message: `failure: more than ${limits.payloadBytesError} bytes` };
}

function refused(check: () => void, cause: WorkflowTaskFailedCause): BadCommand | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return { cause, message: error instanceof Error ? error.message : String(error) };
  }
}
