import { findingRule } from '../finding-rule.js';

export const noImportEffect = findingRule({
  id: 'import-effect',
  description: 'Disallow effects while a module of workflow code loads',
});
