import type { HistoryEvent } from '../history/event.js';
import type { WorkflowCommand } from './activation.js';
import type { Mismatch, MismatchKind, Place } from './mismatch.js';
import type { ExecutionState } from './state.js';

/** Carries a mismatch from where it is found to `nextStep`; never leaves the core. */
export class FoundMismatch extends Error {
  readonly mismatch: Mismatch;

  constructor(mismatch: Mismatch) {
    super(mismatch.message);
    this.mismatch = mismatch;
  }
}

export interface MismatchDetails {
  readonly recorded?: HistoryEvent | undefined;
  readonly attempted?: WorkflowCommand | undefined;
  readonly field?: string;
  readonly recordedValue?: unknown;
  readonly attemptedValue?: unknown;
}

export function mismatchOf(
  state: ExecutionState,
  kind: MismatchKind,
  message: string,
  details: MismatchDetails,
): FoundMismatch {
  const { recorded, attempted, ...values } = details;
  return new FoundMismatch({
    kind,
    message,
    ...placeOf(state, attempted, recorded?.eventId),
    ...(recorded ? { recorded } : {}),
    ...(attempted ? { attempted } : {}),
    ...values,
    attemptedInTask: [...state.attempted],
  });
}

export function placeOf(
  state: ExecutionState,
  attempted: WorkflowCommand | undefined,
  eventId: number | undefined,
): Place {
  return {
    ...(eventId === undefined ? {} : { eventId }),
    workflowTask: Math.max(1, state.completedTasks),
    ...(state.taskCompletedEventId ? { workflowTaskCompletedEventId: state.taskCompletedEventId } : {}),
    commandIndex: state.commandIndex,
    ...(attempted?.callSite === undefined ? {} : { callSite: attempted.callSite }),
  };
}
