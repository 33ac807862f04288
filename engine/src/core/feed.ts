import type { EventOf, HistoryEvent } from '../history/event.js';
import {
  isLocalActivityMarker,
  patchMarkerOf,
  sideEffectMarkerOf,
  versionMarkerOf,
} from '../history/markers.js';
import type { UpdateRequest } from '../history/messages.js';
import { mismatchOf } from './found-mismatch.js';
import { stepMachine } from './machine.js';
import { definitionOf } from './machine-registry.js';
import { announcedOutcome, applyAnnounced, runWaitingLocalActivities } from './machines/local-activity.js';
import { requestUpdate } from './machines/update.js';
import { matchCommandEvent, noteExtraCommands } from './match.js';
import { randomnessSeed } from './random-seed.js';
import { endOfSequence, initiatingEventId, isCommandEvent, isFinalEvent } from './sequence.js';
import { initializeJob } from './start-job.js';
import type { ExecutionState, Flags } from './state.js';

/** Applies the next sequence of events; false when there is none. Throws `FoundMismatch`. */
export function applyNextSequence(state: ExecutionState): boolean {
  const { feed } = state;
  const { events } = feed;
  if (feed.sawFinalEvent || feed.position >= events.length) {
    feed.replaying = false;
    return false;
  }
  const from = feed.position;
  const end = feed.nextEnd > from ? feed.nextEnd : endOfSequence(events, from, mergesHeartbeats(state));
  feed.atEnd = end >= events.length;
  feed.nextEnd = -1;
  state.attemptedIsStale = true;
  learnFlags(state.flags, events, from, end);

  const admitted = new Map<string, UpdateRequest>();
  let skipNext = false;
  for (let index = from; index < end; index++) {
    const event = events[index]!;
    noteEndOfReplay(state, event);
    deliverMessages(state, event.eventId);
    if (skipNext) skipNext = false;
    else skipNext = applyEvent(state, event, events[index + 1], index === end - 1, admitted);
    feed.lastEventId = event.eventId;
    feed.position = index + 1;
  }
  if (feed.atEnd) {
    if (feed.sawFinalEvent) noteExtraCommands(state);
    deliverMessages(state, Infinity);
  } else {
    lookAhead(state, admitted);
  }
  return true;
}

function mergesHeartbeats(state: ExecutionState): boolean {
  return state.options.localActivities === 'asSdkCore';
}

/** Replay is over at the first event of the last sequence that no worker has seen or made before. */
function noteEndOfReplay(state: ExecutionState, event: HistoryEvent): void {
  const { feed } = state;
  if (!feed.replaying || !feed.atEnd || event.eventId <= feed.previousStartedEventId) return;
  if (event.type !== 'WorkflowTaskCompleted' && !isCommandEvent(event)) feed.replaying = false;
}

function deliverMessages(state: ExecutionState, beforeEventId: number): void {
  const { feed } = state;
  // They came with the live task: while older events are replayed they wait.
  if (feed.messages.length === 0 || (feed.replaying && beforeEventId !== Infinity)) return;
  const due = feed.messages.filter((message) => message.sequencingEventId < beforeEventId);
  if (due.length === 0) return;
  feed.messages = feed.messages.filter((message) => message.sequencingEventId >= beforeEventId);
  for (const message of due) requestUpdate(state, message);
}

/** Flags that the answers in this sequence, and the answer right behind it, recorded. */
function learnFlags(flags: Flags, events: readonly HistoryEvent[], from: number, end: number): void {
  for (let index = from; index < events.length; index++) {
    const event = events[index]!;
    if (event.type !== 'WorkflowTaskCompleted') continue;
    learnFrom(flags, event);
    if (index >= end) return;
  }
}

function learnFrom(flags: Flags, event: EventOf<'WorkflowTaskCompleted'>): void {
  const { sdkMetadata, workerVersion, deploymentVersion } = event.attributes;
  for (const flag of sdkMetadata?.coreUsedFlags ?? []) flags.core.add(flag);
  for (const flag of sdkMetadata?.langUsedFlags ?? []) {
    if (flags.lang.has(flag)) continue;
    flags.lang.add(flag);
    flags.langList = [...flags.lang];
  }
  if (sdkMetadata?.sdkName) flags.lastSdkName = sdkMetadata.sdkName;
  if (sdkMetadata?.sdkVersion) flags.lastSdkVersion = sdkMetadata.sdkVersion;
  const buildId = deploymentVersion?.buildId || workerVersion?.buildId;
  if (buildId) flags.buildId = buildId;
}

/** True when the next event is to be skipped. */
function applyEvent(
  state: ExecutionState,
  event: HistoryEvent,
  next: HistoryEvent | undefined,
  isLast: boolean,
  admitted: Map<string, UpdateRequest>,
): boolean {
  if (isFinalEvent(event)) state.feed.sawFinalEvent = true;
  if (isCommandEvent(event)) return matchCommandEvent(state, event, next);
  if (state.outgoingHead < state.outgoing.length && event.type !== 'WorkflowTaskCompleted') {
    noteExtraCommands(state);
  }
  const initiatedBy = initiatingEventId(event);
  if (initiatedBy === undefined) {
    applyLoneEvent(state, event, isLast, admitted);
    return false;
  }
  const machine = state.machines.byEventId.get(initiatedBy);
  if (!machine) {
    const message = `${event.type} belongs to event ${initiatedBy}, which nothing in the code began`;
    throw mismatchOf(state, 'orphanEvent', message, { recorded: event });
  }
  stepMachine(definitionOf(machine.kind), state, machine, event.type, event);
  return false;
}

function applyLoneEvent(
  state: ExecutionState,
  event: HistoryEvent,
  isLast: boolean,
  admitted: Map<string, UpdateRequest>,
): void {
  const { clock, jobs } = state;
  switch (event.type) {
    case 'WorkflowExecutionStarted':
      state.started = event;
      state.searchAttributes = event.attributes.searchAttributes;
      clock.timeMs = Math.max(clock.timeMs, event.eventTimeMs);
      jobs.push(initializeJob(state.options, event));
      break;
    case 'WorkflowTaskStarted':
      clock.historySizeBytes = event.attributes.historySizeBytes ?? 0;
      clock.continueAsNewSuggested = event.attributes.suggestContinueAsNew ?? false;
      if (isLast) beginTaskAt(state, event);
      break;
    case 'WorkflowTaskCompleted':
      state.completedTasks += 1;
      state.taskCompletedEventId = event.eventId;
      state.commandIndex = 0;
      break;
    case 'WorkflowTaskFailed':
      if (event.attributes.cause === 'RESET_WORKFLOW') {
        const seed = randomnessSeed(event.attributes.newRunId ?? '');
        jobs.push({ type: 'updateRandomSeed', randomnessSeed: seed });
      }
      break;
    case 'WorkflowExecutionSignaled':
      jobs.push({
        type: 'signalWorkflow',
        signalName: event.attributes.signalName,
        input: event.attributes.input ?? [],
        identity: event.attributes.identity ?? '',
        headers: event.attributes.header?.fields ?? {},
        originatingEventId: event.eventId,
      });
      break;
    case 'WorkflowExecutionCancelRequested':
      jobs.push({ type: 'cancelWorkflow', reason: event.attributes.cause ?? '' });
      break;
    case 'WorkflowExecutionUpdateAdmitted':
      admit(state, event, admitted);
      break;
    case 'Unknown':
      if (!event.workerMayIgnore) {
        const message = `event type ${event.recordedType} is not known, and may not be ignored`;
        throw mismatchOf(state, 'unknownEvent', message, { recorded: event });
      }
      break;
    default:
      // Options, pauses, time skipping, the end by a server: nothing for the code.
      break;
  }
}

function beginTaskAt(state: ExecutionState, event: HistoryEvent): void {
  const { clock, feed } = state;
  feed.startedEventId = event.eventId;
  clock.timeMs = Math.max(clock.timeMs, event.eventTimeMs);
  if (feed.replaying) state.replayedTasks += 1;
  else runWaitingLocalActivities(state);
}

/** The server admitted an update durably: in replay its request waits for the acceptance. */
function admit(
  state: ExecutionState,
  event: EventOf<'WorkflowExecutionUpdateAdmitted'>,
  admitted: Map<string, UpdateRequest>,
): void {
  const { request } = event.attributes;
  const id = request?.meta?.updateId;
  if (!request || !id) return;
  if (state.feed.replaying) admitted.set(id, request);
  else {
    const sequencingEventId = event.eventId - 1;
    state.feed.messages.push({ id: `${id}/request`, protocolInstanceId: id, sequencingEventId, request });
  }
}

/** What the commands of the task that is about to run have recorded, as far as its code has to know now. */
function lookAhead(state: ExecutionState, admitted: ReadonlyMap<string, UpdateRequest>): void {
  const { feed, jobs, local } = state;
  const { events } = feed;
  feed.nextEnd = endOfSequence(events, feed.position, mergesHeartbeats(state));
  const updates: EventOf<'WorkflowExecutionUpdateAccepted'>[] = [];
  for (let index = feed.position; index < feed.nextEnd; index++) {
    const event = events[index]!;
    if (event.type === 'WorkflowExecutionUpdateAccepted') updates.push(event);
    if (event.type !== 'MarkerRecorded') continue;
    const patch = patchMarkerOf(event);
    const version = patch ? undefined : versionMarkerOf(event);
    const sideEffect = sideEffectMarkerOf(event);
    if (patch) {
      state.patches.set(patch.patchId, { createdCommand: false });
      jobs.push({ type: 'notifyHasPatch', patchId: patch.patchId });
    } else if (version) {
      jobs.push({ type: 'notifyHasVersion', ...version });
    } else if (sideEffect) {
      jobs.push({ type: 'resolveSideEffect', seq: sideEffect.seq, value: sideEffect.value });
    } else if (isLocalActivityMarker(event)) {
      local.announced.push(announcedOutcome(event));
    }
  }
  if (mergesHeartbeats(state)) applyAnnounced(state);
  for (const { attributes } of updates) {
    const request = attributes.acceptedRequest ?? admitted.get(attributes.protocolInstanceId);
    requestUpdate(state, {
      id: attributes.acceptedRequestMessageId ?? '',
      protocolInstanceId: attributes.protocolInstanceId,
      sequencingEventId: attributes.acceptedRequestSequencingEventId ?? 0,
      request: request ?? {},
    });
  }
}
