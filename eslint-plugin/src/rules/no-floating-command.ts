import { findingRule } from '../finding-rule.js';
import { awaitCommand } from '../remedies/misuse.js';

export const noFloatingCommand = findingRule({
  id: 'floating-command',
  description: 'Require the promises of commands to be awaited, returned, stored or combined',
  remedies: [awaitCommand],
  fixable: true,
});
