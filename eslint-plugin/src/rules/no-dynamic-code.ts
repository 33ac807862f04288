import { findingRule } from '../finding-rule.js';

export const noDynamicCode = findingRule({
  id: 'dynamic-code',
  description: 'Disallow code made from strings in workflow code',
});
