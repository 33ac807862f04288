import type { WorkflowCommand } from '../activation.js';
import type { MachineDefinition } from '../machine.js';
import { enqueue, newMachine, sourceOf } from '../machine.js';
import type { CommandBuilder, ExecutionState } from '../state.js';
import { transitionTable } from '../transition-table.js';

export const modifyPropertiesTable = transitionTable({
  name: 'modifyProperties',
  initial: ['CommandCreated'],
  final: ['Recorded'],
  rows: [['CommandCreated', 'WorkflowPropertiesModified', 'Recorded']],
});

export const modifyPropertiesMachine: MachineDefinition = {
  table: modifyPropertiesTable,
  perform() {
    // The code does not wait for it.
  },
};

export function modifyProperties(
  state: ExecutionState,
  command: Extract<WorkflowCommand, { type: 'modifyWorkflowProperties' }>,
): void {
  const machine = newMachine('modifyProperties', 0, 'CommandCreated', command);
  enqueue(state, machine, 'WorkflowPropertiesModified', build, command);
}

const build: CommandBuilder = (_state, { source }) => ({
  type: 'ModifyWorkflowProperties',
  attributes: { upsertedMemo: sourceOf(source, 'modifyWorkflowProperties').upsertedMemo },
});
