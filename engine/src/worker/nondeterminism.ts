import type { Mismatch } from '../core/mismatch.js';
import type { Failure, WorkflowTaskFailedCause } from '../history/messages.js';

/** How a workflow task fails whose code does not fit its history. */
export function nondeterminism(mismatch: Mismatch): {
  readonly cause: WorkflowTaskFailedCause;
  readonly failure: Failure;
} {
  const { message, eventId, workflowTask, callSite } = mismatch;
  const where = eventId === undefined ? '' : ` (event ${eventId}, workflow task ${workflowTask})`;
  return {
    cause: 'NON_DETERMINISTIC_ERROR',
    failure: {
      message: `Nondeterminism: ${message}${where}`,
      source: 'Refrain',
      ...(callSite ? { stackTrace: callSite } : {}),
      applicationFailureInfo: { type: 'NondeterminismError', nonRetryable: true },
    },
  };
}
