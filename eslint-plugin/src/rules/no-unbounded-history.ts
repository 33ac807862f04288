import { findingRule } from '../finding-rule.js';

export const noUnboundedHistory = findingRule({
  id: 'unbounded-history',
  description: 'Disallow endless loops of commands without continue-as-new',
});
