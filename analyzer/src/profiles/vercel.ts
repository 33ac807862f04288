import type { ModuleShape, Shape } from '../catalog/types.js';
import { webGlobals } from '../catalog/web.js';
import { at, command, errorClasses, logger, opaque, outside, valued } from './build.js';
import type { PatchStatus, Profile } from './types.js';

const patched = (names: string, status: PatchStatus): Record<string, PatchStatus> =>
  Object.fromEntries(names.split(' ').map((name) => [name, status]));

/** Whoever resumes the workflow names the hook by its token. */
const hook: Shape = command('one-way', 'WorkflowHook', [at(0, 'token')]);
const webhook: Shape = command('one-way', 'WorkflowWebhook', [at(0, 'token')]);

/** Tools run where the agent runs; those that are steps say so themselves. */
const agent: Shape = {
  construct: {
    returns: 'DurableAgent',
    callbacks: [{ at: at(0, 'tools', '*', 'execute'), mode: 'run' }],
  },
};

const sdk: ModuleShape = {
  exports: {
    sleep: command('timer', 'Promise<undefined>'),
    fetch: command('activity', 'Promise<Response>'),
    createHook: hook,
    createWebhook: webhook,
    defineHook: { call: { returns: 'WorkflowHookDefinition' } },
    getWritable: { call: { returns: 'WebStream' } },
    getWorkflowMetadata: { call: { returns: 'data' } },
    getStepMetadata: { call: { returns: 'data' } },
    ...errorClasses('FatalError RetryableError'),
    '*': opaque,
  },
};

export const vercel: Profile = {
  id: 'vercel',
  title: 'Vercel Workflow',
  selectedBy: ['workflow'],
  selectedByDirectives: ['use workflow'],
  sandboxed: true,
  recordsCompletionOrder: true,
  workflows: [{ type: 'directive', directive: 'use workflow' }],
  safeFunctions: [{ type: 'directive', directive: 'use step' }],
  modules: {
    workflow: sdk,
    '@workflow/core': sdk,
    'workflow/api': { exports: { start: command('child-workflow'), '*': outside } },
    'workflow/errors': { exports: errorClasses('*') },
    '@workflow/errors': { exports: errorClasses('*') },
    '@workflow/ai': { exports: { '*': opaque } },
    '@workflow/ai/agent': {
      exports: {
        DurableAgent: agent,
        WorkflowAgent: agent,
        '*': opaque,
      },
    },
  },
  types: {
    Logger: logger,
    DurableAgent: {
      extends: 'Object',
      members: { stream: command('other'), generate: command('other'), '*': opaque },
    },
    WorkflowHookDefinition: { extends: 'Object', members: { create: hook, resume: command('other') } },
    WorkflowHook: {
      extends: 'Promise',
      awaits: 'data',
      iterates: 'data',
      members: {
        ...valued({ string: 'token' }),
        getConflict: command('other'),
        dispose: { call: { returns: 'undefined' } },
      },
    },
    WorkflowWebhook: {
      extends: 'WorkflowHook',
      awaits: 'WebhookRequest',
      iterates: 'WebhookRequest',
      members: { ...valued({ string: 'url' }), respondWith: command('other') },
    },
    // Its body was recorded with it.
    WebhookRequest: { extends: 'Response', members: { respondWith: command('other') } },
  },
  // `globalThis.fetch = fetch` is the documented way to let libraries use the durable `fetch`.
  globals: { fetch: { ...webGlobals['fetch'], write: 'deterministic' } },
  patches: {
    ...patched(
      'Date.now Math.random Crypto#randomUUID Crypto#getRandomValues crypto.randomUUID crypto.getRandomValues process.env',
      'patched',
    ),
    // Of dates only the clock.
    'Date() wall-clock': 'patched',
    'new Date wall-clock': 'patched',
    // Each run evaluates the bundle anew, so nothing is shared.
    'module-state': 'not-portable',
    ...patched('fetch setTimeout setInterval setImmediate', 'refused'),
  },
  forbiddenModules: ['node:*'],
  suggestions: {
    'wall-clock': 'Use `Date.now()` or `new Date()`: in a workflow they give a fixed, recorded time.',
    randomness: 'Use `Math.random()` or `crypto.randomUUID()`: in a workflow both are seeded by the run.',
    environment: 'Read it in a step (`"use step"`); `process.env` alone may be read in a workflow.',
    io: 'Move it into a function with `"use step"`; for HTTP, `import { fetch } from "workflow"`.',
    'native-timer': 'Use `await sleep("1h")` from `workflow`.',
    'host-concurrency': 'Move it into a function with `"use step"`.',
    'forbidden-module': 'Move its use into a function with `"use step"`.',
    'module-state': 'Keep it in a variable of the workflow, and return values from steps.',
  },
};
