import { api, at } from './build.js';
import {
  activityModule,
  interceptors,
  outsideModule,
  workflowExports,
  workflowTypes,
} from './temporal-api.js';
import { temporal } from './temporal.js';
import type { PatchStatus, Profile } from './types.js';

/** The sandbox pins the clock, the random stream, the time zone, the locale and the ICU defaults. */
const PINNED =
  'Date.* Math.random Crypto#randomUUID Crypto#getRandomValues crypto.randomUUID crypto.getRandomValues ' +
  'setTimeout Intl.* string#localeCompare ' +
  'string#toLocaleLowerCase string#toLocaleUpperCase number#toLocaleString bigint#toLocaleString Array#toLocaleString TypedArray#toLocaleString ' +
  // Each execution evaluates the modules of its bundle anew.
  'module-state';

const patches: Record<string, PatchStatus> = Object.fromEntries(
  PINNED.split(' ').map((path) => [path, 'not-portable']),
);

const ENGINE = '@refrain/engine';

export const refrain: Profile = {
  id: 'refrain',
  title: 'Refrain',
  selectedBy: ['@refrain/engine/workflow'],
  sandboxed: true,
  bundling: { conditions: ['workflow', 'browser'], mainFields: ['browser', 'module', 'main'] },
  recordsCompletionOrder: true,
  workflows: [
    { type: 'exports-of-importers', modules: ['@refrain/engine/workflow'], onlyAsync: true },
    ...[
      'Worker.create',
      'Engine.open',
      'createEngine',
      'createWorker',
      'bundleWorkflowCode',
      'replayHistory',
      'replayHistories',
    ].flatMap((path) =>
      ['workflowsPath', 'workflows'].map(
        (option) => ({ type: 'path-option', callee: { module: ENGINE, path }, option }) as const,
      ),
    ),
    ...['TestWorkflowEnvironment.create', 'createTestEnvironment'].map(
      (path) =>
        ({
          type: 'path-option',
          callee: { module: '@refrain/test-env', path },
          option: 'workflowsPath',
        }) as const,
    ),
  ],
  safeFunctions: [],
  hooks: interceptors,
  modules: {
    '@refrain/engine/workflow': {
      exports: {
        ...workflowExports,
        now: { call: { returns: 'number' } },
        random: { call: { returns: 'number' } },
        sideEffect: api({ type: 'safe-zone' }, 'data', { callbacks: [{ at: at(0), mode: 'safe' }] }),
        getVersion: api({ type: 'patch', id: at(0) }, 'number'),
      },
    },
    '@refrain/engine/activity': activityModule,
    '@refrain/engine': outsideModule,
    '@refrain/engine/temporal': outsideModule,
    '@refrain/test-env': outsideModule,
  },
  types: workflowTypes,
  patches: { ...patches, 'new Date': 'not-portable', WeakRef: 'refused', FinalizationRegistry: 'refused' },
  forbiddenModules: ['node:*', '@refrain/engine', '@refrain/engine/activity', '@refrain/test-env'],
  allowedModules: ['node:assert', 'node:url', 'node:util'],
  cancellationErrors: ['CancelledFailure', 'CancelledError'],
  suggestions: {
    ...temporal.suggestions,
    'wall-clock': 'Use `now()` from `@refrain/engine/workflow`.',
    randomness:
      'Use `random()` or `uuid4()` from `@refrain/engine/workflow`; for another source of chance, `sideEffect(fn)`.',
    'native-timer': 'Use `sleep()` or `condition(fn, timeout)` from `@refrain/engine/workflow`.',
    io: 'Call an activity: `proxyActivities<typeof activities>({ startToCloseTimeout: … })`.',
    'forbidden-module': 'Use it in an activity. If only types are needed, write `import type`.',
  },
  activityOptions: [
    { callee: { module: ENGINE, path: 'Worker.create' }, at: at(0, 'activities') },
    { callee: { module: ENGINE, path: 'createWorker' }, at: at(0, 'activities') },
    { callee: { module: ENGINE, path: 'Engine.open' }, at: at(0, 'activities') },
  ],
};
