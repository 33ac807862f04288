import { jsonPayload, PATCH_MARKER, patchMarkerDetails, patchMarkerOf } from '../../history/markers.js';
import type { WorkflowCommand } from '../activation.js';
import { throwIdentityMismatch, UPSERT_ON_PATCH } from '../identity.js';
import type { MachineDefinition } from '../machine.js';
import { enqueue, newMachine, sourceOf } from '../machine.js';
import type { CommandBuilder, ExecutionState } from '../state.js';
import { transitionTable } from '../transition-table.js';
import { enqueueUpsert, VERSION_ATTRIBUTE } from './upsert-search-attributes.js';

export const patchTable = transitionTable({
  name: 'patch',
  initial: ['CommandCreated'],
  final: ['Recorded'],
  rows: [['CommandCreated', 'MarkerRecorded', 'Recorded', 'checkId']],
});

export const patchMachine: MachineDefinition = {
  table: patchTable,
  perform(state, machine, _effect, event) {
    const recorded = patchMarkerOf(event)?.patchId;
    const { patchId } = sourceOf(machine.source, 'setPatchMarker');
    if (recorded !== patchId) throwIdentityMismatch(state, machine, event, 'patchId', recorded, patchId);
  },
};

/** Temporal's servers refuse search attribute values of this size. */
const MAX_ATTRIBUTE_BYTES = 2048;

export function setPatchMarker(
  state: ExecutionState,
  command: Extract<WorkflowCommand, { type: 'setPatchMarker' }>,
): void {
  const known = state.patches.get(command.patchId);
  if (known?.createdCommand) return;
  const machine = newMachine('patch', 0, 'CommandCreated', command);
  enqueue(state, machine, 'MarkerRecorded', build, command, PATCH_MARKER);
  if (upserts(state, known !== undefined)) upsertPatchIds(state, command.patchId);
  state.patches.set(command.patchId, { createdCommand: true });
}

function upserts(state: ExecutionState, announced: boolean): boolean {
  if (!state.feed.replaying) {
    return true;
  }
  return announced && state.flags.core.has(UPSERT_ON_PATCH);
}

function upsertPatchIds(state: ExecutionState, patchId: string): void {
  const ids = [...new Set([...state.patches.keys(), patchId])].sort(byCodePoint);
  const payload = jsonPayload(ids);
  if (Buffer.byteLength(JSON.stringify(ids)) >= MAX_ATTRIBUTE_BYTES) return;
  const metadata = { ...payload.metadata, type: 'S2V5d29yZExpc3Q=' };
  enqueueUpsert(state, { indexedFields: { [VERSION_ATTRIBUTE]: { ...payload, metadata } } }, undefined);
}

/** The order of bytes, as in sdk-core's ordered set; the default sort compares UTF-16 units. */
function byCodePoint(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

const build: CommandBuilder = (_state, { source }) => {
  const { patchId, deprecated } = sourceOf(source, 'setPatchMarker');
  return {
    type: 'RecordMarker',
    attributes: { markerName: PATCH_MARKER, details: patchMarkerDetails({ patchId, deprecated }) },
  };
};
