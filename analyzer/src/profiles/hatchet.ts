import type { ModuleShape, Shape } from '../catalog/types.js';
import { api, at, command, errorClasses, logger, opaque, returning, valued } from './build.js';
import type { Profile } from './types.js';

const params = ['data', 'DurableContext'];
const durable: Shape = api(
  { type: 'define-workflow', handlers: [at(0, 'fn'), at(0, 'run')], params },
  'HatchetTask',
  { callbacks: 'ignored' },
);
const task: Shape = api({ type: 'define-activity', handlers: [at(0, 'fn')] }, 'HatchetTask', {
  callbacks: 'ignored',
});
const client: Shape = {
  construct: { returns: 'Hatchet' },
  members: { init: { call: { returns: 'Hatchet' } } },
};

const sdk: ModuleShape = {
  exports: {
    Hatchet: client,
    HatchetClient: client,
    default: client,
    CreateDurableTaskWorkflow: durable,
    CreateTaskWorkflow: task,
    CreateWorkflow: { call: { returns: 'HatchetWorkflow', callbacks: 'ignored' } },
    ...returning({ data: 'Or And SleepCondition UserEventCondition ParentCondition' }),
    ...errorClasses('NonRetryableError HatchetError AbortError'),
    '*': opaque,
  },
};

/** Where the key of a child stands in the options that are this argument. */
const childKey = (argument: number) => [at(argument, 'key'), at(argument, 'childKey')];
const child = command('child-workflow', 'Promise<data>', [...childKey(2), at(2)]);
const children = command('child-workflow', 'Promise<data>', [
  at(0, '*', 'options', 'key'),
  at(0, '*', 'opts', 'key'),
]);

const runs = Object.fromEntries(
  'run runAndWait runNoWait runMany runManyNoWait enqueue'
    .split(' ')
    .map((name) => [
      name,
      command('child-workflow', 'Promise<data>', [...childKey(1), at(0, '*', 'opts', 'childKey')]),
    ]),
);

export const hatchet: Profile = {
  id: 'hatchet',
  title: 'Hatchet',
  selectedBy: [
    '@hatchet-dev/typescript-sdk',
    '@hatchet-dev/typescript-sdk/v1',
    '@hatchet-dev/typescript-sdk-v1',
  ],
  sandboxed: false,
  recordsCompletionOrder: true,
  workflows: [],
  safeFunctions: [],
  modules: {
    '@hatchet-dev/typescript-sdk': sdk,
    '@hatchet-dev/typescript-sdk/v1': sdk,
    '@hatchet-dev/typescript-sdk-v1': sdk,
    '@hatchet-dev/typescript-sdk/v1/client/worker/context': { exports: { '*': opaque } },
    '@hatchet-dev/typescript-sdk/v1/declaration': { exports: { '*': opaque } },
    '@hatchet-dev/typescript-sdk/workflow': { exports: { '*': opaque } },
  },
  types: {
    Logger: logger,
    Hatchet: {
      extends: 'Object',
      members: {
        durableTask: durable,
        task,
        workflow: { call: { returns: 'HatchetWorkflow', callbacks: 'ignored' } },
        run: child,
        runAndWait: child,
        runNoWait: child,
        enqueue: child,
        worker: { call: { effect: 'io', returns: 'Promise<data>' } },
        '*': { type: 'IoClient' },
      },
    },
    HatchetWorkflow: {
      extends: 'HatchetTask',
      members: { durableTask: durable, task, onFailure: task, onSuccess: task },
    },
    HatchetTask: {
      extends: 'Object',
      members: {
        ...runs,
        ...Object.fromEntries(
          'schedule cron delay'.split(' ').map((name) => [name, command('child-workflow')]),
        ),
        ...valued({ string: 'name id', data: 'definition' }),
        '*': { type: 'data' },
      },
    },
    DurableContext: {
      extends: 'Object',
      members: {
        sleepFor: command('timer'),
        sleepUntil: command('timer'),
        waitFor: command('event'),
        waitForEvent: command('event'),
        now: command('side-effect', 'Promise<Date>'),
        runChild: child,
        runNoWaitChild: child,
        spawnChild: child,
        spawnChildren: children,
        bulkRunChildren: children,
        bulkRunNoWaitChildren: children,
        spawnWorkflow: child,
        spawnWorkflows: children,
        memo: {
          call: {
            role: { type: 'safe-zone' },
            returns: 'Promise<data>',
            callbacks: [{ at: at('last-function'), mode: 'safe' }],
          },
        },
        log: { call: { role: { type: 'log' }, returns: 'Promise<undefined>' } },
        logger: { type: 'Logger' },
        invocationCount: { read: 'replay-introspection', type: 'number' },
        putStream: { call: { returns: 'Promise<undefined>' } },
        refreshTimeout: { call: { returns: 'Promise<undefined>' } },
        releaseSlot: { call: { returns: 'Promise<undefined>' } },
        cancel: { call: { returns: 'Promise<undefined>' } },
        retryCount: { call: { role: { type: 'activity-info' }, returns: 'number' } },
        abortController: { type: 'AbortController' },
        ...valued({ data: 'input', boolean: 'cancelled' }),
        ...returning({
          data: 'parentOutput stepOutput additionalMetadata workflowInput triggers filterPayload errors stepRunErrors userData',
          string:
            'workflowName taskName stepName workflowRunId workflowId taskRunId taskRunExternalId workflowVersionId parentWorkflowRunId childKey',
          number: 'childIndex priority',
          boolean: 'triggeredByEvent',
        }),
        '*': { type: 'data' },
      },
    },
  },
  patches: {},
  forbiddenModules: [],
  suggestions: {
    'wall-clock': 'Use `await ctx.now()`, which is recorded in the durable event log.',
    randomness: 'Make it in a child task, whose result is recorded: `await makeId.run({})`.',
    environment: 'Read it in a child task, or pass it in the input.',
    io: 'Do it in a `hatchet.task`, and call that: `await fetchUser.run(input)`.',
    'native-timer': 'Use `await ctx.sleepFor("1h")`.',
    'module-state': 'Keep it in a variable of the durable task, or in a database that a task writes.',
    'unstable-identity': 'Build the key from the input.',
  },
};
