import { findingRule } from '../finding-rule.js';

export const noEnvironment = findingRule({
  id: 'environment',
  description: 'Disallow reading the process, host or environment in workflow code',
});
