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
export type { Service } from './service/open-service.js';
export type * as CommonApi from './service/api/common.js';
export type * as NamespaceApi from './service/api/namespaces.js';
export type * as ScheduleApi from './service/api/schedules.js';
export type * as TaskApi from './service/api/tasks.js';
export type * as WorkflowApi from './service/api/workflow.js';
export { realClock, type Clock, type Random } from './service/clock.js';
export { ServiceError, type ServiceStatus } from './service/errors.js';
export { findResetPoint, type ResetPoint, type ResetTarget } from './service/reset-point.js';
export { openEngine, type Engine, type EngineOptions } from './open-engine.js';
export type { SearchAttributeType } from './service/check-fields.js';
export { StoreError } from './store/sqlite/errors.js';
export { Client, type ClientOptions } from './client/client.js';
export type { DataConverter } from './converter/load-converters.js';
export type { PayloadCodec } from './converter/payload-codec.js';
export type {
  WorkflowClient,
  WorkflowHandleWithFirstExecutionRunId,
  WorkflowSignalWithStartOptions,
  WorkflowStartOptions,
} from './client/workflow-client.js';
export type { WorkflowHandle, WorkflowUpdateHandle } from './client/workflow-handle.js';
export type { WorkflowOptions } from './client/workflow-options.js';
export type { WorkflowClientInterceptor } from './client/interceptors.js';
export type { AsyncCompletionClient } from './client/async-completion-client.js';
export type {
  ScheduleClient,
  ScheduleHandle,
  ScheduleOptions,
  ScheduleSpec,
} from './client/schedule-client.js';
export type { CalendarSpec } from './client/calendar-spec.js';
export {
  ActivityCancelledError,
  ActivityCompletionError,
  ActivityNotFoundError,
  QueryNotRegisteredError,
  QueryRejectedError,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  WorkflowContinuedAsNewError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from './client/errors.js';
export { WorkflowNotFoundError } from './failures/errors.js';
export { WorkflowExecutionAlreadyStartedError } from './failures/failures.js';
export { Worker, type WorkerState, type WorkerStatus } from './worker/worker.js';
export type { ActivityFunction, WorkerOptions, WorkerService } from './worker/options.js';
export type { InjectedSinkFunction, InjectedSinks, WorkflowHost } from './worker/workflow-host.js';
export type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptors,
  ActivityInterceptorsFactory,
  ActivityOutboundCallsInterceptor,
} from './worker/activity-interceptors.js';
export { createLogger, defaultLogger, type Logger, type LogLevel } from './worker/logger.js';
export type { WorkerMetrics } from './worker/metrics.js';
export {
  countLimitWarnings,
  observeService,
  openTelemetryMetrics,
  type InstrumentOptions,
  type Labels,
  type MeterLike,
} from './worker/open-telemetry.js';
export { warningText, type RunLimitWarning } from './service/limit-warnings.js';
export { connectService, startServer } from './frontend/entry.js';
export type { ConnectOptions, RemoteService } from './frontend/connect.js';
export type { RunningServer, ServerOptions, TlsOptions } from './frontend/server.js';
export type { ClientTls, ClientTlsFiles } from './tls-options.js';
export { eventFromJson, eventToJson } from './history/event-json.js';
