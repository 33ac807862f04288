import type { ModuleShape, Shape } from '../catalog/types.js';
import { api, at, command, errorClasses, logger, opaque, returning, step, valued } from './build.js';
import type { Profile } from './types.js';

const MODULE = '@aws/durable-execution-sdk-js';

/** A callback that is replayed and gets a context of its own. */
const child = (callbacks: readonly ReturnType<typeof at>[], params: readonly string[]): Shape =>
  api({ type: 'command', kind: 'other', id: [at(0)] }, 'Promise<data>', {
    callbacks: callbacks.map((path) => ({ at: path, mode: 'run', params })),
  });

const branches = [0, 1].flatMap((argument) => [at(argument, '*'), at(argument, '*', 'func')]);

const sdk: ModuleShape = {
  exports: {
    withDurableExecution: api(
      { type: 'define-workflow', handlers: [at(0)], params: ['data', 'DurableContext'] },
      'data',
      { callbacks: 'ignored' },
    ),
    ...returning({
      data: 'createRetryStrategy createWaitStrategy createClassSerdes createClassSerdesWithDates retryPresets',
    }),
    ...errorClasses(
      'DurableOperationError StepError CallbackError InvokeError ChildContextError WaitForConditionError StepInterruptedError',
    ),
    '*': opaque,
  },
};

export const aws: Profile = {
  id: 'aws',
  title: 'AWS Lambda durable functions',
  selectedBy: [MODULE],
  sandboxed: false,
  recordsCompletionOrder: false,
  workflows: [],
  safeFunctions: [],
  modules: { [MODULE]: sdk, '@aws/durable-execution-sdk-js-testing': { exports: { '*': opaque } } },
  types: {
    Logger: logger,
    DurableContext: {
      extends: 'Object',
      members: {
        step: step(at('last-function'), [at(0)], ['StepContext']),
        wait: command('timer', 'Promise<undefined>', [at(0)]),
        invoke: command('child-workflow', 'Promise<data>', [at(0)]),
        runInChildContext: child([at('last-function')], ['DurableContext']),
        map: child([at('last-function')], ['DurableContext', 'data', 'number', 'data']),
        parallel: child(branches, ['DurableContext']),
        waitForCondition: step(at('last-function'), [at(0)], ['data', 'StepContext']),
        waitForCallback: step(at('last-function'), [at(0)], ['string', 'StepContext']),
        createCallback: command('event', 'Promise<data>', [at(0)]),
        promise: { type: 'DurablePromises' },
        logger: { type: 'Logger' },
        configureLogger: { call: { returns: 'undefined', callbacks: 'ignored' } },
        configureSerdes: { call: { returns: 'undefined', callbacks: 'ignored' } },
        lambdaContext: { type: 'LambdaContext' },
        executionContext: { type: 'data' },
        '*': { type: 'data' },
      },
    },
    StepContext: { extends: 'Object', members: { logger: { type: 'Logger' }, '*': { type: 'data' } } },
    DurablePromises: {
      members: {
        all: command('other'),
        allSettled: command('other'),
        any: command('other'),
        race: command('other'),
      },
    },
    // Another invocation, another context: nothing of it is recorded.
    LambdaContext: {
      extends: 'Object',
      members: {
        getRemainingTimeInMillis: { call: { effect: 'wall-clock', returns: 'number' } },
        ...Object.fromEntries(
          'awsRequestId logStreamName'
            .split(' ')
            .map((name) => [name, { read: 'environment', type: 'string' } satisfies Shape]),
        ),
        ...valued({
          string: 'functionName functionVersion invokedFunctionArn logGroupName memoryLimitInMB',
          data: 'identity clientContext',
        }),
        '*': { type: 'data', call: { returns: 'undefined' } },
      },
    },
  },
  patches: {},
  overrides: { 'Promise.race': 'unstable-order', 'Promise.any': 'unstable-order' },
  forbiddenModules: [],
  suggestions: {
    'wall-clock': 'Read it in a step: `await context.step("now", async () => Date.now())`.',
    randomness: 'Make it in a step: `await context.step("id", async () => crypto.randomUUID())`.',
    environment: 'Read it in a step, or pass it in the event.',
    io: 'Do it in a step: `await context.step("name", async () => …)`.',
    'native-timer': 'Use `await context.wait({ seconds: 10 })`.',
    'unstable-order': 'Use `context.promise.race` / `context.promise.any`: the winner is recorded.',
    'module-state': 'Return the value from the step and keep it in a variable of the handler.',
    'unstable-identity': 'Name the step by a literal, or by the event.',
  },
};
