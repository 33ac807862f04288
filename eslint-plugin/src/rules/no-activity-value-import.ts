import { findingRule } from '../finding-rule.js';
import { importTypeOnly } from '../remedies/misuse.js';

export const noActivityValueImport = findingRule({
  id: 'activity-value-import',
  description: 'Disallow importing activity code at run time into workflow code',
  remedies: [importTypeOnly],
  fixable: true,
});
