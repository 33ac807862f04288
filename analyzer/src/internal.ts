export { catalogue } from './catalog/index.js';
export { profiles } from './profiles/index.js';
export { misuseRules } from './rules/index.js';
export { formatReport } from './report/reporter.js';
export { sarifLog } from './report/sarif.js';
export { IdSets } from './graph/id-sets.js';
export { Solver } from './graph/solver.js';
