import type { EventType } from '../../history/event.js';
import type { ContinueAsNewWorkflowExecution, WorkflowCommand } from '../activation.js';
import { headerOf, inputOf, resultOf } from '../command-parts.js';
import type { MachineDefinition } from '../machine.js';
import { enqueue, newMachine, sourceOf } from '../machine.js';
import type { AnyCommand, CommandBuilder, ExecutionState } from '../state.js';
import { transitionTable } from '../transition-table.js';

export const workflowCompletionTable = transitionTable({
  name: 'workflowCompletion',
  initial: ['CompleteCommandCreated', 'FailCommandCreated', 'CancelCommandCreated', 'ContinueCommandCreated'],
  final: ['Recorded'],
  rows: [
    ['CompleteCommandCreated', 'WorkflowExecutionCompleted', 'Recorded'],
    ['FailCommandCreated', 'WorkflowExecutionFailed', 'Recorded'],
    ['CancelCommandCreated', 'WorkflowExecutionCanceled', 'Recorded'],
    ['ContinueCommandCreated', 'WorkflowExecutionContinuedAsNew', 'Recorded'],
  ],
});

export const workflowCompletionMachine: MachineDefinition = {
  table: workflowCompletionTable,
  perform() {
    // Nothing follows the end of a run.
  },
};

interface Ending {
  readonly initial: string;
  readonly event: EventType;
}

const endings: Partial<Readonly<Record<WorkflowCommand['type'], Ending>>> = {
  completeWorkflowExecution: { initial: 'CompleteCommandCreated', event: 'WorkflowExecutionCompleted' },
  failWorkflowExecution: { initial: 'FailCommandCreated', event: 'WorkflowExecutionFailed' },
  cancelWorkflowExecution: { initial: 'CancelCommandCreated', event: 'WorkflowExecutionCanceled' },
  continueAsNewWorkflowExecution: {
    initial: 'ContinueCommandCreated',
    event: 'WorkflowExecutionContinuedAsNew',
  },
};

/** Whether the command ends the run. */
export function isTerminal(command: WorkflowCommand): boolean {
  return endings[command.type] !== undefined;
}

export function completeWorkflow(state: ExecutionState, command: WorkflowCommand): void {
  const ending = endings[command.type];
  if (!ending) return;
  enqueue(
    state,
    newMachine('workflowCompletion', 0, ending.initial, command),
    ending.event,
    buildEnding,
    command,
  );
  state.closing = true;
  // Whatever local activities still do, nobody waits for it.
  for (const seq of state.local.executing) state.local.requests.push({ type: 'cancel', seq });
  state.local.requests = state.local.requests.filter((request) => request.type === 'cancel');
  state.local.executing.clear();
}

const buildEnding: CommandBuilder = (state, { source }): AnyCommand => {
  switch (source?.type) {
    case 'completeWorkflowExecution':
      return { type: 'CompleteWorkflowExecution', attributes: { result: resultOf(source.result) } };
    case 'failWorkflowExecution':
      return { type: 'FailWorkflowExecution', attributes: { failure: source.failure } };
    case 'cancelWorkflowExecution':
      return { type: 'CancelWorkflowExecution', attributes: {} };
    default:
      return continueAsNew(state, sourceOf(source, 'continueAsNewWorkflowExecution'));
  }
};

/** What the code leaves open goes over from this run, as in sdk-core. */
function continueAsNew(state: ExecutionState, command: ContinueAsNewWorkflowExecution): AnyCommand {
  const started = state.started?.attributes;
  return {
    type: 'ContinueAsNewWorkflowExecution',
    attributes: {
      workflowType: { name: command.workflowType },
      taskQueue: { name: command.taskQueue ?? state.options.taskQueue, kind: 'NORMAL' },
      input: inputOf(command.arguments),
      workflowRunTimeoutMs: command.workflowRunTimeoutMs,
      workflowTaskTimeoutMs: command.workflowTaskTimeoutMs,
      backoffStartIntervalMs: command.backoffStartIntervalMs,
      retryPolicy: command.retryPolicy ?? started?.retryPolicy,
      header: headerOf(command.headers),
      memo: command.memo ? { fields: command.memo } : started?.memo,
      searchAttributes: command.searchAttributes ?? state.searchAttributes,
    },
  };
}
