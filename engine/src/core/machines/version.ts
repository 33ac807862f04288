import { VERSION_MARKER, versionMarkerDetails, versionMarkerOf } from '../../history/markers.js';
import type { WorkflowCommand } from '../activation.js';
import { throwIdentityMismatch } from '../identity.js';
import type { MachineDefinition } from '../machine.js';
import { enqueue, newMachine, sourceOf } from '../machine.js';
import type { CommandBuilder, ExecutionState } from '../state.js';
import { transitionTable } from '../transition-table.js';

export const versionTable = transitionTable({
  name: 'version',
  initial: ['CommandCreated'],
  final: ['Recorded'],
  rows: [['CommandCreated', 'MarkerRecorded', 'Recorded', 'checkVersion']],
});

export const versionMachine: MachineDefinition = {
  table: versionTable,
  perform(state, machine, _effect, event) {
    const recorded = versionMarkerOf(event);
    const { version } = sourceOf(machine.source, 'setVersionMarker');
    if (recorded?.version !== version) {
      throwIdentityMismatch(state, machine, event, 'version', String(recorded?.version), String(version));
    }
  },
};

export function setVersionMarker(
  state: ExecutionState,
  command: Extract<WorkflowCommand, { type: 'setVersionMarker' }>,
): void {
  const machine = newMachine('version', 0, 'CommandCreated', command);
  enqueue(state, machine, 'MarkerRecorded', build, command, VERSION_MARKER);
}

const build: CommandBuilder = (_state, { source }) => {
  const { changeId, version } = sourceOf(source, 'setVersionMarker');
  return {
    type: 'RecordMarker',
    attributes: { markerName: VERSION_MARKER, details: versionMarkerDetails({ changeId, version }) },
  };
};
