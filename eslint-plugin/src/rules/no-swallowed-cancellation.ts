import { findingRule } from '../finding-rule.js';
import { rethrowCancellation } from '../remedies/misuse.js';

export const noSwallowedCancellation = findingRule({
  id: 'swallowed-cancellation',
  description: 'Disallow losing the cancellation of an awaited command in a catch',
  remedies: [rethrowCancellation],
});
