import { durationToMs, type Duration, type HistoryEvent } from '@refrain/engine/internal';
import { durationText } from '../history/duration-text.js';
import { failureText } from '../history/failure-text.js';
import { normalizeText } from '../history/normalize.js';
import { closeEvent, outcomeOf, type Outcome } from '../history/outcome.js';
import { payloadValues, valueText } from '../history/payload-text.js';
import { timeline } from '../history/timeline.js';
import { deepMatches } from '../mocks/match-arguments.js';
import type { Verdict } from './verdict.js';

type History = readonly HistoryEvent[];

/** Each assertion as a function of the history: what the matchers of the same names say. */
export function toHaveCompleted(history: History, ...expected: readonly unknown[]): Verdict {
  const close = closeEvent(history);
  const completed = close?.type === 'WorkflowExecutionCompleted';
  const result = completed ? payloadValues(close.attributes.result)[0] : undefined;
  return {
    pass: completed && (expected.length === 0 || deepMatches(expected[0], result)),
    expected: expected.length === 0 ? 'have completed' : `have completed with ${valueText(expected[0])}`,
    found: completed ? `it completed with ${valueText(result)}` : outcomeText(history),
    needsEnd: true,
  };
}

/** A text is a part of a message or a whole type; all failures of the cause chain are looked at. */
export function toHaveFailedWith(history: History, expected?: string | RegExp): Verdict {
  const close = closeEvent(history);
  const failed = close?.type === 'WorkflowExecutionFailed';
  return {
    pass: failed && failureMatches(close.attributes.failure, expected),
    expected: expected === undefined ? 'have failed' : `have failed with ${String(expected)}`,
    found: outcomeText(history),
    needsEnd: true,
  };
}

export function toHaveEnded(history: History, outcome: Outcome): Verdict {
  return {
    pass: outcomeOf(history) === outcome,
    expected: `have ended as ${outcome}`,
    found: outcomeText(history),
    needsEnd: true,
  };
}

export function toHaveScheduledActivity(
  history: History,
  name: string,
  ...args: readonly unknown[]
): Verdict {
  const calls = activityCalls(history);
  const named = calls.filter((call) => call.name === name);
  return {
    pass: named.some((call) => args.every((arg, index) => deepMatches(arg, call.args[index]))),
    expected: `have scheduled ${callText(name, args)}`,
    found: callsFound('it scheduled', named.length > 0 ? named : calls),
  };
}

export function toHaveScheduledActivityTimes(history: History, name: string, times: number): Verdict {
  const named = activityCalls(history).filter((call) => call.name === name);
  return {
    pass: named.length === times,
    expected: `have scheduled ${name} ${times} times`,
    found: `it scheduled it ${named.length} times`,
  };
}

export function toHaveStartedChild(history: History, type: string, ...args: readonly unknown[]): Verdict {
  const calls = history.flatMap((event) =>
    event.type === 'StartChildWorkflowExecutionInitiated'
      ? [{ name: event.attributes.workflowType.name, args: payloadValues(event.attributes.input) }]
      : [],
  );
  return {
    pass: calls.some(
      (call) => call.name === type && args.every((arg, index) => deepMatches(arg, call.args[index])),
    ),
    expected: `have started the child ${callText(type, args)}`,
    found: callsFound('it started', calls),
  };
}

export function toHaveReceivedSignal(history: History, name: string, ...args: readonly unknown[]): Verdict {
  const calls = history.flatMap((event) =>
    event.type === 'WorkflowExecutionSignaled'
      ? [{ name: event.attributes.signalName, args: payloadValues(event.attributes.input) }]
      : [],
  );
  return {
    pass: calls.some(
      (call) => call.name === name && args.every((arg, index) => deepMatches(arg, call.args[index])),
    ),
    expected: `have received the signal ${callText(name, args)}`,
    found: callsFound('it received', calls),
  };
}

/** A timer of that duration was started and has fired. */
export function toHaveSlept(history: History, duration: Duration): Verdict {
  const lastsMs = durationToMs(duration, 'toHaveSlept');
  const started = new Map<number, number>();
  const slept: number[] = [];
  for (const event of history) {
    if (event.type === 'TimerStarted') started.set(event.eventId, event.attributes.startToFireTimeoutMs ?? 0);
    if (event.type === 'TimerFired') slept.push(started.get(event.attributes.startedEventId ?? 0) ?? NaN);
  }
  return {
    pass: slept.includes(lastsMs),
    expected: `have slept ${durationText(lastsMs)}`,
    found: slept.length === 0 ? 'no timer has fired' : `it slept ${slept.map(durationText).join(', ')}`,
  };
}

/** The whole history, as its normalised timeline, or as its event types without workflow tasks. */
export function toHaveHistory(history: History, expected: string | readonly string[]): Verdict {
  const actual =
    typeof expected === 'string'
      ? normalizeText(timeline(history, { eventIds: false }))
      : history.map((event) => event.type).filter((type) => !type.startsWith('WorkflowTask'));
  const same =
    typeof expected === 'string'
      ? trimLines(expected) === trimLines(actual as string)
      : deepMatches(expected, actual);
  return {
    pass: same,
    expected: 'have this history:\n' + (typeof expected === 'string' ? expected : expected.join('\n')) + '\n',
    found: 'it has this one:\n' + (typeof actual === 'string' ? actual : actual.join('\n')),
  };
}

interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
}

function activityCalls(history: History): Call[] {
  return history.flatMap((event) => {
    if (event.type === 'ActivityTaskScheduled')
      return [{ name: event.attributes.activityType.name, args: payloadValues(event.attributes.input) }];
    return [];
  });
}

function callText(name: string, args: readonly unknown[]): string {
  return args.length === 0 ? name : `${name}(${args.map(valueText).join(', ')})`;
}

function callsFound(verb: string, calls: readonly Call[]): string {
  if (calls.length === 0) return `${verb} none`;
  return `${verb} ${calls.map((call) => `${call.name}(${call.args.map(valueText).join(', ')})`).join(', ')}`;
}

function outcomeText(history: History): string {
  const close = closeEvent(history);
  if (close?.type === 'WorkflowExecutionFailed') return `it failed: ${failureText(close.attributes.failure)}`;
  if (close?.type === 'WorkflowExecutionCompleted')
    return `it completed with ${valueText(payloadValues(close.attributes.result)[0])}`;
  return close ? `it ended as ${outcomeOf(history)}` : 'it is running';
}

type Failure = Parameters<typeof failureText>[0];

function failureMatches(failure: Failure, expected: string | RegExp | undefined): boolean {
  if (expected === undefined) return true;
  for (let each = failure; each; each = each.cause) {
    const message = each.message ?? '';
    const type = each.applicationFailureInfo?.type;
    if (
      typeof expected === 'string' ? message.includes(expected) || type === expected : expected.test(message)
    )
      return true;
  }
  return false;
}

function trimLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}
