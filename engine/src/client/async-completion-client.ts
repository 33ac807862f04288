import type { TaskCalls } from '../service/api.js';
import type { Conversion } from './conversion.js';
import { ActivityCancelledError, ActivityNotFoundError, isRefusal } from './errors.js';

export interface FullActivityId {
  readonly workflowId: string;
  readonly runId?: string;
  readonly activityId: string;
}

/** An activity by its task token (text, or the token's bytes) or by its ids. */
export type ActivityRef = string | Uint8Array | FullActivityId;

/** Ends activities from outside of their worker. */
export interface AsyncCompletionClient {
  complete(activity: ActivityRef, result: unknown): Promise<void>;
  fail(activity: ActivityRef, error: unknown): Promise<void>;
  reportCancellation(activity: ActivityRef, details?: unknown): Promise<void>;
  /** Throws an `ActivityCancelledError` when the workflow asks for cancellation. */
  heartbeat(activity: ActivityRef, details?: unknown): Promise<void>;
}

export function newAsyncCompletionClient(
  service: TaskCalls,
  conversion: Conversion,
  identity: string,
): AsyncCompletionClient {
  return {
    async complete(activity, value) {
      const result = await conversion.encodeArguments([value], 'activity result');
      await ended(
        isIds(activity)
          ? service.respondActivityTaskCompletedById({ ...activity, result, identity })
          : service.respondActivityTaskCompleted({ taskToken: tokenOf(activity), result, identity }),
      );
    },
    async fail(activity, error) {
      const failure = await conversion.encodeFailure(error);
      await ended(
        isIds(activity)
          ? service.respondActivityTaskFailedById({ ...activity, failure, identity })
          : service.respondActivityTaskFailed({ taskToken: tokenOf(activity), failure, identity }),
      );
    },
    async reportCancellation(activity, value) {
      const details = await conversion.encodeArguments([value], 'details');
      await ended(
        isIds(activity)
          ? service.respondActivityTaskCanceledById({ ...activity, details, identity })
          : service.respondActivityTaskCanceled({ taskToken: tokenOf(activity), details, identity }),
      );
    },
    async heartbeat(activity, value) {
      const details = await conversion.encodeArguments([value], 'details');
      const { cancelRequested } = await ended(
        isIds(activity)
          ? service.recordActivityTaskHeartbeatById({ ...activity, details, identity })
          : service.recordActivityTaskHeartbeat({ taskToken: tokenOf(activity), details, identity }),
      );
      if (cancelRequested) throw new ActivityCancelledError('the workflow has requested cancellation');
    },
  };
}

function isIds(activity: ActivityRef): activity is FullActivityId {
  return typeof activity === 'object' && 'activityId' in activity;
}

function tokenOf(token: string | Uint8Array): string {
  return typeof token === 'string' ? token : Buffer.from(token).toString('utf8');
}

async function ended<T>(call: Promise<T>): Promise<T> {
  return call.catch((error: unknown) => {
    throw isRefusal(error, 'NOT_FOUND') ? new ActivityNotFoundError(error.message) : error;
  });
}
