import { findingRule } from '../finding-rule.js';

export const noUnstableIdentity = findingRule({
  id: 'unstable-identity',
  description: 'Disallow names and ids of commands that differ from run to run',
});
