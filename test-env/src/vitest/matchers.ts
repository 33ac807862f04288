import type { Duration, HistoryEvent } from '@refrain/engine/internal';
import * as assertions from './assertions.js';
import { eventsOf } from './subject.js';
import { matcherResult, type Verdict } from './verdict.js';

/**
 * Matchers over workflow histories. With a handle they fetch the history and have to be awaited; with a history
 * they answer at once (awaiting them does no harm).
 */
export interface WorkflowMatchers {
  /** Completed, and with this result where one is given (asymmetric matchers allowed). */
  toHaveCompleted(result?: unknown): Promise<void>;
  /** Failed; a text is part of the message, or the failure's type, of it or of one of its causes. */
  toHaveFailedWith(expected?: string | RegExp): Promise<void>;
  toHaveBeenCancelled(): Promise<void>;
  toHaveTimedOut(): Promise<void>;
  toHaveBeenTerminated(): Promise<void>;
  toHaveContinuedAsNew(): Promise<void>;
  /** Scheduled at least once, with these first arguments. */
  toHaveScheduledActivity(name: string, ...args: readonly unknown[]): Promise<void>;
  toHaveScheduledActivityTimes(name: string, times: number): Promise<void>;
  toHaveStartedChild(workflowType: string, ...args: readonly unknown[]): Promise<void>;
  toHaveReceivedSignal(name: string, ...args: readonly unknown[]): Promise<void>;
  /** A timer of exactly this duration has fired. */
  toHaveSlept(duration: Duration): Promise<void>;
  /** The normalised timeline as a text, or the event types without those of workflow tasks. */
  toHaveHistory(expected: string | readonly string[]): Promise<void>;
}

type Result = { pass: boolean; message: () => string };
type Assertion = (history: readonly HistoryEvent[]) => Verdict;

function matcher(subject: unknown, assertion: Assertion): Result | Promise<Result> {
  const events = eventsOf(subject);
  const judge = (history: readonly HistoryEvent[]) => matcherResult(assertion(history), history);
  return events instanceof Promise ? events.then(judge) : judge(events);
}

type Implementation<M> = M extends (...args: infer P) => unknown
  ? (subject: unknown, ...args: P) => Result | Promise<Result>
  : never;

export const workflowMatchers: { [K in keyof WorkflowMatchers]: Implementation<WorkflowMatchers[K]> } = {
  toHaveCompleted: (subject, ...result) =>
    matcher(subject, (history) => assertions.toHaveCompleted(history, ...result)),
  toHaveFailedWith: (subject, expected) =>
    matcher(subject, (history) => assertions.toHaveFailedWith(history, expected)),
  toHaveBeenCancelled: (subject) =>
    matcher(subject, (history) => assertions.toHaveEnded(history, 'CANCELED')),
  toHaveTimedOut: (subject) => matcher(subject, (history) => assertions.toHaveEnded(history, 'TIMED_OUT')),
  toHaveBeenTerminated: (subject) =>
    matcher(subject, (history) => assertions.toHaveEnded(history, 'TERMINATED')),
  toHaveContinuedAsNew: (subject) =>
    matcher(subject, (history) => assertions.toHaveEnded(history, 'CONTINUED_AS_NEW')),
  toHaveScheduledActivity: (subject, name, ...args) =>
    matcher(subject, (history) => assertions.toHaveScheduledActivity(history, name, ...args)),
  toHaveScheduledActivityTimes: (subject, name, times) =>
    matcher(subject, (history) => assertions.toHaveScheduledActivityTimes(history, name, times)),
  toHaveStartedChild: (subject, type, ...args) =>
    matcher(subject, (history) => assertions.toHaveStartedChild(history, type, ...args)),
  toHaveReceivedSignal: (subject, name, ...args) =>
    matcher(subject, (history) => assertions.toHaveReceivedSignal(history, name, ...args)),
  toHaveSlept: (subject, duration) =>
    matcher(subject, (history) => assertions.toHaveSlept(history, duration)),
  toHaveHistory: (subject, expected) =>
    matcher(subject, (history) => assertions.toHaveHistory(history, expected)),
};
