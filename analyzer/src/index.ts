export { catalogue } from './catalog/index.js';
export type { Effect, Shape } from './catalog/types.js';
export { profiles } from './profiles/index.js';
export type { Profile, ProfileId } from './profiles/types.js';
export { checkProject, createAnalysis, listWorkflows } from './check.js';
export type { Analysis, CheckOptions, FoundWorkflow } from './check.js';
export type {
  ChainFrame,
  CheckReport,
  CheckSummary,
  Diagnostic,
  ReportedWorkflow,
  UnresolvedEntry,
} from './report/model.js';
