import { SIDE_EFFECT_MARKER, sideEffectMarkerDetails, sideEffectMarkerOf } from '../../history/markers.js';
import type { WorkflowCommand } from '../activation.js';
import { throwIdentityMismatch } from '../identity.js';
import type { MachineDefinition } from '../machine.js';
import { enqueue, newMachine, sourceOf } from '../machine.js';
import type { CommandBuilder, ExecutionState } from '../state.js';
import { transitionTable } from '../transition-table.js';

export const sideEffectTable = transitionTable({
  name: 'sideEffect',
  initial: ['CommandCreated'],
  final: ['Recorded'],
  rows: [['CommandCreated', 'MarkerRecorded', 'Recorded', 'checkSeq']],
});

export const sideEffectMachine: MachineDefinition = {
  table: sideEffectTable,
  perform(state, machine, _effect, event) {
    const recorded = sideEffectMarkerOf(event)?.seq;
    if (recorded !== machine.seq) {
      throwIdentityMismatch(state, machine, event, 'seq', String(recorded), String(machine.seq));
    }
  },
};

export function recordSideEffect(
  state: ExecutionState,
  command: Extract<WorkflowCommand, { type: 'recordSideEffect' }>,
): void {
  const machine = newMachine('sideEffect', command.seq, 'CommandCreated', command);
  enqueue(state, machine, 'MarkerRecorded', build, command, SIDE_EFFECT_MARKER);
}

const build: CommandBuilder = (_state, { source }) => {
  const { seq, value } = sourceOf(source, 'recordSideEffect');
  return {
    type: 'RecordMarker',
    attributes: { markerName: SIDE_EFFECT_MARKER, details: sideEffectMarkerDetails({ seq, value }) },
  };
};
