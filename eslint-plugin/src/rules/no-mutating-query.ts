import { findingRule } from '../finding-rule.js';

export const noMutatingQuery = findingRule({
  id: 'mutating-query',
  description: 'Disallow query handlers that change state',
});
