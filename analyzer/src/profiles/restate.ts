import type { ModuleShape, Role, Shape } from '../catalog/types.js';
import { api, at, command, errorClasses, logger, opaque, returning, step, valued } from './build.js';
import type { Profile } from './types.js';

const handlersOf = (...path: string[]): Role => ({
  type: 'define-workflow',
  handlers: [at(0, ...path)],
  params: ['Context', 'data'],
});

/** `restate.service({ name, handlers: { … } })`; a handler may itself be wrapped (`handlers.object.shared`). */
const definition = (): Shape =>
  api(handlersOf('handlers', '*'), 'RestateDefinition', { callbacks: 'ignored' });

const wrapped: Shape = {
  call: {
    role: { type: 'define-workflow', handlers: [at('last-function')], params: ['Context', 'data'] },
    returns: 'data',
    callbacks: 'ignored',
  },
};

const handlers: Shape = {
  members: {
    handler: wrapped,
    object: { members: { exclusive: wrapped, shared: wrapped } },
    workflow: { members: { workflow: wrapped, shared: wrapped } },
  },
};

const combinators: Shape = {
  members: returning({ 'Promise<data>': 'all any race allSettled resolve reject' }),
};

const sdk: ModuleShape = {
  exports: {
    service: definition(),
    object: definition(),
    workflow: definition(),
    implement: {
      call: {
        role: {
          type: 'define-workflow',
          handlers: [at(1, '*'), at(1, 'handlers', '*')],
          params: ['Context', 'data'],
        },
        returns: 'RestateDefinition',
        callbacks: 'ignored',
      },
    },
    handlers,
    ...Object.fromEntries(
      'createServiceHandler createObjectHandler createObjectSharedHandler createWorkflowHandler createWorkflowSharedHandler'
        .split(' ')
        .map((name) => [name, wrapped]),
    ),
    RestatePromise: combinators,
    CombineablePromise: combinators,
    endpoint: { call: { returns: 'RestateEndpoint' } },
    serve: { call: { effect: 'io', returns: 'Promise<number>' } },
    createEndpointHandler: { call: { returns: 'function', callbacks: 'ignored' } },
    ...errorClasses('TerminalError RestateError TimeoutError CancelledError RetryableError'),
    serde: { type: 'data' },
    rpc: { type: 'data' },
    Opts: opaque,
    SendOpts: opaque,
    '*': opaque,
  },
};

export const restate: Profile = {
  id: 'restate',
  title: 'Restate',
  selectedBy: [
    '@restatedev/restate-sdk',
    '@restatedev/restate-sdk/fetch',
    '@restatedev/restate-sdk/lambda',
    '@restatedev/restate-sdk-cloudflare-workers',
    '@restatedev/restate-sdk-cloudflare-workers/fetch',
  ],
  sandboxed: false,
  recordsCompletionOrder: false,
  workflows: [],
  safeFunctions: [],
  modules: {
    '@restatedev/restate-sdk': sdk,
    '@restatedev/restate-sdk/fetch': sdk,
    '@restatedev/restate-sdk/lambda': sdk,
    '@restatedev/restate-sdk/node': sdk,
    '@restatedev/restate-sdk-cloudflare-workers': sdk,
    '@restatedev/restate-sdk-cloudflare-workers/fetch': sdk,
    '@restatedev/restate-sdk-core': { exports: { '*': opaque } },
    '@restatedev/restate-sdk-zod': { exports: { '*': opaque } },
    '@restatedev/restate-sdk-clients': { exports: { '*': { call: { returns: 'IoClient' } } } },
  },
  types: {
    Logger: logger,
    Context: {
      extends: 'Object',
      members: {
        run: step(at('last-function'), [at(0)]),
        sleep: command('timer', 'Promise<undefined>'),
        date: { type: 'RestateDate' },
        rand: { type: 'RestateRandom' },
        console: { type: 'Logger' },
        get: command('state'),
        stateKeys: command('state'),
        set: command('state', 'undefined'),
        clear: command('state', 'undefined'),
        clearAll: command('state', 'undefined'),
        awakeable: { call: { returns: 'RestateAwakeable' } },
        resolveAwakeable: { call: { returns: 'undefined' } },
        rejectAwakeable: { call: { returns: 'undefined' } },
        promise: { call: { returns: 'RestateDurablePromise' } },
        signal: command('signal'),
        attach: command('other'),
        cancel: { call: { returns: 'undefined' } },
        invocation: { call: { returns: 'RestateSendClient' } },
        ...returning({
          RestateClient: 'serviceClient objectClient workflowClient client',
          RestateSendClient: 'serviceSendClient objectSendClient workflowSendClient sendClient',
          Context: 'scope',
        }),
        genericCall: command('other'),
        genericSend: command('one-way', 'data'),
        request: { call: { returns: 'data' } },
        key: { type: 'string' },
        '*': { type: 'data' },
      },
    },
    ObjectContext: { extends: 'Context', members: {} },
    ObjectSharedContext: { extends: 'Context', members: {} },
    WorkflowContext: { extends: 'Context', members: {} },
    WorkflowSharedContext: { extends: 'Context', members: {} },
    RestateDate: {
      extends: 'Object',
      members: {
        now: command('side-effect', 'Promise<number>'),
        toJSON: command('side-effect', 'Promise<string>'),
      },
    },
    RestateRandom: { extends: 'Object', members: returning({ number: 'random', string: 'uuidv4' }) },
    RestateAwakeable: { extends: 'Object', members: valued({ string: 'id', 'Promise<data>': 'promise' }) },
    RestateDurablePromise: {
      extends: 'Promise',
      members: { ...returning({ 'Promise<data>': 'peek get', 'Promise<undefined>': 'resolve reject' }) },
    },
    RestateClient: { members: { '*': command('other') } },
    // One-way messages: nothing to wait for.
    RestateSendClient: { members: { '*': command('one-way', 'data') } },
    RestateEndpoint: {
      extends: 'Object',
      members: {
        listen: { call: { effect: 'io', returns: 'Promise<number>' } },
        '*': { call: { returns: 'receiver', callbacks: 'ignored' } },
      },
    },
    RestateDefinition: { extends: 'Object', members: { '*': { type: 'data' } } },
  },
  patches: {},
  overrides: { 'Promise.race': 'unstable-order', 'Promise.any': 'unstable-order' },
  forbiddenModules: [],
  suggestions: {
    'wall-clock': 'Use `await ctx.date.now()`, which is recorded.',
    randomness: 'Use `ctx.rand.random()` or `ctx.rand.uuidv4()`, which are seeded by the invocation.',
    environment: 'Read it inside `ctx.run(…)`, or pass it in the request.',
    io: 'Wrap it: `await ctx.run("name", () => …)`.',
    'native-timer': 'Use `await ctx.sleep(ms)`; for a timeout `promise.orTimeout(ms)`.',
    'unstable-order': 'Use `RestatePromise.race` / `RestatePromise.any`: the winner is recorded.',
    'module-state': 'Keep it in the handler, or in `ctx.set` / `ctx.get` of a virtual object.',
    'unstable-identity': 'Name it by the arguments, `ctx.key` or `ctx.rand.uuidv4()`.',
  },
};
