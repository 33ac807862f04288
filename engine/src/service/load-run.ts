import type { HistoryEvent } from '../history/event.js';
import { applyEvent } from './apply-event.js';
import { hasPendingTasks, nextDueMs } from './due.js';
import { payloadBytesOf, warnedBefore } from './limit-warnings.js';
import { limits } from './limits.js';
import type { LoadedRun } from './loaded-run.js';
import { newLoadedRun, trimTail } from './loaded-run.js';
import { parseEvents } from './parse-stored.js';
import { isRunning, newState } from './state.js';
import type { Store } from './store.js';
import { bufferKeysOf, bufferPosition, restoreTransient } from './transient.js';
import { admittedByHistory } from './updates.js';

/** A run as the store has it: the fold over its events, and what has no event yet. */
export function loadRun(store: Store, key: number): LoadedRun | undefined {
  const stored = store.readRun(key);
  if (!stored) return undefined;
  const run = newLoadedRun(newState(key, stored.record.workflowId, stored.record.runId));
  const { state } = run;
  let hasLargePayloads = false;
  for (const text of store.readEvents(key, 1)) {
    const events = parseEvents(text);
    // Without the brackets and commas of the list that they are stored in.
    state.historySizeBytes += text.length - 1 - events.length;
    if (payloadBytesOf(text) >= limits.payloadBytesWarning) hasLargePayloads ||= events.some(isLarge);
    for (const event of events) {
      applyEvent(state, event);
      state.nextEventId = event.eventId + 1;
      run.tail.push(event);
    }
  }
  restoreTransient(state, stored.transient);
  // Who started the run is kept when it closes: the same start may be sent again later.
  for (const name of stored.transient.keys()) if (name !== 'q') run.storedKeys.add(name);
  // Under their own keys: what waited before them has gone, and its keys are not used again.
  const bufferKeys = bufferKeysOf(stored.transient);
  for (const [index, event] of state.buffered.entries()) run.bufferKeys.set(event, bufferKeys[index]!);
  run.bufferCount = bufferKeys.length > 0 ? 1 + bufferPosition(bufferKeys[bufferKeys.length - 1]!) : 0;
  run.startRequestId = stored.transient.get('q');
  run.durableEventId = state.nextEventId - 1;
  run.storedDueMs = stored.dueMs;
  run.storedHasTasks = hasPendingTasks(state);
  state.dueMs = nextDueMs(state);
  run.hasSearchValues = Object.keys(state.searchAttributes).length > 0;
  run.warned = warnedBefore(state, hasLargePayloads);
  if (isRunning(state)) run.updates = admittedByHistory(state);
  if (!isRunning(state)) run.tail = run.tail.slice(-1);
  trimTail(run);
  return run;
}

function isLarge(event: HistoryEvent): boolean {
  return payloadBytesOf(JSON.stringify(event)) >= limits.payloadBytesWarning;
}
