import type { ModuleShape, Shape } from '../catalog/types.js';
import { api, at, command, errorClasses, logger, opaque, step, valued } from './build.js';
import type { Profile } from './types.js';

const MODULE = '@dbos-inc/dbos-sdk';

const rows = (names: string, shape: Shape) =>
  Object.fromEntries(names.split(' ').map((name) => [name, shape]));
const scoped: Shape = { call: { returns: 'Promise<data>', callbacks: 'run' } };
const decorator: Shape = { call: { returns: 'function', callbacks: 'ignored' } };

const dbosMembers: Readonly<Record<string, Shape>> = {
  registerWorkflow: api({ type: 'define-workflow', handlers: [at(0)] }, 'DBOSWorkflow', {
    callbacks: 'ignored',
  }),
  registerStep: api({ type: 'safe-zone', id: [at(1, 'name')] }, 'DBOSStep', {
    callbacks: [{ at: at(0), mode: 'safe' }],
  }),
  registerTransaction: api({ type: 'safe-zone', id: [at(1, 'name')] }, 'DBOSStep', {
    callbacks: [{ at: at(0), mode: 'safe' }],
  }),
  runStep: step(at(0), [at(1, 'name')]),
  runAsWorkflowStep: step(at(0), [at(1)]),
  startWorkflow: {
    call: {
      returns: 'DBOSStarter',
      role: {
        type: 'command',
        kind: 'child-workflow',
        id: [at(1, 'workflowID'), at(1, 'enqueueOptions', 'deduplicationID')],
      },
      callbacks: 'ignored',
    },
  },
  sleep: command('timer', 'Promise<undefined>'),
  sleepms: command('timer', 'Promise<undefined>'),
  sleepSeconds: command('timer', 'Promise<undefined>'),
  now: command('side-effect', 'Promise<number>'),
  randomUUID: command('side-effect', 'Promise<string>'),
  send: command('signal', 'Promise<data>', [at(0), at(2), at(3)]),
  recv: command('signal', 'Promise<data>', [at(0)]),
  setEvent: command('event', 'Promise<data>', [at(0)]),
  getEvent: command('event', 'Promise<data>', [at(0), at(1)]),
  ...rows('writeStream closeStream', command('event', 'Promise<data>', [at(0)])),
  ...rows(
    'getResult getWorkflowStatus waitFirst waitAll listWorkflows listQueuedWorkflows listWorkflowSteps cancelWorkflow cancelWorkflows ' +
      'resumeWorkflow resumeWorkflows forkWorkflow enqueueWorkflowWithOptions getWorkflowHandle',
    command('other'),
  ),
  retrieveWorkflow: { call: { returns: 'DBOSHandle' } },
  readStream: { call: { returns: 'data' } },
  ...rows('patch deprecatePatch', api({ type: 'patch', id: at(0) }, 'Promise<boolean>')),
  withNextWorkflowID: {
    call: {
      returns: 'Promise<data>',
      callbacks: 'run',
      role: { type: 'command', kind: 'other', id: [at(0)] },
    },
  },
  ...rows(
    'withAuthedContext withNamedContext withWorkflowQueue withWorkflowTimeout withTracedContext',
    scoped,
  ),
  ...rows(
    'workflow step transaction communicator className scheduled requiredRole defaultRequiredRole getApi postApi putApi patchApi deleteApi',
    decorator,
  ),
  logger: { type: 'Logger' },
  ...valued({
    string: 'workflowID applicationVersion authenticatedUser assumedRole executorIDOfRun',
    number: 'stepID',
    data: 'authenticatedRoles tracer span request stepStatus',
  }),
  executorID: { read: 'environment', type: 'string' },
  ...rows('isInWorkflow isWithinWorkflow isInStep isInTransaction isInitialized', {
    call: { returns: 'boolean' },
  }),
  ...rows('knexClient pgClient prismaClient drizzleClient typeORMClient', { type: 'IoClient' }),
  queryUserDB: { call: { effect: 'io', returns: 'Promise<data>' } },
  '*': { call: { effect: 'io', returns: 'data' }, type: 'data' },
};

const sdk: ModuleShape = {
  exports: {
    DBOS: { members: dbosMembers },
    ConfiguredInstance: { construct: { returns: 'data' } },
    WorkflowQueue: { construct: { returns: 'data' } },
    ...rows(
      'Workflow Step Transaction Communicator GetApi PostApi PutApi PatchApi DeleteApi DBOSInitializer',
      decorator,
    ),
    ...errorClasses('Error DBOSWorkflowConflictError DBOSStepNondeterminismError PortableWorkflowError'),
    '*': opaque,
  },
};

const source: Shape = { construct: { returns: 'DBOSDataSource' } };
const dataSources = Object.fromEntries(
  'knex drizzle prisma nodepg node-pg postgres typeorm kysely sequelize'
    .split(' ')
    .map((name) => [`@dbos-inc/${name}-datasource`, { exports: { '*': source } } satisfies ModuleShape]),
);

export const dbos: Profile = {
  id: 'dbos',
  title: 'DBOS',
  selectedBy: [MODULE],
  sandboxed: false,
  recordsCompletionOrder: false,
  workflows: [
    { type: 'decorator', decorator: { module: MODULE, path: 'DBOS.workflow' } },
    { type: 'decorator', decorator: { module: MODULE, path: 'Workflow' }, params: ['WorkflowContext'] },
  ],
  safeFunctions: [
    ...['DBOS.step', 'DBOS.transaction', 'DBOS.communicator', 'Step', 'Transaction', 'Communicator'].map(
      (path) => ({ type: 'decorator', decorator: { module: MODULE, path } }) as const,
    ),
  ],
  modules: { [MODULE]: sdk, ...dataSources },
  types: {
    Logger: logger,
    DBOSWorkflow: {
      extends: 'Function',
      members: {},
      call: {
        role: { type: 'command', kind: 'child-workflow' },
        returns: 'Promise<data>',
        callbacks: 'ignored',
      },
    },
    DBOSStep: {
      extends: 'Function',
      members: {},
      call: { role: { type: 'command', kind: 'activity' }, returns: 'Promise<data>', callbacks: 'ignored' },
    },
    DBOSStarter: {
      extends: 'Function',
      members: { '*': command('child-workflow', 'Promise<DBOSHandle>') },
      call: {
        role: { type: 'command', kind: 'child-workflow' },
        returns: 'Promise<DBOSHandle>',
        callbacks: 'ignored',
      },
    },
    DBOSHandle: {
      extends: 'Object',
      members: {
        getResult: command('other'),
        getStatus: command('other'),
        ...valued({ string: 'workflowID' }),
        '*': { type: 'data' },
      },
    },
    DBOSDataSource: {
      extends: 'Object',
      members: {
        runTransaction: step(at(0), [at(1, 'name')]),
        registerTransaction: api({ type: 'safe-zone' }, 'DBOSStep', {
          callbacks: [{ at: at(0), mode: 'safe' }],
        }),
        transaction: decorator,
        client: { type: 'IoClient' },
        '*': { type: 'IoClient' },
      },
    },
    // The API before version 3: everything hangs on a context.
    WorkflowContext: {
      extends: 'Object',
      members: {
        invoke: { call: { returns: 'DBOSInvoker' } },
        invokeWorkflow: { call: { returns: 'DBOSInvoker' } },
        startWorkflow: { call: { returns: 'DBOSInvoker' } },
        ...rows('sleep sleepms', command('timer', 'Promise<undefined>')),
        ...rows('send recv', command('signal')),
        ...rows('setEvent getEvent', command('event')),
        logger: { type: 'Logger' },
        ...valued({ string: 'workflowUUID authenticatedUser', data: 'request' }),
        '*': { type: 'data', call: { returns: 'data' } },
      },
    },
    DBOSInvoker: { members: { '*': command('activity') } },
  },
  patches: {},
  overrides: { 'Promise.race': 'unstable-order', 'Promise.any': 'unstable-order' },
  forbiddenModules: [],
  suggestions: {
    'wall-clock': 'Use `await DBOS.now()`, which is recorded.',
    randomness: 'Use `await DBOS.randomUUID()`, or make it in a step: `await DBOS.runStep(async () => …)`.',
    environment: 'Read it in a step, or pass it as an argument of the workflow.',
    io: 'Do it in a step: `await DBOS.runStep(async () => …, { name: "…" })`.',
    'native-timer': 'Use `await DBOS.sleep(ms)`.',
    'unstable-order':
      'Use `DBOS.waitFirst(handles)`, or start the steps in a fixed order and use `Promise.allSettled`.',
    'module-state': 'Keep it in the workflow function, or in the database through a step.',
    'unstable-identity': 'Build the workflow id from the arguments, or use `await DBOS.randomUUID()`.',
  },
};
