import type { Failure } from '../history/messages.js';
import { limits } from './limits.js';

/**
 * What a worker answers may be too large to record. As on a Temporal server the attempt then fails for that reason,
 * for good: another attempt would be as large.
 */
export function tooLarge(
  what: 'Complete result exceeds' | 'Heartbeat details exceed' | 'Cancel details exceed',
): Failure {
  return serverFailure(`${what} size limit.`);
}

function serverFailure(message: string): Failure {
  return { message, source: 'Server', serverFailureInfo: { nonRetryable: true } };
}

/** The failure, or one that stands for it, with what there is room for as its cause. */
export function withinLimit(failure: Failure): Failure {
  if (JSON.stringify(failure).length <= limits.payloadBytesError) return failure;
  const { message, source, applicationFailureInfo: info } = failure;
  const cause: Failure = {
    message: (message ?? '').slice(0, limits.truncatedMessageLength),
    ...(source !== undefined && { source }),
    ...(info && {
      applicationFailureInfo: { type: info.type ?? '', nonRetryable: info.nonRetryable ?? false },
    }),
  };
  return { ...serverFailure('Failure exceeds size limit.'), cause };
}
