import { optionalTimeoutMs } from '../failures/duration.js';
import { ValueError } from '../failures/errors.js';
import type { RetryPolicy as RecordedRetryPolicy } from '../history/messages.js';
import type { Priority, RetryPolicy } from '../runtime/options.js';

/** Options are refused at the call, before anything is scheduled, with an error that names the option. */

export function compileRetryPolicy(policy: RetryPolicy | undefined): RecordedRetryPolicy | undefined {
  if (policy === undefined) return undefined;
  const { backoffCoefficient, maximumAttempts, nonRetryableErrorTypes } = policy;
  if (backoffCoefficient !== undefined && !(Number.isFinite(backoffCoefficient) && backoffCoefficient >= 1)) {
    throw new ValueError(
      `RetryPolicy.backoffCoefficient must be a number of at least 1, got ${backoffCoefficient}`,
    );
  }
  const isUnlimited = maximumAttempts === undefined || maximumAttempts === Number.POSITIVE_INFINITY;
  if (!isUnlimited && !(Number.isInteger(maximumAttempts) && maximumAttempts > 0)) {
    throw new ValueError(`RetryPolicy.maximumAttempts must be a positive integer, got ${maximumAttempts}`);
  }
  const initialIntervalMs = optionalTimeoutMs(policy.initialInterval ?? 1000, 'RetryPolicy.initialInterval')!;
  const maximumIntervalMs = optionalTimeoutMs(policy.maximumInterval, 'RetryPolicy.maximumInterval');
  if (initialIntervalMs === 0) throw new ValueError('RetryPolicy.initialInterval cannot be 0');
  if (maximumIntervalMs === 0) throw new ValueError('RetryPolicy.maximumInterval cannot be 0');
  if (maximumIntervalMs !== undefined && maximumIntervalMs < initialIntervalMs) {
    throw new ValueError('RetryPolicy.maximumInterval cannot be less than its initialInterval');
  }
  if (nonRetryableErrorTypes !== undefined && !isStrings(nonRetryableErrorTypes)) {
    throw new ValueError('RetryPolicy.nonRetryableErrorTypes must be an array of strings');
  }
  return {
    initialIntervalMs,
    ...(backoffCoefficient === undefined ? {} : { backoffCoefficient }),
    ...(maximumIntervalMs === undefined ? {} : { maximumIntervalMs }),
    ...(isUnlimited ? {} : { maximumAttempts }),
    ...(nonRetryableErrorTypes === undefined ? {} : { nonRetryableErrorTypes: [...nonRetryableErrorTypes] }),
  };
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

export function compilePriority(priority: Priority | undefined): Required<Priority> | undefined {
  if (priority === undefined) return undefined;
  const { priorityKey = 0, fairnessKey = '', fairnessWeight = 0 } = priority;
  if (!Number.isInteger(priorityKey)) throw new TypeError('priorityKey must be an integer');
  if (priorityKey < 0) throw new RangeError('priorityKey must be a positive integer');
  return { priorityKey, fairnessKey, fairnessWeight };
}

/** One of the given names, or absent. */
export function checkChoice<T extends string>(
  option: string,
  value: T | undefined,
  choices: Readonly<Record<string, unknown>>,
): void {
  if (value === undefined || Object.values(choices).includes(value)) return;
  const names = [...new Set(Object.values(choices))].filter((name) => name !== undefined).join(', ');
  throw new TypeError(`Invalid ${option}: expected one of ${names}, got ${String(value)}`);
}

export function checkName(option: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return;
  throw new TypeError(`Invalid ${option}: expected a non-empty string, got ${String(value)}`);
}
