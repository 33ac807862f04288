/**
 * What workflow code imports. Names, types and meaning are those of `@temporalio/workflow`, so that moving to a
 * Temporal cluster is a change of import; `now`, `random`, `sideEffect` and `getVersion` come on top.
 */
import { defineQuery } from './handlers.js';
import type { EnhancedStackTrace } from '../runtime/built-in-queries.js';

export {
  ActivityFailure,
  ApplicationFailure,
  ApplicationFailureCategory,
  CancelledFailure,
  ChildWorkflowFailure,
  RetryState,
  rootCause,
  ServerFailure,
  TemporalFailure,
  TerminatedFailure,
  TimeoutFailure,
  TimeoutType,
  WorkflowExecutionAlreadyStartedError,
  type ApplicationFailureOptions,
} from '../failures/failures.js';
export {
  CompleteAsyncError,
  DeterminismViolationError,
  ExternalStorageNotConfiguredError,
  IllegalStateError,
  isCancellation,
  NamespaceNotFoundError,
  PayloadConverterError,
  ValueError,
  WorkflowError,
  WorkflowNotFoundError,
} from '../failures/errors.js';
export type { Duration, StringValue } from '../failures/duration.js';
export {
  DefaultFailureConverter,
  type DefaultFailureConverterOptions,
} from '../converter/failure-converter.js';
export { defaultPayloadConverter, type PayloadConverter } from '../converter/payload-converter.js';
export type { Payload } from '../converter/payload.js';

export type {
  ActivityFunction,
  ActivityInterface,
  BaseWorkflowHandle,
  ChildWorkflowHandle,
  ExternalWorkflowHandle,
  Handler,
  QueryDefinition,
  SignalDefinition,
  UntypedActivities,
  UpdateDefinition,
  UpdateValidator,
  WithWorkflowArgs,
  Workflow,
  WorkflowQueryOptions,
  WorkflowQueryType,
  WorkflowResultType,
  WorkflowReturnType,
  WorkflowSignalOptions,
  WorkflowSignalType,
} from '../runtime/function-types.js';
export { NotAnActivityMethod } from '../runtime/function-types.js';
export {
  ActivityCancellationType,
  ChildWorkflowCancellationType,
  HandlerUnfinishedPolicy,
  ParentClosePolicy,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  type ActivityOptions,
  type BaseWorkflowOptions,
  type ChildWorkflowOptions,
  type CommonWorkflowOptions,
  type ContinueAsNewOptions,
  type LocalActivityOptions,
  type Priority,
  type RetryPolicy,
  type TimerOptions,
  type VersioningBehavior,
  type VersioningIntent,
  type WorkflowDurationOptions,
} from '../runtime/options.js';
export {
  defineSearchAttributeKey,
  SearchAttributeType,
  TypedSearchAttributes,
  type SearchAttributeKey,
  type SearchAttributePair,
  type SearchAttributes,
  type SearchAttributeUpdatePair,
  type SearchAttributeValue,
} from '../runtime/search-attributes.js';
export type {
  ParentWorkflowInfo,
  RootWorkflowInfo,
  UnsafeRandomSource,
  UnsafeWorkflowInfo,
  WorkflowInfo,
} from '../runtime/info.js';
export type {
  ActivateInput,
  ActivityInput,
  ConcludeActivationInput,
  ConcludeActivationOutput,
  ContinueAsNewInput,
  ContinueAsNewInputOptions,
  DisposeInput,
  GetLogAttributesInput,
  GetMetricTagsInput,
  Headers,
  LocalActivityInput,
  MetricTags,
  Next,
  QueryInput,
  SignalInput,
  SignalWorkflowInput,
  StartChildWorkflowExecutionInput,
  TimerInput,
  UpdateInput,
  WorkflowExecuteInput,
  WorkflowInboundCallsInterceptor,
  WorkflowInterceptors,
  WorkflowInterceptorsFactory,
  WorkflowInternalsInterceptor,
  WorkflowOutboundCallsInterceptor,
} from '../runtime/interceptors.js';
export type {
  EnhancedStackTrace,
  StackTrace,
  StackTraceFileLocation,
  StackTraceFileSlice,
  StackTraceSDKInfo,
} from '../runtime/built-in-queries.js';
export type { SinkCall } from '../runtime/activator.js';
export {
  log,
  proxySinks,
  type Sink,
  type SinkFunction,
  type Sinks,
  type WorkflowLogger,
} from '../runtime/sinks.js';
export { workflowLogAttributes } from '../runtime/sinks.js';
export { AsyncLocalStorage } from '../runtime/async-context.js';
export { CancellationScope, type CancellationScopeOptions } from '../runtime/cancellation-scope.js';
export { ContinueAsNew } from '../runtime/lifecycle.js';
export type { UpdateInfo } from '../runtime/update-scope.js';

export {
  proxyActivities,
  proxyLocalActivities,
  scheduleActivity,
  scheduleLocalActivity,
  type ActivityFunctionWithOptions,
  type ActivityInterfaceFor,
  type ActivityProxyOptions,
  type LocalActivityFunctionWithOptions,
  type LocalActivityInterfaceFor,
  type LocalActivityProxyOptions,
} from './activities.js';
export {
  getCurrentDetails,
  inWorkflowContext,
  setCurrentDetails,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from './attributes.js';
export { executeChild, extractWorkflowType, startChild } from './children.js';
export { continueAsNew, makeContinueAsNewFunc } from './continue-as-new.js';
export { getExternalWorkflowHandle } from './external.js';
export {
  allHandlersFinished,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
  setDefaultQueryHandler,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
  setHandler,
  type DefaultQueryHandler,
  type DefaultSignalHandler,
  type DefaultUpdateHandler,
  type QueryHandlerOptions,
  type SignalHandlerOptions,
  type UpdateHandlerOptions,
} from './handlers.js';
export {
  metricMeter,
  type MetricCounter,
  type MetricGauge,
  type MetricHistogram,
  type MetricMeter,
} from './metrics.js';
export {
  getRandomStream,
  now,
  random,
  sideEffect,
  uuid4,
  workflowRandom,
  type WorkflowRandomStream,
} from './random.js';
export { condition, sleep } from './timers.js';
export { Trigger } from './trigger.js';
export {
  defineWorkflowOptions,
  deprecatePatch,
  getVersion,
  patched,
  setWorkflowOptions,
  type WorkflowDefinitionConfig,
  type WorkflowDefinitionOptions,
  type WorkflowDefinitionOptionsOrGetter,
} from './versioning.js';

export const stackTraceQuery = defineQuery<string>('__stack_trace');
export const enhancedStackTraceQuery = defineQuery<EnhancedStackTrace>('__enhanced_stack_trace');
export const workflowMetadataQuery = defineQuery<unknown>('__temporal_workflow_metadata');
