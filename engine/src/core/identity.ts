import type { HistoryEvent } from '../history/event.js';
import { mismatchOf } from './found-mismatch.js';
import type { ExecutionState, Machine } from './state.js';

/** sdk-core's flag IdAndTypeDeterminismChecks. */
export const ID_AND_TYPE_CHECKS = 1;
/** sdk-core's flag UpsertSearchAttributeOnPatch. */
export const UPSERT_ON_PATCH = 2;
/** sdk-core's flag MoveTerminalCommands. */
export const MOVE_TERMINAL_COMMANDS = 3;

export const knownCoreFlags: readonly number[] = [
  ID_AND_TYPE_CHECKS,
  UPSERT_ON_PATCH,
  MOVE_TERMINAL_COMMANDS,
];

/**
 * Ids and types of what was scheduled must be the same, where the recording SDK already held to that (flag 1);
 * in the last task of a history always.
 */
export function checkIdentity(
  state: ExecutionState,
  machine: Machine,
  event: HistoryEvent | undefined,
  field: string,
  recorded: string | undefined,
  attempted: string,
): void {
  if (recorded === attempted) return;
  if (!state.flags.core.has(ID_AND_TYPE_CHECKS) && !state.feed.atEnd) return;
  throwIdentityMismatch(state, machine, event, field, recorded, attempted);
}

export function throwIdentityMismatch(
  state: ExecutionState,
  machine: Machine,
  event: HistoryEvent | undefined,
  field: string,
  recorded: string | undefined,
  attempted: string,
): never {
  const message = `${event?.type ?? 'event'} has ${field} ${JSON.stringify(recorded)}, the code asked for ${JSON.stringify(attempted)}`;
  throw mismatchOf(state, 'differentCommand', message, {
    recorded: event,
    attempted: machine.source,
    field,
    recordedValue: recorded,
    attemptedValue: attempted,
  });
}
