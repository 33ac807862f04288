import { findingRule } from '../finding-rule.js';

export const noIo = findingRule({
  id: 'io',
  description: 'Disallow input and output in workflow code',
});
