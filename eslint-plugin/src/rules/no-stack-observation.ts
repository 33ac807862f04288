import { findingRule } from '../finding-rule.js';

export const noStackObservation = findingRule({
  id: 'stack-observation',
  description: 'Disallow depending on call stacks in workflow code',
});
