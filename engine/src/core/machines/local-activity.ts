import type { EventOf } from '../../history/event.js';
import {
  LOCAL_ACTIVITY_MARKER,
  localActivityMarkerDetails,
  localActivityMarkerOf,
} from '../../history/markers.js';
import type { Failure } from '../../history/messages.js';
import type { Resolution, ScheduleLocalActivity, WorkflowCommand } from '../activation.js';
import { checkIdentity, throwIdentityMismatch } from '../identity.js';
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
import type { AnnouncedOutcome, CommandBuilder, ExecutionState, Machine } from '../state.js';
import type { LocalActivityOutcome } from '../step.js';
import { transitionTable } from '../transition-table.js';

export const localActivityTable = transitionTable({
  name: 'localActivity',
  initial: ['Requested', 'WaitingForMarker'],
  final: ['Recorded'],
  rows: [
    // Live: the worker runs it, its end becomes a marker.
    ['Requested', 'ended', 'MarkerCommandCreated', 'resolveEnded'],
    ['Requested', 'waitCancel', 'Requested', 'requestCancel'],
    ['Requested', 'tryCancel', 'MarkerCommandCreated', 'requestCancel', 'resolveCancelled'],
    ['Requested', 'abandon', 'MarkerCommandCreated', 'letGo', 'resolveCancelled'],
    ['MarkerCommandCreated', 'ended', 'MarkerCommandCreated'],
    ['MarkerCommandCreated', 'MarkerRecorded', 'Recorded', 'checkMarker', 'checkOutcome'],

    // Replay: its marker, seen ahead, says how it ended.
    ['WaitingForMarker', 'announced', 'WaitingForMarkerEvent', 'resolveAnnounced'],
    ['WaitingForMarker', 'waitCancel', 'WaitingForMarker'],
    ['WaitingForMarker', 'tryCancel', 'WaitingForMarker'],
    ['WaitingForMarker', 'abandon', 'WaitingForMarker'],
    // No marker came before a live task: the worker that began it died. Run it now.
    ['WaitingForMarker', 'liveTask', 'Requested', 'request'],
    ['WaitingForMarkerEvent', 'waitCancel', 'WaitingForMarkerEvent'],
    ['WaitingForMarkerEvent', 'tryCancel', 'WaitingForMarkerEvent'],
    ['WaitingForMarkerEvent', 'abandon', 'WaitingForMarkerEvent'],
    ['WaitingForMarkerEvent', 'MarkerRecorded', 'Recorded', 'checkMarker'],
  ],
});

const cancelInputs = {
  TRY_CANCEL: 'tryCancel',
  WAIT_CANCELLATION_COMPLETED: 'waitCancel',
  ABANDON: 'abandon',
} as const;

interface Ended {
  readonly resolution: Resolution;
  readonly completeTimeMs: number | undefined;
  /** What the marker keeps. */
  readonly failure: Failure | undefined;
  readonly attempt: number;
  readonly backoffMs: number | undefined;
}

export const localActivityMachine: MachineDefinition = {
  table: localActivityTable,
  perform(state, machine, effect, event, detail) {
    switch (effect) {
      case 'request':
        request(state, machine);
        break;
      case 'requestCancel':
        cancelRunning(state, machine);
        break;
      case 'letGo':
        state.local.executing.delete(machine.seq);
        state.local.requests = state.local.requests.filter(
          (queued) => queued.type === 'cancel' || queued.command.seq !== machine.seq,
        );
        break;
      case 'resolveCancelled':
        resolve(state, machine, cancelledAtOnce(machine));
        break;
      case 'resolveEnded':
        resolve(state, machine, detail as Ended);
        break;
      case 'resolveAnnounced': {
        const { resolution, completeTimeMs } = detail as AnnouncedOutcome;
        state.local.waiting.delete(machine);
        tell(state, machine, resolution, completeTimeMs);
        break;
      }
      case 'checkMarker':
        checkMarker(state, machine, eventOf(event, 'MarkerRecorded'));
        break;
      case 'checkOutcome': {
        const recordedWell = eventOf(event, 'MarkerRecorded').attributes.failure === undefined;
        const endedWell = machine.local?.endedWell;
        if (endedWell !== undefined && endedWell !== recordedWell) {
          const name = (well: boolean) => (well ? 'completed' : 'failed');
          throwIdentityMismatch(state, machine, event, 'outcome', name(recordedWell), name(endedWell));
        }
        break;
      }
    }
  },
};

export function scheduleLocalActivity(state: ExecutionState, command: ScheduleLocalActivity): void {
  const nowMs = state.clock.timeMs;
  const { replaying } = state.feed;
  const machine = newMachine(
    'localActivity',
    command.seq,
    replaying ? 'WaitingForMarker' : 'Requested',
    command,
    {
      local: {
        scheduledTimeMs: nowMs,
        originalScheduleTimeMs: command.originalScheduleTimeMs ?? nowMs,
        endedWell: undefined,
      },
    },
  );
  registerBySeq(state, 'localActivity', machine);
  if (replaying) state.local.waiting.add(machine);
  else request(state, machine);
}

export function cancelLocalActivity(
  state: ExecutionState,
  command: Extract<WorkflowCommand, { type: 'requestCancelLocalActivity' }>,
): void {
  const machine = machineBySeq(state, 'localActivity', command.seq, command);
  if (!machine) return;
  const { cancellationType } = sourceOf(machine.source, 'scheduleLocalActivity');
  const known = state.local.announced.findIndex((entry) => entry.seq === machine.seq);
  if (machine.state === 'WaitingForMarker' && known >= 0 && resolvesAtOnce(state, cancellationType)) {
    // The first run told the code at once, before other outcomes whose markers may stand earlier.
    const [entry] = state.local.announced.splice(known, 1);
    stepMachine(localActivityMachine, state, machine, 'announced', undefined, entry?.outcome);
    return;
  }
  stepMachine(localActivityMachine, state, machine, cancelInputs[cancellationType], undefined, command);
}

function resolvesAtOnce(state: ExecutionState, cancellationType: keyof typeof cancelInputs): boolean {
  if (state.options.localActivities === 'asSdkCore') return cancellationType !== 'ABANDON';
  return cancellationType !== 'WAIT_CANCELLATION_COMPLETED';
}

/** The worker said how it ended. */
function localActivityEnded(state: ExecutionState, seq: number, outcome: LocalActivityOutcome): void {
  const machine = state.machines.bySeq.localActivity.get(seq);
  if (!machine?.local) return;
  const { result, attempt } = outcome;
  // Whole milliseconds: the marker's seconds and nanoseconds give exactly this number back.
  const completeTimeMs =
    Math.floor(machine.local.scheduledTimeMs) + Math.max(0, Math.round(outcome.runtimeMs));
  const failure = result.status === 'completed' ? undefined : wrap(machine, result.failure);
  const ended: Ended = {
    resolution: resolutionOf(machine, result, failure, attempt),
    completeTimeMs,
    failure,
    attempt,
    backoffMs: result.status === 'backoff' ? result.backoffMs : undefined,
  };
  stepMachine(localActivityMachine, state, machine, 'ended', undefined, ended);
}

/** A live workflow task began: what no marker announced has to run. */
export function runWaitingLocalActivities(state: ExecutionState): void {
  for (const machine of [...state.local.waiting]) {
    state.local.waiting.delete(machine);
    stepMachine(localActivityMachine, state, machine, 'liveTask');
  }
}

/** Resolves what markers announced, in their order, up to the first that the code has not asked for yet. */
export function applyAnnounced(state: ExecutionState): void {
  while (applyNextAnnounced(state));
}

function applyNextAnnounced(state: ExecutionState): boolean {
  const next = state.local.announced[0];
  const machine = next && state.machines.bySeq.localActivity.get(next.seq);
  if (!machine) return false;
  state.local.announced.shift();
  stepMachine(localActivityMachine, state, machine, 'announced', undefined, next.outcome);
  return true;
}

/** Tells the code one more outcome, announced by a marker or reported by the worker; false when there is none. */
export function applyNextOutcome(state: ExecutionState): boolean {
  if (applyNextAnnounced(state)) return true;
  const ended = state.feed.replaying ? undefined : state.local.ended.shift();
  if (ended) localActivityEnded(state, ended.seq, ended.outcome);
  return ended !== undefined;
}

/** The outcome that a marker announces. */
export function announcedOutcome(event: EventOf<'MarkerRecorded'>): {
  seq: number;
  outcome: AnnouncedOutcome;
} {
  const marker = localActivityMarkerOf(event);
  const { failure, details } = event.attributes;
  const { completeTimeMs, backoffMs, attempt } = marker;
  let resolution: Resolution;
  if (backoffMs !== undefined) {
    const originalScheduleTimeMs = marker.originalScheduleTimeMs ?? 0;
    resolution = { status: 'backoff', attempt: attempt + 1, backoffMs, originalScheduleTimeMs };
  } else if (!failure) {
    const value = details?.['result']?.[0];
    resolution = { status: 'completed', ...(value ? { result: value } : {}) };
  } else if (failure.canceledFailureInfo ?? failure.cause?.canceledFailureInfo) {
    const { activityId, activityType } = marker;
    resolution = { status: 'cancelled', failure: wrapEnded(activityId, activityType, failure) };
  } else {
    resolution = { status: 'failed', failure };
  }
  return { seq: marker.seq, outcome: { resolution, completeTimeMs } };
}

function request(state: ExecutionState, machine: Machine): void {
  const command = sourceOf(machine.source, 'scheduleLocalActivity');
  const scheduledTimeMs = machine.local?.originalScheduleTimeMs ?? state.clock.timeMs;
  state.local.executing.add(machine.seq);
  state.local.requests.push({ type: 'run', command, scheduledTimeMs });
}

function cancelRunning(state: ExecutionState, machine: Machine): void {
  const { local } = state;
  const index = local.requests.findIndex(
    (queued) => queued.type === 'run' && queued.command.seq === machine.seq,
  );
  if (index < 0) {
    local.requests.push({ type: 'cancel', seq: machine.seq });
    return;
  }
  // It was not begun: nobody else will say that it is cancelled.
  local.requests.splice(index, 1);
  local.executing.delete(machine.seq);
  if (machine.state !== 'Requested') return;
  const { attempt } = sourceOf(machine.source, 'scheduleLocalActivity');
  const failure: Failure = { message: '', canceledFailureInfo: {} };
  const result = { status: 'cancelled', failure } as const;
  local.ended.push({ seq: machine.seq, outcome: { attempt, runtimeMs: 0, result } });
}

function cancelledAtOnce(machine: Machine): Ended {
  const failure = wrap(machine, { message: '', canceledFailureInfo: {} });
  const { attempt } = sourceOf(machine.source, 'scheduleLocalActivity');
  return {
    resolution: { status: 'cancelled', failure },
    // No time: a cancellation that the code does not wait for moves no clock.
    completeTimeMs: undefined,
    failure,
    attempt,
    backoffMs: undefined,
  };
}

function resolve(state: ExecutionState, machine: Machine, ended: Ended): void {
  if (machine.local) {
    const { status } = ended.resolution;
    machine.local.endedWell = status === 'cancelled' ? undefined : status === 'completed';
  }
  tell(state, machine, ended.resolution, ended.completeTimeMs);
  enqueue(state, machine, 'MarkerRecorded', buildMarker, machine.source, LOCAL_ACTIVITY_MARKER, ended);
}

function tell(
  state: ExecutionState,
  machine: Machine,
  result: Resolution,
  completeTimeMs: number | undefined,
): void {
  if (machine.resolved) return;
  machine.resolved = true;
  pushJob(state, machine, { type: 'resolveActivity', seq: machine.seq, isLocal: true, result });
  if (completeTimeMs !== undefined && completeTimeMs > state.clock.timeMs)
    state.clock.timeMs = completeTimeMs;
}

function resolutionOf(
  machine: Machine,
  result: LocalActivityOutcome['result'],
  failure: Failure | undefined,
  attempt: number,
): Resolution {
  if (result.status === 'completed') return result;
  if (result.status === 'backoff') {
    const originalScheduleTimeMs = machine.local?.originalScheduleTimeMs ?? 0;
    return { status: 'backoff', attempt: attempt + 1, backoffMs: result.backoffMs, originalScheduleTimeMs };
  }
  return { status: result.status, failure: failure ?? result.failure };
}

/** Timeouts and cancellations are an activity's failure with a cause; other failures are the code's own. */
function wrap(machine: Machine, failure: Failure): Failure {
  const { activityId, activityType } = sourceOf(machine.source, 'scheduleLocalActivity');
  return wrapEnded(activityId, activityType, failure);
}

function wrapEnded(activityId: string, activityType: string, failure: Failure): Failure {
  if (!failure.timeoutFailureInfo && !failure.canceledFailureInfo) return failure;
  return {
    message: failure.timeoutFailureInfo ? 'Local Activity timed out' : 'Local Activity cancelled',
    cause: failure,
    activityFailureInfo: {
      scheduledEventId: 0,
      startedEventId: 0,
      identity: '',
      activityType: { name: activityType },
      activityId,
      retryState: 'CANCEL_REQUESTED',
    },
  };
}

function checkMarker(state: ExecutionState, machine: Machine, event: EventOf<'MarkerRecorded'>): void {
  const marker = localActivityMarkerOf(event);
  const { activityId, activityType } = sourceOf(machine.source, 'scheduleLocalActivity');
  if (marker.seq !== machine.seq) {
    throwIdentityMismatch(state, machine, event, 'seq', String(marker.seq), String(machine.seq));
  }
  checkIdentity(state, machine, event, 'activityId', marker.activityId, activityId);
  checkIdentity(state, machine, event, 'activityType', marker.activityType, activityType);
}

const buildMarker: CommandBuilder = (_state, { machine, detail }) => {
  const { resolution, completeTimeMs, failure, attempt, backoffMs } = detail as Ended;
  const { activityId, activityType } = sourceOf(machine.source, 'scheduleLocalActivity');
  const marker = {
    seq: machine.seq,
    attempt,
    activityId,
    activityType,
    completeTimeMs,
    backoffMs,
    originalScheduleTimeMs: machine.local?.originalScheduleTimeMs,
  };
  const result = resolution.status === 'completed' ? resolution.result : undefined;
  return {
    type: 'RecordMarker',
    attributes: {
      markerName: LOCAL_ACTIVITY_MARKER,
      details: localActivityMarkerDetails(marker, result),
      failure,
    },
  };
};
