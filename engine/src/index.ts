export { InputError, InvariantViolation, RefrainError, UserCodeError } from './errors.js';
export {
  openReplayer,
  replayHistories,
  replayHistory,
  type HistorySource,
  type Replayer,
  type ReplayOptions,
} from './replay/replay-history.js';
export {
  exitCodeOf,
  summaryOf,
  type CommandView,
  type Divergence,
  type ReplayResult,
  type ReplaySummary,
  type Verdict,
} from './replay/result.js';
export { findHistories } from './replay/find-histories.js';
export {
  formatReplay,
  reportFormats,
  type ReportFormat,
  type ReportOptions,
} from './replay/report/report.js';
export { divergenceText, resultText } from './replay/report/text.js';
export { readHistory, readHistoryJson } from './history/files/read.js';
export { writeHistory, type HistoryForm } from './history/files/write.js';
export { redactHistory } from './history/files/redact.js';
export { diffHistories, type HistoryDifference } from './history/files/diff.js';
