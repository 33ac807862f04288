import type { Failure, RetryState, TimeoutType } from '../history/messages.js';
import type { Payload } from '../history/payload.js';
import { note } from './apply-event.js';
import type { ActivityState } from './state.js';
import type { Transition } from './transition.js';
import { append } from './transition.js';
import { wake } from './workflow-task.js';
import { decideRetry } from './retry-policy.js';

/**
 * An activity, from its ActivityTaskScheduled event to its one outcome (E3). Attempts have no events: the last
 * one's ActivityTaskStarted is recorded together with the outcome.
 *
 * | from      | on                                   | to        | events                                      |
 * |-----------|--------------------------------------|-----------|---------------------------------------------|
 * | scheduled | a worker polls                       | started   |                                             |
 * | started   | failed or timed out, and may retry   | scheduled |                                             |
 * | started   | its worker hung up before it got it  | scheduled |                                             |
 * | started   | completed                            | closed    | ActivityTaskStarted, ActivityTaskCompleted  |
 * | started   | failed or timed out, and may not     | closed    | ActivityTaskStarted, …Failed or …TimedOut   |
 * | started   | canceled by its worker after request | closed    | ActivityTaskStarted, ActivityTaskCanceled   |
 * | scheduled | cancel requested                     | closed    | ActivityTaskCanceled                        |
 * | scheduled | schedule-to-start or -close timeout  | closed    | ActivityTaskTimedOut                        |
 */
export interface ActivityStart {
  readonly identity: string;
  readonly embedded: boolean;
}

export function startActivity(t: Transition, activity: ActivityState, start: ActivityStart): void {
  const { startToCloseTimeoutMs, heartbeatTimeoutMs } = activity.scheduled;
  activity.startedTimeMs = t.nowMs;
  activity.lastHeartbeatMs = t.nowMs;
  activity.identity = start.identity;
  activity.embedded = start.embedded;
  activity.requestId = t.random.uuid();
  note(t.state, t.nowMs + (startToCloseTimeoutMs || Infinity));
  note(t.state, t.nowMs + (heartbeatTimeoutMs || Infinity));
  if (!start.embedded || isLastAttempt(activity)) touchActivity(t, activity);
}

/** It is no longer with a worker of this process: nothing of it is lost with the process. */
export function releaseActivity(t: Transition, activity: ActivityState): void {
  activity.embedded = false;
  touchActivity(t, activity);
}

/** Its start has to be durable before it runs: it must not run again after a crash. */
export function isLastAttempt(activity: ActivityState): boolean {
  const maximumAttempts = activity.scheduled.retryPolicy?.maximumAttempts;
  return maximumAttempts !== undefined && maximumAttempts > 0 && activity.attempt >= maximumAttempts;
}

export function completeActivity(
  t: Transition,
  activity: ActivityState,
  result: readonly Payload[] | undefined,
  identity: string | undefined,
): void {
  recordStarted(t, activity);
  append(t, 'ActivityTaskCompleted', {
    ...(result && { result }),
    scheduledEventId: activity.scheduledEventId,
    startedEventId: 0,
    ...(identity !== undefined && { identity }),
  });
  wake(t);
}

/** The attempt failed: another one follows, or the failure is the outcome. */
export function failActivity(
  t: Transition,
  activity: ActivityState,
  failure: Failure,
  identity: string | undefined,
  heartbeatDetails?: readonly Payload[],
): void {
  if (heartbeatDetails) activity.heartbeatDetails = heartbeatDetails;
  const retryState = retryActivity(t, activity, failure);
  if (retryState === 'IN_PROGRESS') return;
  recordStarted(t, activity);
  append(t, 'ActivityTaskFailed', {
    failure,
    scheduledEventId: activity.scheduledEventId,
    startedEventId: 0,
    ...(identity !== undefined && { identity }),
    retryState,
  });
  wake(t);
}

export function cancelActivity(
  t: Transition,
  activity: ActivityState,
  details: readonly Payload[] | undefined,
  identity: string | undefined,
): void {
  recordStarted(t, activity);
  append(t, 'ActivityTaskCanceled', {
    ...(details && { details }),
    latestCancelRequestedEventId: activity.cancelRequestedEventId,
    scheduledEventId: activity.scheduledEventId,
    startedEventId: 0,
    ...(identity !== undefined && { identity }),
  });
  wake(t);
}

/** Returns whether the worker should cancel the activity. */
export function heartbeat(
  t: Transition,
  activity: ActivityState,
  details: readonly Payload[] | undefined,
): void {
  activity.lastHeartbeatMs = t.nowMs;
  if (details) {
    activity.heartbeatDetails = details;
    touchActivity(t, activity);
  }
  note(t.state, t.nowMs + (activity.scheduled.heartbeatTimeoutMs || Infinity));
}

/** Ends the attempt that runs, or the wait for one, because a timeout has passed. */
export function timeOutActivity(t: Transition, activity: ActivityState, timeoutType: TimeoutType): void {
  let failure = timeoutFailure(timeoutType, activity);
  let retryState: RetryState = timeoutType === 'SCHEDULE_TO_CLOSE' ? 'TIMEOUT' : 'NON_RETRYABLE_FAILURE';
  if (timeoutType === 'START_TO_CLOSE' || timeoutType === 'HEARTBEAT') {
    retryState = retryActivity(t, activity, failure);
    if (retryState === 'IN_PROGRESS') return;
    if (retryState === 'TIMEOUT') failure = timeoutFailure('SCHEDULE_TO_CLOSE', activity, failure);
  }
  recordStarted(t, activity);
  append(t, 'ActivityTaskTimedOut', {
    failure,
    scheduledEventId: activity.scheduledEventId,
    startedEventId: 0,
    retryState,
  });
  wake(t);
}

/**
 * The process that ran the attempt has died. The next attempt follows at once: there is nothing to wait for.
 * The failure is that of a start-to-close timeout, which is how a Temporal server finds out.
 */
export function loseActivity(t: Transition, activity: ActivityState): void {
  timeOutActivity(t, activity, 'START_TO_CLOSE');
  if (activity.startedTimeMs !== 0 || !t.state.activities.has(activity.scheduledEventId)) return;
  activity.attemptScheduledTimeMs = t.nowMs;
  t.effects.push({ type: 'dispatchActivity', scheduledEventId: activity.scheduledEventId });
}

/** The worker that was to run the attempt never got it: the same attempt waits for another worker. */
export function giveBackActivity(t: Transition, activity: ActivityState): void {
  activity.startedTimeMs = 0;
  activity.dispatched = false;
  note(t.state, activity.attemptScheduledTimeMs + (activity.scheduled.scheduleToStartTimeoutMs || Infinity));
  touchActivity(t, activity);
  t.effects.push({ type: 'dispatchActivity', scheduledEventId: activity.scheduledEventId });
}

/** The timeout of this activity that has passed, if any. */
export function passedTimeout(activity: ActivityState, nowMs: number): TimeoutType | undefined {
  for (const [timeoutType, atMs] of activityDeadlines(activity)) if (atMs <= nowMs) return timeoutType;
  return undefined;
}

export function activityDeadlines(activity: ActivityState): readonly (readonly [TimeoutType, number])[] {
  const { scheduled, startedTimeMs, attemptScheduledTimeMs } = activity;
  const toClose = activity.scheduledTimeMs + (scheduled.scheduleToCloseTimeoutMs || Infinity);
  if (startedTimeMs === 0) {
    const toStart = attemptScheduledTimeMs + (scheduled.scheduleToStartTimeoutMs || Infinity);
    const both = [
      ['SCHEDULE_TO_START', toStart],
      ['SCHEDULE_TO_CLOSE', toClose],
    ] as const;
    // Of two that pass at once the start's is told, as by a Temporal server.
    return toStart <= toClose ? both : both.toReversed();
  }
  return [
    ['SCHEDULE_TO_CLOSE', toClose],
    ['START_TO_CLOSE', startedTimeMs + (scheduled.startToCloseTimeoutMs || Infinity)],
    ['HEARTBEAT', activity.lastHeartbeatMs + (scheduled.heartbeatTimeoutMs || Infinity)],
  ];
}

/** Prepares the next attempt when the policy allows one. */
function retryActivity(t: Transition, activity: ActivityState, failure: Failure): RetryState {
  if (activity.cancelRequestedEventId !== 0) return 'CANCEL_REQUESTED';
  const answer = decideRetry({
    policy: activity.scheduled.retryPolicy,
    attempt: activity.attempt,
    failure,
    nowMs: t.nowMs,
    expirationMs: activity.scheduledTimeMs + (activity.scheduled.scheduleToCloseTimeoutMs || Infinity),
  });
  if (answer.retryState !== 'IN_PROGRESS') return answer.retryState;
  activity.attempt++;
  activity.startedTimeMs = 0;
  activity.dispatched = false;
  activity.lastFailure = failure;
  activity.attemptScheduledTimeMs = t.nowMs + answer.backoffMs;
  note(t.state, activity.attemptScheduledTimeMs);
  note(t.state, activity.attemptScheduledTimeMs + (activity.scheduled.scheduleToStartTimeoutMs || Infinity));
  touchActivity(t, activity);
  return 'IN_PROGRESS';
}

/** The attempt's start, recorded late but with the time at which it was. */
function recordStarted(t: Transition, activity: ActivityState): void {
  touchActivity(t, activity);
  if (activity.startedTimeMs === 0) return;
  const { scheduledEventId, identity, requestId, attempt, lastFailure } = activity;
  append(
    t,
    'ActivityTaskStarted',
    { scheduledEventId, identity, requestId, attempt, ...(lastFailure && { lastFailure }) },
    { timeMs: activity.startedTimeMs },
  );
}

function touchActivity(t: Transition, activity: ActivityState): void {
  t.touched.push(`a:${activity.scheduledEventId}`);
}

const timeoutNames: Readonly<Record<TimeoutType, string>> = {
  UNSPECIFIED: 'Unspecified',
  START_TO_CLOSE: 'StartToClose',
  SCHEDULE_TO_START: 'ScheduleToStart',
  SCHEDULE_TO_CLOSE: 'ScheduleToClose',
  HEARTBEAT: 'Heartbeat',
};

function timeoutFailure(
  timeoutType: TimeoutType,
  activity: ActivityState,
  cause = activity.lastFailure,
): Failure {
  return {
    message: `activity ${timeoutNames[timeoutType]} timeout`,
    source: 'Server',
    timeoutFailureInfo: {
      timeoutType,
      ...(activity.heartbeatDetails && { lastHeartbeatDetails: activity.heartbeatDetails }),
    },
    ...(timeoutType === 'SCHEDULE_TO_CLOSE' && cause && { cause }),
  };
}
