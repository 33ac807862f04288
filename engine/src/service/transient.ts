import { parseStored } from './parse-stored.js';
import { applyEvent, note, scheduledTask } from './apply-event.js';
import type { ActivityState, BufferedEvent, ExecutionState, WorkflowTaskFailure } from './state.js';

/**
 * Facts of a run that have no event yet and still have to survive a crash, by key:
 * `w` the workflow task's attempts, `a:<scheduledEventId>` an activity's attempts and heartbeat,
 * `b:<n>` an event that waits for the workflow task in flight, `q` the request id of the start.
 */
export type Transient = ReadonlyMap<string, string>;

interface StoredWorkflowTask {
  readonly attempt: number;
  readonly scheduledEventId: number;
  readonly startedEventId: number;
  readonly scheduledTimeMs: number;
  readonly startedTimeMs: number;
  readonly transient: boolean;
  readonly notBeforeMs: number;
  readonly embedded: boolean;
  readonly identity: string;
  readonly requestId: string;
  readonly timeoutMs: number;
  readonly lastFailure?: WorkflowTaskFailure;
}

type StoredActivity = Omit<
  ActivityState,
  | 'scheduled'
  | 'scheduledEventId'
  | 'scheduledTimeMs'
  | 'cancelRequestedEventId'
  | 'dispatched'
  | 'withheldAttempt'
>;

/** The text to store under a key, or null to remove it. */
export function encodeTransient(state: ExecutionState, key: string): string | null {
  if (state.status !== 'RUNNING') return null;
  if (key === 'w') return encodeWorkflowTask(state);
  if (key.startsWith('a:')) return encodeActivity(state.activities.get(Number(key.slice(2))));
  return null;
}

function encodeWorkflowTask(state: ExecutionState): string | null {
  const task = state.workflowTask;
  if (!task || task.speculative || (!task.transient && (task.embedded || task.startedEventId === 0)))
    return null;
  const stored: StoredWorkflowTask = {
    attempt: task.attempt,
    scheduledEventId: task.scheduledEventId,
    startedEventId: task.startedEventId,
    scheduledTimeMs: task.scheduledTimeMs,
    startedTimeMs: task.startedTimeMs,
    transient: task.transient,
    notBeforeMs: task.notBeforeMs,
    embedded: task.embedded,
    identity: task.identity,
    requestId: task.requestId,
    timeoutMs: task.timeoutMs,
    ...(state.lastWorkflowTaskFailure && { lastFailure: state.lastWorkflowTaskFailure }),
  };
  return JSON.stringify(stored);
}

function encodeActivity(activity: ActivityState | undefined): string | null {
  if (!activity) return null;
  const {
    scheduled: _,
    scheduledEventId: __,
    scheduledTimeMs: ___,
    cancelRequestedEventId: ____,
    ...rest
  } = activity;
  const { dispatched: _____, withheldAttempt: ______, ...stored } = rest;
  return JSON.stringify(stored satisfies StoredActivity);
}

/** Completes a state that was folded from events with what the store kept besides. */
export function restoreTransient(state: ExecutionState, transient: Transient): void {
  const task = transient.get('w');
  if (state.workflowTask) state.workflowTask.embedded = true;
  if (task) restoreWorkflowTask(state, parseStored(task) as StoredWorkflowTask);
  for (const [key, text] of transient) {
    if (!key.startsWith('a:')) continue;
    const activity = state.activities.get(Number(key.slice(2)));
    if (!activity) continue;
    Object.assign(activity, parseStored(text) as StoredActivity);
    note(state, activity.attemptScheduledTimeMs);
  }
  for (const key of bufferKeysOf(transient)) {
    const event = parseStored(transient.get(key)!) as BufferedEvent;
    state.buffered.push(event);
    applyEvent(state, event);
  }
}

/** Keys of the events that wait for a workflow task to end, in their order. */
export function bufferKeysOf(transient: Transient): string[] {
  const keys = [...transient.keys()].filter((key) => key.startsWith('b:'));
  return keys.sort((a, b) => bufferPosition(a) - bufferPosition(b));
}

export function bufferPosition(key: string): number {
  return Number(key.slice(2));
}

function restoreWorkflowTask(state: ExecutionState, stored: StoredWorkflowTask): void {
  const { lastFailure, ...fields } = stored;
  state.lastWorkflowTaskFailure = lastFailure;
  if (!stored.transient) {
    if (state.workflowTask?.scheduledEventId === stored.scheduledEventId) {
      state.workflowTask.embedded = stored.embedded;
    }
    return;
  }
  state.workflowTaskAttempt = stored.attempt;
  state.workflowTask = Object.assign(
    scheduledTask(stored.scheduledEventId, stored.attempt, stored.scheduledTimeMs, stored.timeoutMs),
    fields,
  );
}
