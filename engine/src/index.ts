export { InputError, InvariantViolation, RefrainError, UserCodeError } from './errors.js';
export {
  replayHistories,
  replayHistory,
  type HistorySource,
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
export { readHistory, readHistoryJson } from './history/files/read.js';
