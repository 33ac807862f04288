import { findingRule } from '../finding-rule.js';
import { replaceClock } from '../remedies/replace-source.js';

export const noWallClock = findingRule({
  id: 'wall-clock',
  description: 'Disallow reading the clock in workflow code',
  remedies: [replaceClock],
});
