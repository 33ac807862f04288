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
export type { Command, CommandAttributes, CommandOf, CommandType } from './history/command.js';
export type { EventAttributes, EventOf, EventType, HistoryEvent } from './history/event.js';
export type { Failure, Memo, RetryPolicy, SearchAttributes } from './history/messages.js';
export type { Payload } from './history/payload.js';
export type { WorkflowService } from './service/api.js';
export type * as CommonApi from './service/api/common.js';
export type * as ScheduleApi from './service/api/schedules.js';
export type * as TaskApi from './service/api/tasks.js';
export type * as WorkflowApi from './service/api/workflow.js';
export { realClock, type Clock, type Random } from './service/clock.js';
export { ServiceError, type ServiceStatus } from './service/errors.js';
