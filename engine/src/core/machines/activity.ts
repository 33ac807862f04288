import type { Failure, RetryState } from '../../history/messages.js';
import type { Payload } from '../../history/payload.js';
import type {
  ActivityCancellationType,
  Resolution,
  ScheduleActivity,
  WorkflowCommand,
} from '../activation.js';
import { headerOf, inputOf } from '../command-parts.js';
import { checkIdentity } from '../identity.js';
import type { MachineDefinition } from '../machine.js';
import {
  enqueue,
  eventOf,
  machineBySeq,
  newMachine,
  pushJob,
  registerBySeq,
  sourceOf,
  stepMachine,
} from '../machine.js';
import type { CommandBuilder, ExecutionState, Machine } from '../state.js';
import { onlyPayload } from '../state.js';
import { transitionTable } from '../transition-table.js';

export const activityTable = transitionTable({
  name: 'activity',
  initial: ['CommandCreated'],
  final: ['Completed', 'Failed', 'TimedOut', 'Cancelled', 'CancelledBeforeSent', 'Closed'],
  rows: [
    ['CommandCreated', 'ActivityTaskScheduled', 'Scheduled', 'checkIdentity'],
    ['CommandCreated', 'tryCancel', 'CancelledBeforeSent', 'drop', 'resolveCancelled'],
    ['CommandCreated', 'waitCancel', 'CancelledBeforeSent', 'drop', 'resolveCancelled'],
    ['CommandCreated', 'abandon', 'CancelledBeforeSent', 'drop', 'resolveCancelled'],

    ['Scheduled', 'ActivityTaskStarted', 'Started', 'noteStarted'],
    ['Scheduled', 'ActivityTaskTimedOut', 'TimedOut', 'resolveTimedOut'],
    ['Scheduled', 'tryCancel', 'ScheduledCancelCommandCreated', 'requestCancel', 'resolveCancelled'],
    ['Scheduled', 'waitCancel', 'ScheduledCancelCommandCreated', 'requestCancel'],
    ['Scheduled', 'abandon', 'Abandoned', 'resolveCancelled'],

    ['Started', 'ActivityTaskCompleted', 'Completed', 'resolveCompleted'],
    ['Started', 'ActivityTaskFailed', 'Failed', 'resolveFailed'],
    ['Started', 'ActivityTaskTimedOut', 'TimedOut', 'resolveTimedOut'],
    ['Started', 'tryCancel', 'StartedCancelCommandCreated', 'requestCancel', 'resolveCancelled'],
    ['Started', 'waitCancel', 'StartedCancelCommandCreated', 'requestCancel'],
    ['Started', 'abandon', 'Abandoned', 'resolveCancelled'],

    ['ScheduledCancelCommandCreated', 'ActivityTaskCancelRequested', 'ScheduledCancelRecorded'],
    ['StartedCancelCommandCreated', 'ActivityTaskCancelRequested', 'StartedCancelRecorded'],

    ['ScheduledCancelRecorded', 'ActivityTaskStarted', 'StartedCancelRecorded', 'noteStarted'],
    ['ScheduledCancelRecorded', 'ActivityTaskCanceled', 'Cancelled', 'resolveCancelled'],
    ['ScheduledCancelRecorded', 'ActivityTaskTimedOut', 'TimedOut', 'resolveTimedOut'],

    ['StartedCancelRecorded', 'ActivityTaskCompleted', 'Completed', 'resolveCompleted'],
    ['StartedCancelRecorded', 'ActivityTaskFailed', 'Failed', 'resolveFailed'],
    ['StartedCancelRecorded', 'ActivityTaskTimedOut', 'TimedOut', 'resolveTimedOut'],
    ['StartedCancelRecorded', 'ActivityTaskCanceled', 'Cancelled', 'resolveCancelled'],

    // An abandoned activity goes on by itself; what becomes of it is nothing to the code.
    ['Abandoned', 'ActivityTaskStarted', 'Abandoned'],
    ['Abandoned', 'ActivityTaskCompleted', 'Closed'],
    ['Abandoned', 'ActivityTaskFailed', 'Closed'],
    ['Abandoned', 'ActivityTaskTimedOut', 'Closed'],
  ],
});

const cancelInputs: Readonly<Record<ActivityCancellationType, string>> = {
  TRY_CANCEL: 'tryCancel',
  WAIT_CANCELLATION_COMPLETED: 'waitCancel',
  ABANDON: 'abandon',
};

export const activityMachine: MachineDefinition = {
  table: activityTable,
  perform(state, machine, effect, event, detail) {
    switch (effect) {
      case 'checkIdentity': {
        const { attributes } = eventOf(event, 'ActivityTaskScheduled');
        const { activityId, activityType } = sourceOf(machine.source, 'scheduleActivity');
        checkIdentity(state, machine, event, 'activityId', attributes.activityId, activityId);
        checkIdentity(state, machine, event, 'activityType.name', attributes.activityType.name, activityType);
        break;
      }
      case 'noteStarted':
        machine.startedEventId = event?.eventId ?? 0;
        break;
      case 'drop':
        machine.cancelledBeforeSent = true;
        state.cancelledQueued = true;
        break;
      case 'requestCancel':
        enqueue(state, machine, 'ActivityTaskCancelRequested', buildCancel, detail as WorkflowCommand);
        break;
      default:
        resolve(state, machine, outcomeOf(machine, effect, event));
    }
  },
};

export function scheduleActivity(state: ExecutionState, command: ScheduleActivity): void {
  const machine = newMachine('activity', command.seq, 'CommandCreated', command);
  registerBySeq(state, 'activity', machine);
  enqueue(state, machine, 'ActivityTaskScheduled', buildSchedule, command);
}

export function cancelActivity(
  state: ExecutionState,
  command: Extract<WorkflowCommand, { type: 'requestCancelActivity' }>,
): void {
  const machine = machineBySeq(state, 'activity', command.seq, command);
  if (!machine) return;
  const { cancellationType } = sourceOf(machine.source, 'scheduleActivity');
  stepMachine(activityMachine, state, machine, cancelInputs[cancellationType], undefined, command);
}

function resolve(state: ExecutionState, machine: Machine, result: Resolution): void {
  // With TRY_CANCEL the code heard of the cancellation at once, and hears nothing more.
  if (machine.resolved) return;
  machine.resolved = true;
  pushJob(state, machine, { type: 'resolveActivity', seq: machine.seq, isLocal: false, result });
}

function outcomeOf(machine: Machine, effect: string, event: Parameters<typeof eventOf>[0]): Resolution {
  switch (effect) {
    case 'resolveCompleted':
      return {
        status: 'completed',
        ...onlyPayload(eventOf(event, 'ActivityTaskCompleted').attributes.result),
      };
    case 'resolveFailed': {
      const { failure, retryState, identity } = eventOf(event, 'ActivityTaskFailed').attributes;
      const info = infoOf(machine, retryState, identity);
      return { status: 'failed', failure: wrap('Activity task failed', failure, info) };
    }
    case 'resolveTimedOut': {
      const { failure, retryState } = eventOf(event, 'ActivityTaskTimedOut').attributes;
      return {
        status: 'failed',
        failure: wrap('Activity task timed out', failure, infoOf(machine, retryState, '')),
      };
    }
    default: {
      const cancelled = event?.type === 'ActivityTaskCanceled' ? event.attributes : undefined;
      return {
        status: 'cancelled',
        failure: cancelledFailure(machine, cancelled?.details, cancelled?.identity),
      };
    }
  }
}

function cancelledFailure(
  machine: Machine,
  details: readonly Payload[] | undefined,
  identity: string | undefined,
): Failure {
  const cause: Failure = { message: '', canceledFailureInfo: details ? { details } : {} };
  return wrap('Activity cancelled', cause, infoOf(machine, 'CANCEL_REQUESTED', identity));
}

function wrap(message: string, cause: Failure | undefined, info: Failure['activityFailureInfo']): Failure {
  return { message, ...(cause ? { cause } : {}), activityFailureInfo: info };
}

function infoOf(machine: Machine, retryState: RetryState | undefined, identity: string | undefined) {
  const { activityId, activityType } = sourceOf(machine.source, 'scheduleActivity');
  return {
    scheduledEventId: machine.initiatedEventId,
    startedEventId: machine.startedEventId,
    identity: identity ?? '',
    activityType: { name: activityType },
    activityId,
    retryState: retryState ?? 'UNSPECIFIED',
  };
}

const buildSchedule: CommandBuilder = (state, { source }) => {
  const command = sourceOf(source, 'scheduleActivity');
  return {
    type: 'ScheduleActivityTask',
    attributes: {
      activityId: command.activityId,
      activityType: { name: command.activityType },
      taskQueue: { name: command.taskQueue ?? state.options.taskQueue, kind: 'NORMAL' },
      header: headerOf(command.headers),
      input: inputOf(command.arguments),
      scheduleToCloseTimeoutMs: command.scheduleToCloseTimeoutMs,
      scheduleToStartTimeoutMs: command.scheduleToStartTimeoutMs,
      startToCloseTimeoutMs: command.startToCloseTimeoutMs,
      heartbeatTimeoutMs: command.heartbeatTimeoutMs,
      retryPolicy: command.retryPolicy,
      requestEagerExecution: command.doNotEagerlyExecute !== true,
      priority: command.priority,
    },
  };
};

const buildCancel: CommandBuilder = (_state, { machine }) => ({
  type: 'RequestCancelActivityTask',
  attributes: { scheduledEventId: machine.initiatedEventId },
});
