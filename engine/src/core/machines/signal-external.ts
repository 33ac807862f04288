import type { Failure } from '../../history/messages.js';
import type { SignalExternalWorkflowExecution, WorkflowCommand } from '../activation.js';
import { headerOf, inputOf } from '../command-parts.js';
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
import type { CommandBuilder, ExecutionState } from '../state.js';
import { transitionTable } from '../transition-table.js';
import { typeName } from './cancel-external.js';

export const signalExternalTable = transitionTable({
  name: 'signalExternal',
  initial: ['CommandCreated'],
  final: ['Signaled', 'Failed', 'CancelledBeforeSent'],
  rows: [
    ['CommandCreated', 'SignalExternalWorkflowExecutionInitiated', 'Recorded'],
    ['CommandCreated', 'cancel', 'CancelledBeforeSent', 'drop', 'resolveCancelled'],
    ['Recorded', 'ExternalWorkflowExecutionSignaled', 'Signaled', 'resolve'],
    ['Recorded', 'SignalExternalWorkflowExecutionFailed', 'Failed', 'resolveFailed'],
    // A signal that is on its way cannot be called back.
    ['Recorded', 'cancel', 'Recorded'],
  ],
});

export const signalExternalMachine: MachineDefinition = {
  table: signalExternalTable,
  perform(state, machine, effect, event) {
    if (effect === 'drop') {
      machine.cancelledBeforeSent = true;
      state.cancelledQueued = true;
      return;
    }
    const failure = effect === 'resolve' ? undefined : failureOf(effect, event);
    pushJob(state, machine, {
      type: 'resolveSignalExternalWorkflow',
      seq: machine.seq,
      ...(failure ? { failure } : {}),
    });
  },
};

export function signalExternal(state: ExecutionState, command: SignalExternalWorkflowExecution): void {
  const machine = newMachine('signalExternal', command.seq, 'CommandCreated', command);
  registerBySeq(state, 'signalExternal', machine);
  enqueue(state, machine, 'SignalExternalWorkflowExecutionInitiated', buildSignal, command);
}

export function cancelSignal(
  state: ExecutionState,
  command: Extract<WorkflowCommand, { type: 'cancelSignalWorkflow' }>,
): void {
  const machine = machineBySeq(state, 'signalExternal', command.seq, command);
  if (machine) stepMachine(signalExternalMachine, state, machine, 'cancel');
}

const reasons: Readonly<Record<string, string>> = {
  EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND: 'it was not found',
  NAMESPACE_NOT_FOUND: 'it was not found',
  SIGNAL_COUNT_LIMIT_EXCEEDED: 'The per-workflow signal limit was exceeded',
};

function failureOf(effect: string, event: Parameters<typeof eventOf>[0]): Failure {
  if (effect === 'resolveCancelled') {
    return { message: 'Signal was cancelled before being sent', canceledFailureInfo: {} };
  }
  const cause = eventOf(event, 'SignalExternalWorkflowExecutionFailed').attributes.cause ?? 'UNSPECIFIED';
  return {
    message: `Unable to signal external workflow because ${reasons[cause] ?? 'unknown'}`,
    applicationFailureInfo: { type: typeName(cause) },
  };
}

const buildSignal: CommandBuilder = (state, { source }) => {
  const command = sourceOf(source, 'signalExternalWorkflowExecution');
  const target = command.workflowExecution;
  return {
    type: 'SignalExternalWorkflowExecution',
    attributes: {
      namespace: target?.namespace ?? state.options.namespace,
      execution: target
        ? { workflowId: target.workflowId, runId: target.runId }
        : { workflowId: command.childWorkflowId ?? '', runId: '' },
      signalName: command.signalName,
      input: inputOf(command.args),
      childWorkflowOnly: target === undefined,
      header: headerOf(command.headers),
    },
  };
};
