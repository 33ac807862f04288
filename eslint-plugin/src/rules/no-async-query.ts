import { findingRule } from '../finding-rule.js';
import { dropAsync } from '../remedies/misuse.js';

export const noAsyncQuery = findingRule({
  id: 'async-query',
  description: 'Disallow asynchronous query handlers',
  remedies: [dropAsync],
});
