import { findingRule } from '../finding-rule.js';
import { replaceRandomness } from '../remedies/replace-source.js';

export const noRandomness = findingRule({
  id: 'randomness',
  description: 'Disallow random values in workflow code',
  remedies: [replaceRandomness],
});
