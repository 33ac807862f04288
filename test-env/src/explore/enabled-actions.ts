import type { Action } from './action.js';
import { Budget, type WaitingAttempt } from './attempts.js';
import type { ExploreFaults, ExploreMessage } from './options.js';

/** How often each fault may still happen in a run, and which messages have not been sent. It owns both. */
export class Remaining {
  readonly failures: Budget;
  readonly lost: Budget;
  readonly timeouts: Budget;
  readonly late: Budget;
  readonly unsentSignals: Set<number>;
  readonly unsentUpdates: Set<number>;
  readonly sentSignals = new Set<number>();
  duplicates: number;
  cancellations: number;
  evictions: number;
  crashes: number;
  deployments: number;

  constructor(faults: ExploreFaults, signals: readonly ExploreMessage[], updates: readonly ExploreMessage[]) {
    this.failures = new Budget(faults.activityFailures);
    this.lost = new Budget(faults.lostResults);
    this.timeouts = new Budget(faults.activityTimeouts);
    this.late = new Budget(faults.lateResults);
    this.unsentSignals = new Set(signals.keys());
    this.unsentUpdates = new Set(updates.keys());
    this.duplicates = faults.duplicateSignals ?? 0;
    this.cancellations = faults.cancel ? 1 : 0;
    this.evictions = faults.evictions ?? 1;
    this.crashes = faults.crashes ?? 0;
    this.deployments = faults.deploy === undefined ? 0 : 1;
  }
}

/** What a run is like at the moment of a choice. */
export interface Moment {
  readonly hasWorkflowTask: boolean;
  readonly attempts: readonly WaitingAttempt[];
  /** When the next timer is due; undefined when none is. */
  readonly nextDueMs: number | undefined;
  readonly isOpen: boolean;
}

/**
 * What can happen next, in the order of a calm world: the worker first, then activities as they were started,
 * then messages, then time; faults after all of them.
 *
 * Time does not pass an attempt's deadline unless that attempt may time out: otherwise every activity would.
 */
export function enabledActions(moment: Moment, remaining: Remaining): Action[] {
  const { attempts } = moment;
  const actions: Action[] = [];
  if (moment.hasWorkflowTask) actions.push({ type: 'workflowTask', key: 'workflow task' });
  for (const { number, name } of attempts) actions.push({ type: 'complete', key: name, activity: number });
  if (moment.isOpen) {
    for (const signal of remaining.unsentSignals)
      actions.push({ type: 'signal', key: `signal ${signal}`, signal });
    for (const update of remaining.unsentUpdates)
      actions.push({ type: 'update', key: `update ${update}`, update });
  }
  const deadlineMs = Math.min(...attempts.filter(({ late }) => !late).map((each) => each.deadlineMs));
  if (moment.nextDueMs !== undefined && moment.nextDueMs < deadlineMs)
    actions.push({ type: 'advance', key: 'time' });
  return [...actions, ...enabledFaults(moment, remaining)];
}

/**
 * When the workflow has ended: an attempt that it cancelled or left does not hear of that before its next heartbeat, and
 * may do its work all the same.
 */
export function actionsAfterEnd(attempts: readonly WaitingAttempt[]): Action[] {
  if (attempts.length === 0) return [];
  const complete = attempts.map(({ number, name }): Action => ({
    type: 'complete',
    key: name,
    activity: number,
  }));
  return [{ type: 'leave', key: 'end' }, ...complete];
}

function enabledFaults({ attempts, hasWorkflowTask, isOpen }: Moment, remaining: Remaining): Action[] {
  const actions: Action[] = [];
  for (const { number, name, activityType, late, deadlineMs } of attempts) {
    const base = { key: name, activity: number };
    if (late) continue;
    if (remaining.failures.allows(activityType)) actions.push({ ...base, type: 'fail' });
    if (deadlineMs === Infinity) continue;
    if (remaining.lost.allows(activityType)) actions.push({ ...base, type: 'lose' });
    if (remaining.timeouts.allows(activityType)) actions.push({ ...base, type: 'timeOut' });
    if (remaining.late.allows(activityType)) actions.push({ ...base, type: 'late' });
  }
  if (isOpen) {
    if (remaining.duplicates > 0)
      for (const signal of remaining.sentSignals)
        actions.push({ type: 'duplicateSignal', key: `signal ${signal}`, signal });
    if (remaining.cancellations > 0) actions.push({ type: 'cancel', key: 'cancel' });
  }
  // A worker that is replaced between two tasks is the same as one that is replaced before the next task.
  if (hasWorkflowTask) {
    if (remaining.evictions > 0) actions.push({ type: 'evict', key: 'eviction' });
    if (remaining.crashes > 0) actions.push({ type: 'crash', key: 'crash' });
    if (remaining.deployments > 0) actions.push({ type: 'deploy', key: 'deployment' });
  }
  return actions;
}
