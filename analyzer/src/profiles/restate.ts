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

/** The options of a call, given back as they are. */
const options: Shape = { call: { returns: 'argument:0' } };
const callKey = [at(0, 'idempotencyKey'), at(1, 'idempotencyKey')];
const generic = ['service', 'method', 'key', 'idempotencyKey'].map((name) => at(0, name));
/** Clients of an object: its key is a part of what is called. */
const keyed = (names: string, returns: string): Record<string, Shape> =>
  Object.fromEntries(names.split(' ').map((name) => [name, command('one-way', returns, [at(1)])]));

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
    rpc: { members: { opts: options, sendOpts: options } },
    Opts: { members: { from: options } },
    SendOpts: { members: { from: options } },
    '*': opaque,
  },
};

/** Handlers as generators: `execute(ctx, gen(function* () { … }))`. */
const generators: ModuleShape = {
  exports: {
    gen: { call: { returns: 'data' } },
    execute: { call: { returns: 'Promise<data>' } },
    run: step(at(0), [at(1, 'name')]),
    sleep: command('timer', 'data'),
    ...returning({ data: 'state sharedState workflowPromise awakeable serviceClient objectClient' }),
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
    '@restatedev/restate-sdk-gen': generators,
    '@restatedev/vercel-ai-middleware': {
      exports: { durableCalls: { call: { returns: 'DurableModel', callbacks: 'ignored' } }, '*': opaque },
    },
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
        get: command('state', 'Promise<data>', [at(0)]),
        stateKeys: command('state'),
        set: command('state', 'undefined', [at(0)]),
        clear: command('state', 'undefined', [at(0)]),
        clearAll: command('state', 'undefined'),
        awakeable: { call: { returns: 'RestateAwakeable' } },
        resolveAwakeable: command('one-way', 'undefined'),
        rejectAwakeable: command('one-way', 'undefined'),
        promise: command('one-way', 'RestateDurablePromise', [at(0)]),
        signal: command('signal', 'Promise<data>', [at(0)]),
        attach: command('other', 'Promise<data>', [at(0)]),
        cancel: { call: { returns: 'undefined' } },
        invocation: { call: { returns: 'RestateSendClient' } },
        ...returning({
          RestateClient: 'serviceClient client',
          RestateSendClient: 'serviceSendClient sendClient',
          Context: 'scope',
        }),
        ...keyed('objectClient workflowClient', 'RestateClient'),
        ...keyed('objectSendClient workflowSendClient', 'RestateSendClient'),
        genericCall: command('other', 'Promise<data>', generic),
        genericSend: command('one-way', 'data', generic),
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
      awaits: 'data',
      members: {
        ...returning({ 'Promise<data>': 'peek get' }),
        resolve: command('one-way', 'Promise<undefined>'),
        reject: command('one-way', 'Promise<undefined>'),
      },
    },
    RestateClient: { members: { '*': command('other', 'Promise<data>', callKey) } },
    // One-way messages: nothing to wait for.
    RestateSendClient: { members: { '*': command('one-way', 'data', callKey) } },
    RestateEndpoint: {
      extends: 'Object',
      members: {
        listen: { call: { effect: 'io', returns: 'Promise<number>' } },
        '*': { call: { returns: 'receiver', callbacks: 'ignored' } },
      },
    },
    DurableModel: { extends: 'Object', members: { '*': { type: 'data' } } },
    RestateDefinition: { extends: 'Object', members: { '*': { type: 'data' } } },
  },
  patches: {},
  overrides: { 'Promise.race': 'unstable-order', 'Promise.any': 'unstable-order' },
  forbiddenModules: [],
  cancellationErrors: ['CancelledError'],
  cancellationBases: ['TerminalError', 'RestateError'],
  suggestions: {
    'wall-clock': 'Use `await ctx.date.now()`, which is recorded.',
    randomness: 'Use `ctx.rand.random()` or `ctx.rand.uuidv4()`, which are seeded by the invocation.',
    environment: 'Read it inside `ctx.run(…)`, or pass it in the request.',
    io: 'Wrap it: `await ctx.run("name", () => …)`.',
    'native-timer': 'Use `await ctx.sleep(ms)`; for a timeout `promise.orTimeout(ms)`.',
    'unstable-order': 'Use `RestatePromise.race` / `RestatePromise.any`: the winner is recorded.',
    'module-state': 'Keep it in the handler, or in `ctx.set` / `ctx.get` of a virtual object.',
    'swallowed-cancellation': 'Begin with `if (err instanceof CancelledError) throw err;`.',
    'unstable-identity': 'Name it by the arguments, `ctx.key` or `ctx.rand.uuidv4()`.',
  },
};
