export { catalogue } from './catalog/index.js';
export type { Effect, Shape } from './catalog/types.js';
export { profiles } from './profiles/index.js';
export type { Profile, ProfileId } from './profiles/types.js';
export { checkProject, createAnalysis, listWorkflows } from './check.js';
export type { Analysis, CheckOptions, FoundWorkflow } from './check.js';
export type { RuleId } from './effects/finding.js';
export type {
  ChainFrame,
  CheckReport,
  CheckSummary,
  Diagnostic,
  ReportedWorkflow,
  UnresolvedEntry,
} from './report/model.js';
export { explainRule } from './explain.js';
export type { RuleExplanation } from './explain.js';
export { runCheck } from './run-check.js';
export type { CheckOutcome, RunCheckOptions } from './run-check.js';
export { reportFormats } from './report/reporter.js';
export type { ReportFormat } from './report/reporter.js';
export { ruleIds } from './report/rule-list.js';
export { analyseSingleFile } from './single-file.js';
export type { SingleFileOptions, SingleFileResult } from './single-file.js';
export { createEditorAnalysis } from './editor.js';
export type { EditorAnalysis, EditorOptions, EditorQuestion } from './editor.js';
