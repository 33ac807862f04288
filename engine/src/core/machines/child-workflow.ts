import type { HistoryEvent } from '../../history/event.js';
import type { Failure, RetryState } from '../../history/messages.js';
import type {
  ChildStart,
  ChildWorkflowCancellationType,
  Resolution,
  StartChildWorkflowExecution,
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
import { cancelChildExecution } from './cancel-external.js';

export const childWorkflowTable = transitionTable({
  name: 'childWorkflow',
  initial: ['CommandCreated'],
  final: [
    'StartFailed',
    'Completed',
    'Failed',
    'TimedOut',
    'Terminated',
    'Cancelled',
    'CancelledBeforeSent',
    'Closed',
  ],
  rows: [
    ['CommandCreated', 'StartChildWorkflowExecutionInitiated', 'Initiated', 'checkIdentity'],
    ['CommandCreated', 'tryCancel', 'CancelledBeforeSent', 'drop', 'cancelStart'],
    ['CommandCreated', 'waitCancel', 'CancelledBeforeSent', 'drop', 'cancelStart'],
    ['CommandCreated', 'abandon', 'CancelledBeforeSent', 'drop', 'cancelStart'],

    ['Initiated', 'ChildWorkflowExecutionStarted', 'Started', 'resolveStarted'],
    ['Initiated', 'StartChildWorkflowExecutionFailed', 'StartFailed', 'resolveStartFailed'],
    ['Initiated', 'tryCancel', 'LetGo', 'requestCancel', 'resolveCancelled'],
    ['Initiated', 'waitCancel', 'Initiated', 'requestCancel'],
    ['Initiated', 'abandon', 'LetGo', 'resolveCancelled'],

    ['Started', 'ChildWorkflowExecutionCompleted', 'Completed', 'resolveCompleted'],
    ['Started', 'ChildWorkflowExecutionFailed', 'Failed', 'resolveFailed'],
    ['Started', 'ChildWorkflowExecutionTimedOut', 'TimedOut', 'resolveTimedOut'],
    ['Started', 'ChildWorkflowExecutionCanceled', 'Cancelled', 'resolveCancelled'],
    ['Started', 'ChildWorkflowExecutionTerminated', 'Terminated', 'resolveTerminated'],
    ['Started', 'tryCancel', 'LetGo', 'requestCancel', 'resolveCancelled'],
    // The child will end somehow; its end is what the code waits for.
    ['Started', 'waitCancel', 'Started', 'requestCancel'],
    ['Started', 'abandon', 'LetGo', 'resolveCancelled'],

    // The code has its answer; what becomes of the child is nothing to it.
    ['LetGo', 'tryCancel', 'LetGo'],
    ['LetGo', 'abandon', 'LetGo'],
    ['LetGo', 'ChildWorkflowExecutionStarted', 'LetGo', 'noteStarted'],
    ['LetGo', 'StartChildWorkflowExecutionFailed', 'Closed'],
    ['LetGo', 'ChildWorkflowExecutionCompleted', 'Closed'],
    ['LetGo', 'ChildWorkflowExecutionFailed', 'Closed'],
    ['LetGo', 'ChildWorkflowExecutionTimedOut', 'Closed'],
    ['LetGo', 'ChildWorkflowExecutionCanceled', 'Closed'],
    ['LetGo', 'ChildWorkflowExecutionTerminated', 'Closed'],
  ],
});

const cancelInputs: Readonly<Record<ChildWorkflowCancellationType, string>> = {
  TRY_CANCEL: 'tryCancel',
  WAIT_CANCELLATION_COMPLETED: 'waitCancel',
  // As in sdk-core: the request's own acknowledgement is not told to the code.
  WAIT_CANCELLATION_REQUESTED: 'waitCancel',
  ABANDON: 'abandon',
};

type CancelChild = Extract<WorkflowCommand, { type: 'cancelChildWorkflowExecution' }>;

export const childWorkflowMachine: MachineDefinition = {
  table: childWorkflowTable,
  perform(state, machine, effect, event, detail) {
    switch (effect) {
      case 'checkIdentity': {
        const { attributes } = eventOf(event, 'StartChildWorkflowExecutionInitiated');
        const { workflowId, workflowType } = sourceOf(machine.source, 'startChildWorkflowExecution');
        checkIdentity(state, machine, event, 'workflowId', attributes.workflowId, workflowId);
        checkIdentity(state, machine, event, 'workflowType.name', attributes.workflowType.name, workflowType);
        break;
      }
      case 'drop':
        machine.cancelledBeforeSent = true;
        state.cancelledQueued = true;
        break;
      case 'cancelStart':
        resolveStart(state, machine, {
          status: 'cancelled',
          failure: {
            message: `Child Workflow Execution cancelled before scheduled: ${(detail as CancelChild).reason}`,
            cause: { message: '', canceledFailureInfo: {} },
            childWorkflowExecutionFailureInfo: infoOf(state, machine, 'NON_RETRYABLE_FAILURE'),
          },
        });
        break;
      case 'requestCancel':
        cancelChildExecution(state, machine, detail as CancelChild);
        break;
      case 'noteStarted':
        noteStarted(machine, event);
        break;
      case 'resolveStarted':
        noteStarted(machine, event);
        resolveStart(state, machine, { status: 'succeeded', runId: machine.runId });
        break;
      case 'resolveStartFailed': {
        const { cause } = eventOf(event, 'StartChildWorkflowExecutionFailed').attributes;
        const { workflowId, workflowType } = sourceOf(machine.source, 'startChildWorkflowExecution');
        resolveStart(state, machine, {
          status: 'failed',
          workflowId,
          workflowType,
          cause: cause ?? 'UNSPECIFIED',
        });
        break;
      }
      default:
        resolve(state, machine, outcomeOf(state, machine, effect, event));
    }
  },
};

export function startChild(state: ExecutionState, command: StartChildWorkflowExecution): void {
  const machine = newMachine('childWorkflow', command.seq, 'CommandCreated', command);
  registerBySeq(state, 'childWorkflow', machine);
  enqueue(state, machine, 'StartChildWorkflowExecutionInitiated', buildStart, command);
}

export function cancelChild(state: ExecutionState, command: CancelChild): void {
  const machine = machineBySeq(state, 'childWorkflow', command.childWorkflowSeq, command);
  if (!machine) return;
  const { cancellationType } = sourceOf(machine.source, 'startChildWorkflowExecution');
  stepMachine(childWorkflowMachine, state, machine, cancelInputs[cancellationType], undefined, command);
}

function noteStarted(machine: Machine, event: HistoryEvent | undefined): void {
  const started = eventOf(event, 'ChildWorkflowExecutionStarted');
  machine.startedEventId = started.eventId;
  machine.runId = started.attributes.workflowExecution?.runId ?? '';
}

function resolveStart(state: ExecutionState, machine: Machine, result: ChildStart): void {
  pushJob(state, machine, { type: 'resolveChildWorkflowExecutionStart', seq: machine.seq, result });
}

function resolve(state: ExecutionState, machine: Machine, result: Resolution): void {
  if (machine.resolved) return;
  machine.resolved = true;
  pushJob(state, machine, { type: 'resolveChildWorkflowExecution', seq: machine.seq, result });
}

function outcomeOf(
  state: ExecutionState,
  machine: Machine,
  effect: string,
  event: HistoryEvent | undefined,
): Resolution {
  const failed = (message: string, cause: Failure | undefined, retryState: RetryState): Resolution => ({
    status: 'failed',
    failure: {
      message,
      ...(cause ? { cause } : {}),
      childWorkflowExecutionFailureInfo: infoOf(state, machine, retryState),
    },
  });
  switch (effect) {
    case 'resolveCompleted': {
      const { result } = eventOf(event, 'ChildWorkflowExecutionCompleted').attributes;
      return { status: 'completed', ...onlyPayload(result) };
    }
    case 'resolveFailed': {
      const { failure, retryState } = eventOf(event, 'ChildWorkflowExecutionFailed').attributes;
      return failed('Child Workflow execution failed', failure, retryState ?? 'UNSPECIFIED');
    }
    case 'resolveTimedOut': {
      const { retryState } = eventOf(event, 'ChildWorkflowExecutionTimedOut').attributes;
      const cause: Failure = { message: 'Timed out', timeoutFailureInfo: { timeoutType: 'START_TO_CLOSE' } };
      return failed('Child Workflow execution timed out', cause, retryState ?? 'UNSPECIFIED');
    }
    case 'resolveTerminated':
      return failed(
        'Child Workflow execution terminated',
        { message: 'Terminated', terminatedFailureInfo: {} },
        'NON_RETRYABLE_FAILURE',
      );
    default:
      return {
        status: 'cancelled',
        failure: {
          message: 'Child Workflow execution cancelled',
          cause: { message: '', canceledFailureInfo: {} },
          childWorkflowExecutionFailureInfo: infoOf(state, machine, 'NON_RETRYABLE_FAILURE'),
        },
      };
  }
}

function infoOf(state: ExecutionState, machine: Machine, retryState: RetryState) {
  const { workflowId, workflowType, namespace } = sourceOf(machine.source, 'startChildWorkflowExecution');
  return {
    namespace: namespace ?? state.options.namespace,
    workflowExecution: { workflowId, runId: machine.runId },
    workflowType: { name: workflowType },
    initiatedEventId: machine.initiatedEventId,
    startedEventId: machine.startedEventId,
    retryState,
  };
}

const buildStart: CommandBuilder = (state, { source }) => {
  const command = sourceOf(source, 'startChildWorkflowExecution');
  return {
    type: 'StartChildWorkflowExecution',
    attributes: {
      namespace: command.namespace ?? state.options.namespace,
      workflowId: command.workflowId,
      workflowType: { name: command.workflowType },
      taskQueue: { name: command.taskQueue ?? state.options.taskQueue, kind: 'NORMAL' },
      input: inputOf(command.input),
      workflowExecutionTimeoutMs: command.workflowExecutionTimeoutMs,
      workflowRunTimeoutMs: command.workflowRunTimeoutMs,
      workflowTaskTimeoutMs: command.workflowTaskTimeoutMs,
      parentClosePolicy: command.parentClosePolicy,
      workflowIdReusePolicy: command.workflowIdReusePolicy,
      retryPolicy: command.retryPolicy,
      cronSchedule: command.cronSchedule,
      header: headerOf(command.headers),
      memo: command.memo ? { fields: command.memo } : undefined,
      searchAttributes: command.searchAttributes,
      priority: command.priority,
    },
  };
};
