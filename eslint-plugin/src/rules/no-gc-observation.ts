import { findingRule } from '../finding-rule.js';

export const noGcObservation = findingRule({
  id: 'gc-observation',
  description: 'Disallow observing the garbage collector in workflow code',
});
