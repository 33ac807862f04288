import { findingRule } from '../finding-rule.js';

export const noReplayIntrospection = findingRule({
  id: 'replay-introspection',
  description: 'Disallow behaviour that depends on being replayed',
});
