import type { Failure } from '../../history/messages.js';
import type { RequestCancelExternalWorkflowExecution, WorkflowCommand } from '../activation.js';
import type { MachineDefinition } from '../machine.js';
import { enqueue, eventOf, newMachine, pushJob, sourceOf } from '../machine.js';
import type { CommandBuilder, ExecutionState, Machine } from '../state.js';
import { transitionTable } from '../transition-table.js';

export const cancelExternalTable = transitionTable({
  name: 'cancelExternal',
  initial: ['CommandCreated'],
  final: ['CancelRequested', 'Failed'],
  rows: [
    ['CommandCreated', 'RequestCancelExternalWorkflowExecutionInitiated', 'Recorded'],
    ['Recorded', 'ExternalWorkflowExecutionCancelRequested', 'CancelRequested', 'resolve'],
    ['Recorded', 'RequestCancelExternalWorkflowExecutionFailed', 'Failed', 'resolveFailed'],
  ],
});

export const cancelExternalMachine: MachineDefinition = {
  table: cancelExternalTable,
  perform(state, machine, effect, event) {
    const failure = effect === 'resolveFailed' ? failureOf(event) : undefined;
    pushJob(state, machine, {
      type: 'resolveRequestCancelExternalWorkflow',
      seq: machine.seq,
      ...(failure ? { failure } : {}),
    });
  },
};

export function cancelExternal(state: ExecutionState, command: RequestCancelExternalWorkflowExecution): void {
  const machine = newMachine('cancelExternal', command.seq, 'CommandCreated', command);
  enqueue(state, machine, 'RequestCancelExternalWorkflowExecutionInitiated', buildCancel, command);
}

/** The core's own request, when the code cancels a child. Its fate is not told to the code. */
export function cancelChildExecution(
  state: ExecutionState,
  child: Machine,
  command: Extract<WorkflowCommand, { type: 'cancelChildWorkflowExecution' }>,
): void {
  const machine = newMachine('cancelExternal', 0, 'CommandCreated', command, { internal: true });
  enqueue(
    state,
    machine,
    'RequestCancelExternalWorkflowExecutionInitiated',
    buildCancelChild,
    command,
    undefined,
    child,
  );
}

function failureOf(event: Parameters<typeof eventOf>[0]): Failure {
  const cause =
    eventOf(event, 'RequestCancelExternalWorkflowExecutionFailed').attributes.cause ?? 'UNSPECIFIED';
  const reason = cause === 'UNSPECIFIED' ? 'unknown' : 'not found';
  return {
    message: `Unable to cancel external workflow because ${reason}`,
    applicationFailureInfo: { type: typeName(cause) },
  };
}

/** `NAMESPACE_NOT_FOUND` → `NamespaceNotFound`, as sdk-core names the failure's type. */
export function typeName(cause: string): string {
  return cause
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}

const buildCancel: CommandBuilder = (state, { source }) => {
  const { workflowExecution, reason } = sourceOf(source, 'requestCancelExternalWorkflowExecution');
  return {
    type: 'RequestCancelExternalWorkflowExecution',
    attributes: {
      namespace: workflowExecution.namespace,
      workflowId: workflowExecution.workflowId,
      runId: workflowExecution.runId,
      childWorkflowOnly: false,
      reason: `Cancel requested by workflow with run id ${state.options.runId} with reason: ${reason}`,
    },
  };
};

const buildCancelChild: CommandBuilder = (state, { source, detail }) => {
  const { reason } = sourceOf(source, 'cancelChildWorkflowExecution');
  const child = detail as Machine;
  const { namespace, workflowId } = sourceOf(child.source, 'startChildWorkflowExecution');
  return {
    type: 'RequestCancelExternalWorkflowExecution',
    attributes: {
      namespace: namespace ?? state.options.namespace,
      workflowId,
      runId: child.runId,
      childWorkflowOnly: true,
      reason,
    },
  };
};
