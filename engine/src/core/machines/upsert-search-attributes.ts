import type { SearchAttributes } from '../../history/messages.js';
import type { WorkflowCommand } from '../activation.js';
import { UPSERT_ON_PATCH } from '../identity.js';
import type { MachineDefinition } from '../machine.js';
import { enqueue, newMachine } from '../machine.js';
import type { CommandBuilder, ExecutionState } from '../state.js';
import { transitionTable } from '../transition-table.js';

export const upsertSearchAttributesTable = transitionTable({
  name: 'upsertSearchAttributes',
  initial: ['CommandCreated'],
  final: ['Recorded'],
  rows: [['CommandCreated', 'UpsertWorkflowSearchAttributes', 'Recorded']],
});

export const upsertSearchAttributesMachine: MachineDefinition = {
  table: upsertSearchAttributesTable,
  perform() {
    // The code does not wait for it.
  },
};

/** The search attribute that lists the patches of a run; the core writes it, the code may not. */
export const VERSION_ATTRIBUTE = 'TemporalChangeVersion';

type Upsert = Extract<WorkflowCommand, { type: 'upsertWorkflowSearchAttributes' }>;

export function upsertSearchAttributes(state: ExecutionState, command: Upsert): void {
  const fields = command.searchAttributes.indexedFields ?? {};
  state.searchAttributes = { indexedFields: { ...state.searchAttributes?.indexedFields, ...fields } };
  const guarded = !state.feed.replaying || state.flags.core.has(UPSERT_ON_PATCH);
  const attributes = guarded && VERSION_ATTRIBUTE in fields ? {} : command.searchAttributes;
  enqueueUpsert(state, attributes, command);
}

/** `source` is absent for the core's own upsert. */
export function enqueueUpsert(
  state: ExecutionState,
  attributes: SearchAttributes,
  source: WorkflowCommand | undefined,
): void {
  const machine = newMachine('upsertSearchAttributes', 0, 'CommandCreated', source, { internal: true });
  enqueue(state, machine, 'UpsertWorkflowSearchAttributes', build, source, undefined, attributes);
}

const build: CommandBuilder = (_state, { detail }) => ({
  type: 'UpsertWorkflowSearchAttributes',
  attributes: { searchAttributes: detail as SearchAttributes },
});
