/** The misuse rules, in the order of DESIGN §7. */

import { activityValueImport } from './activity-value-import.js';
import { asyncQuery } from './async-query.js';
import { attemptInIdempotencyKey } from './attempt-in-idempotency-key.js';
import { floatingCommand } from './floating-command.js';
import { mutatingQuery } from './mutating-query.js';
import { noHeartbeat } from './no-heartbeat.js';
import { requireActivityTimeout } from './require-activity-timeout.js';
import { requireLiteralPatchId } from './require-literal-patch-id.js';
import { swallowedCancellation } from './swallowed-cancellation.js';
import type { MisuseRule } from './types.js';
import { unboundedHistory } from './unbounded-history.js';

export const misuseRules: readonly MisuseRule[] = [
  floatingCommand,
  requireActivityTimeout,
  activityValueImport,
  asyncQuery,
  mutatingQuery,
  swallowedCancellation,
  requireLiteralPatchId,
  unboundedHistory,
  attemptInIdempotencyKey,
  noHeartbeat,
];
