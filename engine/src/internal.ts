export { InputError, InvariantViolation, RefrainError, UserCodeError, assertNever } from './errors.js';
export { arrayFromRecorded, defaultPayloadConverter, toRecorded } from './converter/payload-converter.js';
export { defaultFailureConverter } from './converter/failure-converter.js';
export { Client } from './client/client.js';
export { gradeHistory } from './replay/replay-history.js';
export { nativeTarget } from './replay/native-target.js';
export { apiOf } from './temporal/api-of.js';
export type { ReplayTarget } from './replay/target.js';
export { temporalTarget } from './replay/temporal-target.js';
export { durationToMs, type Duration } from './failures/duration.js';
export { CompleteAsyncError } from './failures/errors.js';
export { ApplicationFailure, CancelledFailure, ensureTemporalFailure } from './failures/failures.js';
export type { Command, CommandOf, CommandType } from './history/command.js';
export type { EventAttributes, EventOf, EventType, HistoryEvent, UnknownEvent } from './history/event.js';
export type { Payload } from './history/payload.js';
export type { WorkflowService } from './service/api.js';
export type * as ServiceApi from './service/api/workflow.js';
export type * as TaskApi from './service/api/tasks.js';
export { realClock, type Clock, type Random } from './service/clock.js';
export { ServiceError } from './service/errors.js';
export { apiRoot } from './frontend/api-root.js';
export { decodeMessage, encodeMessage } from './frontend/wire-codec.js';
export type { TimeSkipping } from './frontend/test-methods.js';
export {
  beginTask,
  createExecution,
  driftOf,
  heartbeatTask,
  nextStep,
  progressOf,
  replayInput,
  resolveLocalActivity,
  respond,
  rewind,
  takeLocalActivityRequests,
} from './core/execution.js';
export type { ExecutionState } from './core/state.js';
export type { Drift, Mismatch } from './core/mismatch.js';
export type {
  ExecutionOptions,
  LocalActivityOutcome,
  LocalActivityRequest,
  OutgoingMessage,
  Step,
  TaskAnswer,
  TaskInput,
  UpdateRequestMessage,
} from './core/step.js';
export type * as ActivationApi from './core/activation.js';
export { definitionOf, machineKinds } from './core/machine-registry.js';
export { randomnessSeed } from './core/random-seed.js';
export { checkHistory, historyFromJson } from './history/validate.js';
export { pageToken } from './service/history-page.js';
export { openService, type Service, type ServiceOptions } from './service/open-service.js';
export { MemoryStore } from './store/memory-store.js';
export { bundleWorkflowCode, type BundleOptions, type WorkflowBundle } from './sandbox/bundle.js';
export { loadBundle, type HostSinkCall, type LoadedBundle, type LoadOptions } from './sandbox/load.js';
export { mapCallSite, SourcePositions } from './sandbox/source-positions.js';
export { openSqliteStore, SqliteStore, type SqliteStoreOptions } from './store/sqlite-store.js';
export { eventToJson } from './history/event-json.js';
export { bundleTemporalWorkflows } from './temporal/bundle.js';
export { createTemporalHost, type TemporalHost } from './temporal/host.js';
export { Worker, type WorkerState } from './worker/worker.js';
export type { WorkerOptions, WorkerService } from './worker/options.js';
export type { WorkflowHost } from './worker/workflow-host.js';
export type { PayloadCodec } from './converter/payload-codec.js';
export { createLogger, type Logger } from './worker/logger.js';
export * as activityApi from './worker/activity-context.js';
export { RateLimit, Slots } from './worker/slots.js';
export { retryDelayMs } from './worker/local-retry.js';
export { parseVisibilityQuery } from './service/visibility/parse-query.js';
export { compileSpec, nextTime } from './service/schedule/spec.js';
export { nextCronBackoffMs } from './service/schedule/cron.js';
export { openDatabase } from './store/sqlite/database.js';
export { migrations, pragma, prepareSchema } from './store/sqlite/schema.js';
export { Heartbeats } from './worker/heartbeats.js';
