import type { Shape } from '../catalog/types.js';
import { at, command, errorClasses, logger, opaque, returning, step, valued } from './build.js';
import type { Profile } from './types.js';

const MODULE = 'cloudflare:workers';
/** Workflows that an agent of Cloudflare's Agents SDK starts. */
const AGENTS = 'agents/workflows';
const base = (name: string): Shape => ({ construct: { returns: name } });

export const cloudflare: Profile = {
  id: 'cloudflare',
  title: 'Cloudflare Workflows',
  selectedBy: [MODULE, 'cloudflare:workflows', AGENTS],
  sandboxed: false,
  bundling: { conditions: ['workerd', 'worker', 'browser'], mainFields: ['browser', 'module', 'main'] },
  recordsCompletionOrder: false,
  workflows: [
    {
      type: 'heritage',
      base: { module: MODULE, path: 'WorkflowEntrypoint' },
      method: 'run',
      params: ['data', 'WorkflowStep'],
    },
    {
      type: 'heritage',
      base: { module: AGENTS, path: 'AgentWorkflow' },
      method: 'run',
      params: ['data', 'AgentWorkflowStep'],
    },
  ],
  safeFunctions: [],
  modules: {
    [MODULE]: {
      exports: {
        WorkflowEntrypoint: base('WorkflowEntrypoint'),
        WorkerEntrypoint: base('WorkflowEntrypoint'),
        DurableObject: base('WorkflowEntrypoint'),
        RpcTarget: base('data'),
        env: { type: 'CloudflareEnv' },
        waitUntil: { call: { returns: 'undefined' } },
        '*': opaque,
      },
    },
    [AGENTS]: { exports: { AgentWorkflow: base('AgentWorkflow'), '*': opaque } },
    'cloudflare:workflows': { exports: { ...errorClasses('NonRetryableError'), '*': opaque } },
  },
  types: {
    Logger: logger,
    WorkflowEntrypoint: {
      extends: 'Object',
      members: { env: { type: 'CloudflareEnv' }, ctx: { type: 'CloudflareContext' } },
    },
    // What it reports, and only shows how far it is, may be reported again.
    AgentWorkflow: {
      extends: 'WorkflowEntrypoint',
      members: {
        agent: { type: 'CloudflareBinding' },
        waitForApproval: command('event', 'Promise<data>'),
        ...returning({ 'Promise<undefined>': 'reportProgress broadcastToClients' }),
        ...valued({ string: 'workflowId workflowName' }),
      },
    },
    AgentWorkflowStep: {
      extends: 'WorkflowStep',
      members: Object.fromEntries(
        'reportComplete reportError sendEvent updateAgentState mergeAgentState resetAgentState'
          .split(' ')
          .map((name) => [name, command('other')]),
      ),
    },
    // A variable or secret is part of the deployment; a binding talks to another service when it is called.
    CloudflareEnv: { members: { '*': { type: 'CloudflareBinding' } } },
    CloudflareBinding: {
      extends: 'Object',
      members: {
        ...Object.fromEntries(
          'idFromName idFromString getByName prepare bind toString toUpperCase toLowerCase split trim startsWith endsWith includes replace slice'
            .split(' ')
            .map((name) => [name, { call: { returns: 'CloudflareBinding' } } satisfies Shape]),
        ),
        newUniqueId: { call: { effect: 'randomness', returns: 'data' } },
        length: { type: 'number' },
        '*': { type: 'CloudflareBinding', call: { effect: 'io', returns: 'Promise<data>' } },
      },
    },
    CloudflareContext: { members: { waitUntil: { call: { returns: 'undefined' } }, '*': opaque } },
    WorkflowStep: {
      extends: 'Object',
      members: {
        do: step(at('last-function'), [at(0)]),
        sleep: command('timer', 'Promise<undefined>', [at(0)]),
        sleepUntil: command('timer', 'Promise<undefined>', [at(0)]),
        waitForEvent: command('event', 'Promise<data>', [at(0)]),
      },
    },
  },
  globals: {
    HTMLRewriter: { construct: { returns: 'data' } },
    WebSocketPair: { construct: { effect: 'io', returns: 'data' } },
  },
  patches: {},
  overrides: { 'Promise.race': 'unstable-order', 'Promise.any': 'unstable-order' },
  forbiddenModules: [],
  suggestions: {
    'wall-clock':
      'Read it in a step: `await step.do("now", async () => Date.now())`, or use `event.timestamp`.',
    randomness: 'Make it in a step: `await step.do("id", async () => crypto.randomUUID())`.',
    environment: 'Read it in a step, or pass it in `params`.',
    io: 'Do it in a step: `await step.do("name", async () => …)`.',
    'native-timer': 'Use `await step.sleep("name", "1 hour")`.',
    'unstable-order': 'Put the whole race into one step: `await step.do("race", () => Promise.race([…]))`.',
    'module-state':
      'Return the value from the step: an instance may hibernate, and what it holds in memory is lost.',
    'unstable-identity':
      'Name the step by a literal, or by `event.payload`: the name is the key of the cached result.',
  },
};
