import type { ModuleShape, Shape } from '../catalog/types.js';
import { api, at, command, errorClasses, logger, opaque, returning, valued } from './build.js';
import type { Profile } from './types.js';

const rows = (names: string, shape: Shape) =>
  Object.fromEntries(names.split(' ').map((name) => [name, shape]));
const params = ['OrchestrationContext', 'data'];

const orchestration: Shape = api(
  { type: 'define-workflow', handlers: [at(1), at(1, 'handler')], params },
  'AzureRegistered',
  { callbacks: 'ignored' },
);
const activity: Shape = api(
  { type: 'define-activity', handlers: [at(1, 'handler'), at(1)] },
  'AzureRegistered',
  { callbacks: 'ignored' },
);
const ignored: Shape = { call: { returns: 'data', callbacks: 'ignored' } };

const functions: ModuleShape = {
  exports: {
    app: {
      members: {
        orchestration,
        activity,
        entity: ignored,
        client: { members: { '*': ignored } },
        '*': ignored,
      },
    },
    // The programming model before version 3.
    orchestrator: api({ type: 'define-workflow', handlers: [at(0)], params }, 'data', {
      callbacks: 'ignored',
    }),
    entity: ignored,
    getClient: { call: { returns: 'IoClient' } },
    input: opaque,
    trigger: opaque,
    RetryOptions: { construct: { returns: 'data' } },
    EntityId: { construct: { returns: 'data' } },
    ...errorClasses('TaskFailedError AggregatedError DurableError TimeoutError'),
    '*': opaque,
  },
};

const addOrchestrator = (index: number): Shape =>
  api({ type: 'define-workflow', handlers: [at(index)], params }, 'undefined', { callbacks: 'ignored' });
const addActivity = (index: number): Shape =>
  api({ type: 'define-activity', handlers: [at(index)] }, 'undefined', { callbacks: 'ignored' });

const worker: Shape = { construct: { returns: 'TaskHubGrpcWorker' } };

/** The portable SDK of the Durable Task Scheduler: async generators over a context. */
const durableTask: ModuleShape = {
  exports: {
    TaskHubGrpcWorker: worker,
    DurableTaskAzureManagedWorkerBuilder: worker,
    TaskHubGrpcClient: { construct: { returns: 'IoClient' } },
    whenAll: command('other'),
    whenAny: command('other'),
    RetryPolicy: { construct: { returns: 'data' } },
    '*': opaque,
  },
};

export const azure: Profile = {
  id: 'azure',
  title: 'Azure Durable Functions',
  selectedBy: ['durable-functions', '@microsoft/durabletask-js'],
  sandboxed: false,
  recordsCompletionOrder: true,
  workflows: [],
  safeFunctions: [],
  modules: {
    'durable-functions': functions,
    '@microsoft/durabletask-js': durableTask,
    '@microsoft/durabletask-js-azuremanaged': durableTask,
  },
  types: {
    Logger: logger,
    TaskHubGrpcWorker: {
      extends: 'Object',
      members: {
        addOrchestrator: addOrchestrator(0),
        addNamedOrchestrator: addOrchestrator(1),
        addActivity: addActivity(0),
        addNamedActivity: addActivity(1),
        start: { call: { effect: 'io', returns: 'Promise<undefined>' } },
        stop: { call: { effect: 'io', returns: 'Promise<undefined>' } },
        '*': { call: { returns: 'receiver', callbacks: 'ignored' } },
      },
    },
    AzureRegistered: {
      extends: 'Function',
      members: valued({ string: 'name' }),
      call: { role: { type: 'command', kind: 'activity' }, returns: 'AzureTask', callbacks: 'ignored' },
    },
    OrchestrationContext: {
      extends: 'DurableOrchestrationContext',
      members: {
        df: { type: 'DurableOrchestrationContext' },
        log: { type: 'Logger', call: { role: { type: 'log' }, returns: 'undefined' } },
        ...Object.fromEntries(
          'info warn error debug trace'
            .split(' ')
            .map((name) => [name, { call: { role: { type: 'log' }, returns: 'undefined' } } satisfies Shape]),
        ),
        ...valued({
          data: 'bindings bindingData options triggerMetadata retryContext',
          string: 'functionName',
          function: 'done',
        }),
        invocationId: { read: 'environment', type: 'string' },
        '*': { type: 'data' },
      },
    },
    DurableOrchestrationContext: {
      extends: 'Object',
      members: {
        ...rows('callActivity callActivityWithRetry callEntity', command('activity', 'AzureTask', [at(0)])),
        callHttp: command('activity', 'AzureTask'),
        callSubOrchestrator: command('child-workflow', 'AzureTask', [at(0), at(2)]),
        callSubOrchestratorWithRetry: command('child-workflow', 'AzureTask', [at(0), at(3)]),
        createTimer: command('timer', 'AzureTask'),
        waitForExternalEvent: command('event', 'AzureTask', [at(0)]),
        signalEntity: command('one-way', 'undefined', [at(0)]),
        lock: command('state', 'AzureTask'),
        sendEvent: command('one-way', 'undefined', [at(0), at(1)]),
        Task: { members: returning({ AzureTask: 'all any' }) },
        continueAsNew: api({ type: 'continue-as-new' }),
        currentUtcDateTime: { type: 'Date' },
        isReplaying: { read: 'replay-introspection', type: 'boolean' },
        newGuid: { call: { returns: 'string' } },
        newUuid: { call: { returns: 'string' } },
        ...returning({ data: 'getInput setCustomStatus isLocked createReplaySafeLogger' }),
        ...valued({ string: 'instanceId parentInstanceId version', data: 'customStatus parent' }),
        '*': { type: 'data' },
      },
    },
    AzureTask: {
      extends: 'Object',
      members: {
        cancel: { call: { returns: 'undefined' } },
        withRetry: { call: { returns: 'AzureTask' } },
        ...valued({ boolean: 'isCompleted isFaulted isCanceled isComplete isFailed', data: 'result' }),
        '*': { type: 'data' },
      },
    },
  },
  patches: {},
  forbiddenModules: [],
  suggestions: {
    'wall-clock': 'Use `context.df.currentUtcDateTime`, which is the same under replay.',
    randomness: 'Use `context.df.newGuid(seed)`, or make it in an activity.',
    environment: 'Read it in an activity, or pass it as input.',
    io: 'Do it in an activity: `yield context.df.callActivity("name", input)`; for HTTP `context.df.callHttp`.',
    'native-timer': 'Use `yield context.df.createTimer(fireAt)`.',
    'module-state': 'Keep it in the orchestrator, or in a durable entity.',
    'replay-introspection':
      'Let the code do the same whether it is replayed or not; only logging may look at `isReplaying`.',
    'unstable-identity': 'Use `context.df.newGuid(seed)`, or build it from `context.df.instanceId`.',
  },
};
