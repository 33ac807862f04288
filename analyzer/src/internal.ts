export { catalogue } from './catalog/index.js';
export { profiles } from './profiles/index.js';
export { misuseRules } from './rules/index.js';
