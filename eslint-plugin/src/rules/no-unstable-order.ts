import { findingRule } from '../finding-rule.js';
import { replaceRace } from '../remedies/replace-source.js';

export const noUnstableOrder = findingRule({
  id: 'unstable-order',
  description: 'Disallow decisions by an order that may differ from run to run',
  remedies: [replaceRace],
});
