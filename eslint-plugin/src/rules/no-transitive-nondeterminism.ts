import { createRule } from '../create-rule.js';
import { transitiveRuleName } from '../rule-table.js';

export const noTransitiveNondeterminism = createRule<[], 'reached' | 'noTypes'>({
  name: transitiveRuleName,
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow calls that reach something nondeterministic in another file',
      preset: 'recommendedTypeChecked',
    },
    messages: { reached: '{{message}}', noTypes: '{{message}}' },
    schema: [],
  },
  create: () => ({}),
});
