import { findingRule } from '../finding-rule.js';
import { addTimeout } from '../remedies/misuse.js';

export const requireActivityTimeout = findingRule({
  id: 'require-activity-timeout',
  description: 'Require a start-to-close or schedule-to-close timeout for activities',
  remedies: [addTimeout],
});
