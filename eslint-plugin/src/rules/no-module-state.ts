import { findingRule } from '../finding-rule.js';

export const noModuleState = findingRule({
  id: 'module-state',
  description: 'Disallow state that executions share',
});
