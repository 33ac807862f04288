import type { ModuleShape, Shape } from '../catalog/types.js';
import { api, at, command, errorClasses, logger, opaque, step, valued } from './build.js';
import type { Profile } from './types.js';

const id = [at(0), at(0, 'id')];

/** `createFunction(options, trigger, handler)` and, since 4, `createFunction(options, handler)`. */
const createFunction: Shape = api(
  { type: 'define-workflow', handlers: [at('last-function'), at(0, 'onFailure')], params: ['InngestInput'] },
  'data',
  { callbacks: 'ignored' },
);

const sdk: ModuleShape = {
  exports: {
    Inngest: { construct: { returns: 'Inngest' } },
    fetch: command('other', 'Promise<Response>'),
    step: { type: 'InngestStep' },
    group: { type: 'InngestGroup' },
    GetStepTools: { type: 'InngestStep' },
    GetFunctionInput: { type: 'InngestInput' },
    createFunction,
    createStepFunction: createFunction,
    createScheduledFunction: createFunction,
    ...errorClasses('NonRetriableError RetryAfterError StepError'),
    '*': opaque,
  },
};

/** What agents and tools are made of runs in the function, where the network runs. */
const runsIn = (returns: string, ...paths: readonly (readonly string[])[]): Shape => ({
  call: {
    returns,
    callbacks: paths.map((path) => ({
      at: at(0, ...path),
      mode: 'run',
      params: ['data', 'AgentKitToolOptions'],
    })),
  },
});

const agentKit: ModuleShape = {
  exports: {
    createAgent: runsIn('AgentKitRunner', ['system'], ['lifecycle', '*']),
    createRoutingAgent: runsIn('AgentKitRunner', ['system'], ['lifecycle', '*']),
    createNetwork: runsIn('AgentKitRunner', ['router'], ['defaultRouter']),
    createTool: runsIn('data', ['handler']),
    '*': opaque,
  },
};

export const inngest: Profile = {
  id: 'inngest',
  title: 'Inngest',
  selectedBy: ['inngest'],
  sandboxed: false,
  recordsCompletionOrder: true,
  workflows: [],
  safeFunctions: [],
  modules: {
    inngest: sdk,
    'inngest/experimental': { exports: { '*': opaque } },
    '@inngest/agent-kit': agentKit,
    '@inngest/realtime': { exports: { '*': opaque } },
  },
  types: {
    Logger: logger,
    Inngest: {
      extends: 'Object',
      members: {
        createFunction,
        send: {
          call: { effect: 'io', returns: 'Promise<data>' },
          advice:
            'Send it in a step: `await step.sendEvent("id", event)`; outside a step it is sent again on every replay.',
        },
        logger: { type: 'Logger' },
        '*': opaque,
      },
    },
    InngestInput: {
      extends: 'Object',
      members: {
        step: { type: 'InngestStep' },
        logger: { type: 'Logger' },
        group: { type: 'InngestGroup' },
        publish: command('other'),
        ...valued({ data: 'event events error', string: 'runId', number: 'attempt maxAttempts' }),
      },
    },
    // Asks its models in steps.
    AgentKitRunner: { extends: 'Object', members: { run: command('other'), '*': { type: 'data' } } },
    AgentKitToolOptions: {
      extends: 'Object',
      members: { step: { type: 'InngestStep' }, '*': { type: 'data' } },
    },
    InngestGroup: { extends: 'Object', members: { '*': { call: { returns: 'Promise<data>' } } } },
    InngestStep: {
      extends: 'Object',
      members: {
        run: step(at('last-function'), id),
        sendEvent: command('event', 'Promise<data>', id),
        sleep: command('timer', 'Promise<undefined>', id),
        sleepUntil: command('timer', 'Promise<undefined>', id),
        waitForEvent: command('event', 'Promise<data>', id),
        waitForSignal: command('signal', 'Promise<data>', id),
        sendSignal: command('signal', 'Promise<data>', id),
        invoke: command('child-workflow', 'Promise<data>', id),
        fetch: command('other', 'Promise<Response>'),
        ai: { type: 'InngestAi' },
        realtime: { type: 'InngestRealtime' },
      },
    },
    InngestAi: {
      extends: 'Object',
      members: { infer: command('other', 'Promise<data>', id), wrap: step(at(1), id), models: opaque },
    },
    InngestRealtime: { extends: 'Object', members: { publish: command('other', 'Promise<data>', id) } },
  },
  patches: {},
  forbiddenModules: [],
  suggestions: {
    'wall-clock':
      'Read it in a step: `const now = await step.run("now", () => Date.now())`, or use `event.ts`.',
    randomness: 'Make it in a step: `const id = await step.run("id", () => crypto.randomUUID())`.',
    environment: 'Read it in a step, or send it with the event.',
    io: 'Wrap it: `await step.run("id", async () => …)`.',
    'native-timer': 'Use `await step.sleep("id", "1h")`.',
    'module-state': 'Return the value from a step and keep it in a variable of the function.',
    'unstable-identity':
      'Give the step an id that is the same on every run: a literal, or one built from `event.data`.',
  },
};
