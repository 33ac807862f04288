import { findingRule } from '../finding-rule.js';

export const noAttemptInIdempotencyKey = findingRule({
  id: 'attempt-in-idempotency-key',
  description: 'Disallow the attempt number in keys that all attempts must share',
});
