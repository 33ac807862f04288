import { findingRule } from '../finding-rule.js';

export const noGlobalMutation = findingRule({
  id: 'global-mutation',
  description: 'Disallow changing globals and the prototypes of the language in workflow code',
});
