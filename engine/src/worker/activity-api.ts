/** What activity code imports, as `@refrain/engine/activity`; names as in `@temporalio/activity`. */
export {
  activityInfo,
  cancellationDetails,
  cancellationSignal,
  cancelled,
  Context,
  heartbeat,
  log,
  sleep,
  type ActivityCancellationDetails,
  type ActivityInfo as Info,
} from './activity-context.js';
export { CompleteAsyncError } from '../failures/errors.js';
export { ApplicationFailure, CancelledFailure } from '../failures/failures.js';
