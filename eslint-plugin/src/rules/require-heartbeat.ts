import { findingRule } from '../finding-rule.js';

export const requireHeartbeat = findingRule({
  id: 'no-heartbeat',
  description: 'Require long activities to heartbeat',
});
