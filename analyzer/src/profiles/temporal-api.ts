/** `@temporalio/workflow`, and Refrain's own workflow module, which exports the same names. */

import type { CommandKind, ModuleShape, Role, Shape, TypeShape } from '../catalog/types.js';
import type { Profile } from './types.js';
import { api, at, command, errorClasses, logger, opaque, outside, returning, valued } from './build.js';

const scope = (kind: 'cancellable' | 'non-cancellable' | 'with-timeout', returns = 'data'): Shape =>
  api({ type: 'cancellation-scope', kind }, returns, { callbacks: 'run' });

const childId = [at(1, 'workflowId')];
const proxy = (local: boolean): Shape =>
  api({ type: 'activity-proxy', options: at(0), local }, 'ActivityProxy', { callbacks: 'ignored' });
/** `scheduleActivity(type, args, options)` */
const scheduled = (kind: CommandKind): Shape =>
  api({ type: 'command', kind, id: [at(0)], options: at(2) }, 'Promise<data>', { callbacks: 'ignored' });
const definitionTypes = {
  signal: 'SignalDefinition',
  query: 'QueryDefinition',
  update: 'UpdateDefinition',
} as const;
const message = (kind: 'signal' | 'query' | 'update'): Shape =>
  api({ type: 'define-message', kind }, definitionTypes[kind]);

const handler: Role = {
  type: 'set-handler',
  definition: at(0),
  handler: at(1),
  validator: at(2, 'validator'),
};

const info: Shape = { call: { returns: 'WorkflowInfo' } };

export const workflowExports: Readonly<Record<string, Shape>> = {
  proxyActivities: proxy(false),
  proxyLocalActivities: proxy(true),
  scheduleActivity: scheduled('activity'),
  scheduleLocalActivity: scheduled('local-activity'),
  proxySinks: { call: { returns: 'Sinks' } },
  sleep: command('timer', 'Promise<undefined>'),
  condition: api({ type: 'command', kind: 'condition' }, 'Promise<boolean>', { callbacks: 'run' }),
  startChild: command('child-workflow', 'Promise<ChildHandle>', childId),
  executeChild: command('child-workflow', 'Promise<data>', childId),
  getExternalWorkflowHandle: command('one-way', 'ExternalHandle', [at(0)]),
  continueAsNew: api({ type: 'continue-as-new' }, 'Promise<data>', { callbacks: 'ignored' }),
  makeContinueAsNewFunc: { call: { returns: 'ContinueAsNewFunction', callbacks: 'ignored' } },
  defineSignal: message('signal'),
  defineQuery: message('query'),
  defineUpdate: message('update'),
  setHandler: { call: { role: handler, returns: 'undefined', callbacks: 'run' } },
  ...Object.fromEntries(
    'setDefaultSignalHandler setDefaultQueryHandler setDefaultUpdateHandler'
      .split(' ')
      .map((name) => [name, { call: { returns: 'undefined', callbacks: 'run' } } satisfies Shape]),
  ),
  allHandlersFinished: { call: { returns: 'boolean' } },
  patched: api({ type: 'patch', id: at(0) }, 'boolean'),
  deprecatePatch: api({ type: 'patch', id: at(0) }),
  uuid4: { call: { returns: 'string' } },
  workflowInfo: info,
  currentUpdateInfo: { call: { returns: 'data' } },
  ...returning({
    boolean: 'inWorkflowContext',
    undefined: 'setWorkflowOptions setCurrentDetails',
    string: 'getCurrentDetails',
  }),
  upsertMemo: command('one-way', 'undefined'),
  upsertSearchAttributes: command('one-way', 'undefined'),
  log: { type: 'Logger' },
  metricMeter: { type: 'MetricMeter' },
  workflowRandom: { type: 'RandomStream' },
  getRandomStream: { call: { returns: 'RandomStream' } },
  createEventGroup: opaque,
  createNexusClient: { call: { returns: 'NexusClient' } },
  createNexusServiceClient: { call: { returns: 'NexusClient' } },
  CancellationScope: {
    construct: { returns: 'CancellationScope' },
    members: {
      cancellable: scope('cancellable'),
      nonCancellable: scope('non-cancellable'),
      withTimeout: scope('with-timeout'),
      current: { call: { returns: 'CancellationScope' } },
    },
  },
  ROOT_SCOPE: { type: 'CancellationScope' },
  isCancellation: api({ type: 'cancellation-check' }, 'boolean'),
  Trigger: { construct: { returns: 'Trigger' } },
  AsyncLocalStorage: { construct: { returns: 'AsyncLocalStorage' } },
  rootCause: { call: { returns: 'string' } },
  ...errorClasses(
    'ActivityFailure ApplicationFailure CancelledFailure ChildWorkflowFailure ServerFailure TemporalFailure TerminatedFailure ' +
      'TimeoutFailure WorkflowError DeterminismViolationError LocalActivityDoBackoff ValueError IllegalStateError ' +
      'PayloadConverterError WorkflowExecutionAlreadyStartedError WorkflowNotFoundError NamespaceNotFoundError ' +
      'NexusOperationFailure HandlerError ContinueAsNew',
  ),
  ...valued({
    data:
      'ActivityCancellationType ChildWorkflowCancellationType ParentClosePolicy WorkflowIdReusePolicy WorkflowIdConflictPolicy ' +
      'VersioningBehavior VersioningIntent HandlerUnfinishedPolicy defaultPayloadConverter PayloadConverter NexusOperationCancellationType ' +
      'ApplicationFailureCategory SearchAttributeType RetryState TimeoutType InitialVersioningBehavior',
  }),
  ...returning({ data: 'defineSearchAttributeKey extractWorkflowType', string: 'ensureTemporalFailure' }),
};

/** Workflow modules may export a factory of interceptors; their methods run where the workflow runs. */
export const interceptors: NonNullable<Profile['hooks']> = {
  export: 'interceptors',
  lists: ['inbound', 'outbound', 'internals'],
  methods: (
    'execute handleSignal handleUpdate validateUpdate handleQuery scheduleActivity scheduleLocalActivity startTimer ' +
    'startChildWorkflowExecution continueAsNew signalWorkflow getLogAttributes getMetricTags activate concludeActivation dispose'
  ).split(' '),
};

export const workflowTypes: Readonly<Record<string, TypeShape>> = {
  DurableModel: { extends: 'Object', members: { '*': { type: 'data' } } },
  DurableModels: { extends: 'Object', members: { '*': { call: { returns: 'DurableModel' } } } },
  InterceptorNext: { extends: 'Function', members: {}, call: { returns: 'Promise<data>' } },
  Logger: logger,
  // Counters, gauges and histograms are written like a log.
  MetricMeter: {
    extends: 'Object',
    members: {
      ...returning({ MetricMeter: 'withTags' }),
      '*': { call: { returns: 'Logger', callbacks: 'ignored' } },
    },
  },
  ActivityProxy: {
    members: {
      '*': {
        type: 'ActivityStub',
        call: { role: { type: 'command', kind: 'activity' }, returns: 'Promise<data>', callbacks: 'ignored' },
      },
    },
  },
  ActivityStub: { extends: 'Function', members: { executeWithOptions: command('activity') } },
  MessageDefinition: { extends: 'Object', members: valued({ string: 'name type' }) },
  SignalDefinition: { extends: 'MessageDefinition', members: {} },
  QueryDefinition: { extends: 'MessageDefinition', members: {} },
  UpdateDefinition: { extends: 'MessageDefinition', members: {} },
  Sinks: { members: { '*': { type: 'Logger' } } },
  ChildHandle: {
    extends: 'Object',
    members: {
      result: command('other'),
      signal: command('signal', 'Promise<undefined>'),
      cancel: command('other'),
      ...valued({ string: 'workflowId firstExecutionRunId' }),
    },
  },
  ExternalHandle: {
    extends: 'Object',
    members: {
      signal: command('signal', 'Promise<undefined>'),
      cancel: command('other', 'Promise<undefined>'),
      ...valued({ string: 'workflowId runId' }),
    },
  },
  NexusClient: {
    extends: 'Object',
    members: { startOperation: command('other', 'Promise<NexusHandle>'), executeOperation: command('other') },
  },
  NexusHandle: { extends: 'Object', members: { result: command('other'), ...valued({ string: 'token' }) } },
  ContinueAsNewFunction: {
    extends: 'Function',
    members: {},
    call: { role: { type: 'continue-as-new' }, returns: 'Promise<data>', callbacks: 'ignored' },
  },
  WorkflowInfo: {
    extends: 'Object',
    members: {
      unsafe: { type: 'UnsafeWorkflowInfo' },
      startTime: { type: 'Date' },
      runStartTime: { type: 'Date' },
      '*': { type: 'data' },
    },
  },
  UnsafeWorkflowInfo: {
    extends: 'Object',
    members: {
      isReplaying: { read: 'replay-introspection', type: 'boolean' },
      isReplayingHistoryEvents: { read: 'replay-introspection', type: 'boolean' },
      now: { call: { effect: 'wall-clock', returns: 'number' } },
      random: { type: 'data', call: { effect: 'randomness', returns: 'number' } },
    },
  },
  CancellationScope: {
    extends: 'Object',
    members: {
      run: { call: { returns: 'data', callbacks: 'run' } },
      cancel: { call: { returns: 'undefined' } },
      cancelRequested: { type: 'Promise<data>' },
      ...valued({ boolean: 'consideredCancelled cancellable', data: 'timeout parent' }),
    },
  },
  Trigger: {
    extends: 'Promise',
    awaits: 'data',
    members: returning({ undefined: 'resolve reject' }),
  },
  RandomStream: {
    extends: 'Object',
    members: {
      ...returning({ number: 'random', string: 'uuid4', data: 'fill' }),
      with: { call: { returns: 'data', callbacks: 'run' } },
    },
  },
  ActivityContext: {
    extends: 'Object',
    members: {
      info: { type: 'data' },
      heartbeat: api({ type: 'heartbeat' }),
      sleep: { call: { returns: 'Promise<undefined>' } },
      cancelled: { type: 'Promise<data>' },
      cancellationSignal: { type: 'AbortSignal' },
      log: { type: 'Logger' },
      metricMeter: { type: 'MetricMeter' },
      client: { type: 'IoClient' },
    },
  },
};

/** The module that activities import. */
export const activityModule: ModuleShape = {
  exports: {
    activityInfo: api({ type: 'activity-info' }, 'data'),
    heartbeat: api({ type: 'heartbeat' }),
    sleep: { call: { effect: 'native-timer', returns: 'Promise<undefined>' } },
    cancelled: { call: { effect: 'native-timer', returns: 'Promise<data>' } },
    cancellationSignal: { call: { returns: 'AbortSignal' } },
    getClient: { call: { returns: 'IoClient' } },
    log: { type: 'Logger' },
    metricMeter: { type: 'MetricMeter' },
    asyncLocalStorage: { type: 'AsyncLocalStorage' },
    Context: {
      construct: { returns: 'ActivityContext' },
      members: { current: api({ type: 'activity-info' }, 'ActivityContext') },
    },
    ...errorClasses('ApplicationFailure CancelledFailure CompleteAsyncError ActivityCancellationDetails'),
    inActivityContext: { call: { returns: 'boolean' } },
    '*': opaque,
  },
};

export const outsideModule: ModuleShape = { exports: { '*': outside } };

/** Without an effect: types, failures and converters. */
export const commonModule: ModuleShape = {
  exports: {
    ...errorClasses(
      'ActivityFailure ApplicationFailure CancelledFailure ChildWorkflowFailure ServerFailure TemporalFailure TerminatedFailure ' +
        'TimeoutFailure ValueError IllegalStateError PayloadConverterError',
    ),
    isCancellation: api({ type: 'cancellation-check' }, 'boolean'),
    log: { type: 'Logger' },
    '*': opaque,
  },
};
