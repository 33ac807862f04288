import { findingRule } from '../finding-rule.js';

export const requireLiteralPatchId = findingRule({
  id: 'require-literal-patch-id',
  description: 'Require ids of patches to be literal constants',
});
