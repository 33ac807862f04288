import type { EventOf, HistoryEvent } from '../history/event.js';
import {
  isLocalActivityMarker,
  LOCAL_ACTIVITY_MARKER,
  localActivityMarkerOf,
  patchMarkerOf,
  versionMarkerOf,
} from '../history/markers.js';
import { compareDetails } from './details.js';
import { mismatchOf, placeOf } from './found-mismatch.js';
import { stepMachine } from './machine.js';
import { definitionOf } from './machine-registry.js';
import { VERSION_ATTRIBUTE } from './machines/upsert-search-attributes.js';
import { sourceOf } from './machine.js';
import type { ExecutionState, Machine, QueuedCommand } from './state.js';

/**
 * Matches a recorded command event with the front of the queue of commands (sdk-core's rules, see
 * docs/architecture/replay-rules.md, 4). Returns true when the event after this one is to be skipped too.
 */
export function matchCommandEvent(
  state: ExecutionState,
  event: HistoryEvent,
  next: HistoryEvent | undefined,
): boolean {
  if (isLocalActivityMarker(event) && takeAnnouncedMarker(state, event)) {
    state.commandIndex += 1;
    return false;
  }
  for (;;) {
    const front = state.outgoing[state.outgoingHead];
    switch (handleMarkers(state, event, front)) {
      case 'skipEvent':
        state.commandIndex += 1;
        return isPatchUpsert(next);
      case 'dropCommand':
        takeFront(state);
        continue;
      case 'match':
        break;
    }
    if (!front) {
      throw mismatchOf(
        state,
        'missingCommand',
        `history recorded ${nameOf(event)}; the code asked for nothing more`,
        {
          recorded: event,
        },
      );
    }
    takeFront(state);
    if (front.machine.cancelledBeforeSent) continue;
    match(state, front, event);
    state.commandIndex += 1;
    return false;
  }
}

function match(state: ExecutionState, queued: QueuedCommand, event: HistoryEvent): void {
  const { machine } = queued;
  const marker = event.type === 'MarkerRecorded' ? event.attributes.markerName : undefined;
  if (event.type !== queued.expects || marker !== queued.marker) {
    throw mismatchOf(
      state,
      'differentCommand',
      `history recorded ${nameOf(event)}; the code asked for ${expectedName(queued)}`,
      { recorded: event, attempted: queued.source ?? machine.source },
    );
  }
  if (!machine.initiatedEventId) machine.initiatedEventId = event.eventId;
  stepMachine(definitionOf(machine.kind), state, machine, event.type, event, undefined);
  state.matchedCommands += 1;
  if (machine.initiatedEventId === event.eventId && !isDone(machine)) {
    state.machines.byEventId.set(event.eventId, machine);
  }
  if (state.options.compareDetails) compareDetails(state, queued, event);
}

function isDone(machine: Machine): boolean {
  return definitionOf(machine.kind).table.final.includes(machine.state);
}

/** The marker of a local activity that was resolved ahead takes no command: it only has to agree. */
function takeAnnouncedMarker(state: ExecutionState, event: EventOf<'MarkerRecorded'>): boolean {
  const { seq } = localActivityMarkerOf(event);
  const machine = state.machines.bySeq.localActivity.get(seq);
  if (!machine) {
    throw mismatchOf(
      state,
      'missingCommand',
      `history recorded local activity ${seq}, which the code has not asked for`,
      { recorded: event },
    );
  }
  if (machine.state === 'MarkerCommandCreated') return false;
  stepMachine(definitionOf(machine.kind), state, machine, event.type, event);
  state.matchedCommands += 1;
  return true;
}

/** Patches and versions may stand on one side alone. */
function handleMarkers(
  state: ExecutionState,
  event: HistoryEvent,
  front: QueuedCommand | undefined,
): 'match' | 'skipEvent' | 'dropCommand' {
  const version = versionMarkerOf(event);
  if (version) {
    if (front?.machine.kind === 'version') {
      const { changeId } = sourceOf(front.machine.source, 'setVersionMarker');
      if (changeId === version.changeId) return 'match';
    }
    noteSkipped(state, event);
    return 'skipEvent';
  }
  if (front?.machine.kind === 'version') {
    noteExtra(state, front);
    return 'dropCommand';
  }
  const patch = patchMarkerOf(event);
  if (!patch) {
    if (front?.machine.kind !== 'patch') return 'match';
    if (!sourceOf(front.machine.source, 'setPatchMarker').deprecated) noteExtra(state, front);
    return 'dropCommand';
  }
  if (front?.machine.kind === 'patch') {
    const { patchId } = sourceOf(front.machine.source, 'setPatchMarker');
    return patchId !== patch.patchId && patch.deprecated ? 'skipEvent' : 'match';
  }
  if (patch.deprecated) return 'skipEvent';
  throw mismatchOf(
    state,
    front ? 'differentCommand' : 'missingCommand',
    `history recorded the patch "${patch.patchId}"; the code has no patched("${patch.patchId}") there`,
    { recorded: event, attempted: front?.source, field: 'patchId', recordedValue: patch.patchId },
  );
}

/** The core's own upsert goes with the marker of its patch. */
function isPatchUpsert(next: HistoryEvent | undefined): boolean {
  if (next?.type !== 'UpsertWorkflowSearchAttributes') return false;
  return VERSION_ATTRIBUTE in (next.attributes.searchAttributes?.indexedFields ?? {});
}

function takeFront(state: ExecutionState): void {
  state.outgoingHead += 1;
  if (state.outgoingHead < state.outgoing.length) return;
  state.outgoing = [];
  state.outgoingHead = 0;
}

/** The commands that their task did not record. Called when the command events of a task are over. */
export function noteExtraCommands(state: ExecutionState): void {
  for (let index = state.outgoingHead; index < state.outgoing.length; index++) {
    const queued = state.outgoing[index]!;
    if (queued.reportedExtra || queued.machine.cancelledBeforeSent) continue;
    if (queued.source?.type === 'setPatchMarker' && queued.source.deprecated) continue;
    noteExtra(state, queued);
  }
}

function noteExtra(state: ExecutionState, queued: QueuedCommand): void {
  queued.reportedExtra = true;
  if (!queued.source || !state.options.compareDetails) return;
  state.drift.push({
    kind: 'extraCommand',
    attempted: queued.source,
    ...placeOf(state, queued.source, undefined),
  });
}

function noteSkipped(state: ExecutionState, event: HistoryEvent): void {
  if (!state.options.compareDetails) return;
  state.drift.push({ kind: 'skippedEvent', recorded: event, ...placeOf(state, undefined, event.eventId) });
}

function nameOf(event: HistoryEvent): string {
  if (event.type === 'MarkerRecorded') {
    const { markerName } = event.attributes;
    return `${event.type} "${markerName}"`;
  }
  return event.type === 'Unknown' ? event.recordedType : event.type;
}

function expectedName(queued: QueuedCommand): string {
  const name = queued.source?.type ?? queued.expects;
  return queued.marker === LOCAL_ACTIVITY_MARKER ? 'a local activity' : name;
}
