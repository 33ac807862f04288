export { ruleNames } from './rule-table.js';
export { isWorkflowFile, readSettings, SettingsError } from './settings.js';
