import type { Failure, RetryPolicy } from '../history/messages.js';

const defaultInitialIntervalMs = 1_000;
const defaultCoefficient = 2;
/** The longest interval, as a multiple of the first, unless the policy says otherwise. */
const defaultMaximumFactor = 100;

/** How long to wait before attempt `attempt + 1`; undefined when the failure is the end. */
export function retryDelayMs(policy: RetryPolicy, attempt: number, failure: Failure): number | undefined {
  const { maximumAttempts = 0, nonRetryableErrorTypes = [] } = policy;
  if (maximumAttempts > 0 && attempt >= maximumAttempts) return undefined;
  const { applicationFailureInfo: info, timeoutFailureInfo: timeout } = failure;
  if (timeout && timeout.timeoutType !== 'START_TO_CLOSE') return undefined;
  if (info?.nonRetryable) return undefined;
  if (info?.type && nonRetryableErrorTypes.includes(info.type)) return undefined;
  if (info?.nextRetryDelayMs !== undefined) return info.nextRetryDelayMs;
  const initialMs = policy.initialIntervalMs || defaultInitialIntervalMs;
  const maximumMs = policy.maximumIntervalMs || initialMs * defaultMaximumFactor;
  const exponent = Math.min(attempt - 1, 1_000);
  return Math.min(maximumMs, initialMs * (policy.backoffCoefficient || defaultCoefficient) ** exponent);
}
