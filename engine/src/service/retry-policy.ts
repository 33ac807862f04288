import type { Failure, RetryPolicy, RetryState } from '../history/messages.js';
import { invalidArgument } from './errors.js';

/** What a policy's absent fields mean; recorded in history, as a Temporal server does. */
export function completeRetryPolicy(policy: RetryPolicy | undefined): RetryPolicy {
  const initialIntervalMs = policy?.initialIntervalMs || 1000;
  return {
    initialIntervalMs,
    backoffCoefficient: policy?.backoffCoefficient || 2,
    maximumIntervalMs: policy?.maximumIntervalMs || 100 * initialIntervalMs,
    ...(policy?.maximumAttempts && { maximumAttempts: policy.maximumAttempts }),
    ...(policy?.nonRetryableErrorTypes?.length && {
      nonRetryableErrorTypes: policy.nonRetryableErrorTypes,
    }),
  };
}

/** Throws an invalid-argument error that names the option. */
export function checkRetryPolicy(policy: RetryPolicy | undefined): void {
  if (!policy) return;
  const { initialIntervalMs, backoffCoefficient, maximumIntervalMs, maximumAttempts } = policy;
  if (!isLength(initialIntervalMs)) {
    throw invalidArgument(
      `retryPolicy.initialInterval must be a time that is not negative, found ${initialIntervalMs} ms`,
    );
  }
  if (
    backoffCoefficient !== undefined &&
    backoffCoefficient !== 0 &&
    !(backoffCoefficient >= 1 && backoffCoefficient < Infinity)
  ) {
    throw invalidArgument(`retryPolicy.backoffCoefficient must be at least 1, found ${backoffCoefficient}`);
  }
  if (!isLength(maximumIntervalMs)) {
    throw invalidArgument(
      `retryPolicy.maximumInterval must be a time that is not negative, found ${maximumIntervalMs} ms`,
    );
  }
  if (maximumIntervalMs && initialIntervalMs && maximumIntervalMs < initialIntervalMs) {
    throw invalidArgument('retryPolicy.maximumInterval must not be less than retryPolicy.initialInterval');
  }
  if (maximumAttempts !== undefined && !(Number.isInteger(maximumAttempts) && maximumAttempts >= 0)) {
    throw invalidArgument(`retryPolicy.maximumAttempts must be a count, found ${maximumAttempts}`);
  }
}

function isLength(ms: number | undefined): boolean {
  return ms === undefined || (ms >= 0 && ms < Infinity);
}

export interface RetryQuestion {
  readonly policy: RetryPolicy | undefined;
  /** The attempt that has just failed, from 1. */
  readonly attempt: number;
  readonly failure: Failure;
  readonly nowMs: number;
  /** No attempt may start after it. */
  readonly expirationMs: number;
}

export type RetryAnswer =
  | { readonly retryState: 'IN_PROGRESS'; readonly backoffMs: number }
  | { readonly retryState: Exclude<RetryState, 'IN_PROGRESS'> };

/** Whether another attempt follows, and after what delay. */
export function decideRetry({ policy, attempt, failure, nowMs, expirationMs }: RetryQuestion): RetryAnswer {
  if (!policy) return { retryState: 'RETRY_POLICY_NOT_SET' };
  if (!isRetryable(failure, policy.nonRetryableErrorTypes ?? [])) {
    return { retryState: 'NON_RETRYABLE_FAILURE' };
  }
  if (policy.maximumAttempts && attempt >= policy.maximumAttempts) {
    return { retryState: 'MAXIMUM_ATTEMPTS_REACHED' };
  }
  const backoffMs = failure.applicationFailureInfo?.nextRetryDelayMs ?? policyBackoffMs(policy, attempt);
  if (nowMs + backoffMs > expirationMs) return { retryState: 'TIMEOUT' };
  return { retryState: 'IN_PROGRESS', backoffMs };
}

function policyBackoffMs(policy: RetryPolicy, attempt: number): number {
  const { initialIntervalMs, backoffCoefficient, maximumIntervalMs } = completeRetryPolicy(policy);
  return Math.min(initialIntervalMs! * backoffCoefficient! ** (attempt - 1), maximumIntervalMs!);
}

function isRetryable(failure: Failure, nonRetryableTypes: readonly string[]): boolean {
  if (failure.terminatedFailureInfo || failure.canceledFailureInfo) return false;
  if (failure.timeoutFailureInfo) {
    const { timeoutType } = failure.timeoutFailureInfo;
    const name = timeoutType === 'START_TO_CLOSE' ? 'StartToClose' : 'Heartbeat';
    return (
      (timeoutType === 'START_TO_CLOSE' || timeoutType === 'HEARTBEAT') &&
      !nonRetryableTypes.includes(`TemporalTimeout:${name}`)
    );
  }
  if (failure.serverFailureInfo) return !failure.serverFailureInfo.nonRetryable;
  if (failure.applicationFailureInfo) {
    const { nonRetryable, type } = failure.applicationFailureInfo;
    return !nonRetryable && !nonRetryableTypes.includes(type ?? '');
  }
  return true;
}
