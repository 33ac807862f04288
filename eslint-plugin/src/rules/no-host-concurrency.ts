import { findingRule } from '../finding-rule.js';

export const noHostConcurrency = findingRule({
  id: 'host-concurrency',
  description: 'Disallow threads, processes and shared memory in workflow code',
});
