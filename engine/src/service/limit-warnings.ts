import { limits } from './limits.js';
import type { LoadedRun } from './loaded-run.js';
import type { ExecutionState } from './state.js';
import type { Transition } from './transition.js';

/** A run comes near a limit. */
export interface LimitWarning {
  /** The limit's name in `limits`. */
  readonly limit: string;
  readonly value: number;
  /** From here on there is a warning; from `error` on the request, the task or the run fails. */
  readonly warning: number;
  readonly error: number;
}

export interface RunLimitWarning extends LimitWarning {
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
}

type Measure = readonly [
  limit: string,
  warning: number,
  error: number,
  value: (state: ExecutionState) => number,
];

const measures: readonly Measure[] = [
  ['historyEvents', limits.historyEventsWarning, limits.historyEventsError, (s) => s.nextEventId - 1],
  ['historyBytes', limits.historyBytesWarning, limits.historyBytesError, (s) => s.historySizeBytes],
  ['pendingActivities', limits.pendingActivitiesWarning, limits.pendingActivities, (s) => s.activities.size],
  ['pendingChildren', limits.pendingChildrenWarning, limits.pendingChildren, (s) => s.children.size],
  ['pendingSignals', limits.pendingSignalsWarning, limits.pendingSignals, (s) => s.externalSignals.size],
  ['signalsPerRun', limits.signalsPerRunWarning, limits.signalsPerRun, (s) => s.signalCount],
  ['updatesPerRun', limits.updatesPerRunWarning, limits.updatesPerRun, (s) => s.updates.size],
];

/** The limits that a run is near to, or has reached. */
export function limitWarnings(state: ExecutionState): LimitWarning[] {
  const near: LimitWarning[] = [];
  for (const [limit, warning, error, valueOf] of measures) {
    const value = valueOf(state);
    if (value >= warning) near.push({ limit, value, warning, error });
  }
  return near;
}

export function warningText({ workflowType, workflowId, limit, value, error }: RunLimitWarning): string {
  return `workflow ${workflowType} (${workflowId}) comes near a limit: ${limit} is ${value} of at most ${error}`;
}

/** The limits that a run was warned of before it was loaded: all that it is near to now. */
export function warnedBefore(state: ExecutionState, hasLargePayloads: boolean): Set<string> | undefined {
  const near = limitWarnings(state).map(({ limit }) => limit);
  if (hasLargePayloads) near.push('payloadBytes');
  return near.length > 0 ? new Set(near) : undefined;
}

/** About the size of the payloads that the text of an event holds. */
export function payloadBytesOf(eventText: string): number {
  return Math.floor((eventText.length * 3) / 4);
}

/** Gives each warning of a run once. */
export function warner(namespace: string, warn: ((warning: RunLimitWarning) => void) | undefined) {
  if (!warn) return () => undefined;
  return (run: LoadedRun, { encoded }: Transition): void => {
    const near = limitWarnings(run.state);
    for (const text of encoded) {
      const value = payloadBytesOf(text);
      const { payloadBytesWarning: warning, payloadBytesError: error } = limits;
      if (value >= warning) near.push({ limit: 'payloadBytes', value, warning, error });
    }
    if (near.length === 0) return;
    const { workflowId, runId, started } = run.state;
    run.warned ??= new Set();
    for (const one of near) {
      if (run.warned.has(one.limit)) continue;
      run.warned.add(one.limit);
      warn({ ...one, namespace, workflowId, runId, workflowType: started.workflowType.name });
    }
  };
}
