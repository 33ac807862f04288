import {
  activityModule,
  interceptors,
  commonModule,
  outsideModule,
  workflowExports,
  workflowTypes,
} from './temporal-api.js';
import { at, opaque } from './build.js';
import type { ModuleShape } from '../catalog/types.js';
import type { Profile } from './types.js';

const WORKER = '@temporalio/worker';

/** Models whose calls are activities. */
const durableModels: ModuleShape = {
  exports: {
    temporalProvider: {
      call: { returns: 'DurableModel' },
      members: { '*': { call: { returns: 'DurableModel' } } },
    },
    TemporalProvider: { construct: { returns: 'DurableModels' } },
    '*': opaque,
  },
};

export const temporal: Profile = {
  id: 'temporal',
  title: 'Temporal',
  selectedBy: ['@temporalio/workflow', WORKER],
  sandboxed: true,
  // Webpack's defaults, in the mode that the SDK sets.
  bundling: {
    conditions: ['webpack', 'development', 'browser', 'module'],
    mainFields: ['browser', 'module', 'main'],
  },
  recordsCompletionOrder: true,
  workflows: [
    { type: 'exports-of-importers', modules: ['@temporalio/workflow'], onlyAsync: true },
    ...['Worker.create', 'bundleWorkflowCode', 'Worker.runReplayHistory', 'Worker.runReplayHistories'].map(
      (path) => ({ type: 'path-option', callee: { module: WORKER, path }, option: 'workflowsPath' }) as const,
    ),
    ...['TestWorkflowEnvironment.createTimeSkipping', 'TestWorkflowEnvironment.createLocal'].map(
      (path) =>
        ({
          type: 'path-option',
          callee: { module: '@temporalio/testing', path },
          option: 'workflowsPath',
        }) as const,
    ),
  ],
  safeFunctions: [],
  hooks: interceptors,
  modules: {
    '@temporalio/workflow': { exports: workflowExports },
    '@temporalio/activity': activityModule,
    '@temporalio/common': commonModule,
    '@temporalio/ai-sdk': durableModels,
    '@temporalio/ai-sdk/workflow': durableModels,
    // Publishes to those who watch, by signals and an activity.
    '@temporalio/workflow-streams/workflow': { exports: { '*': opaque } },
    '@temporalio/worker': outsideModule,
    '@temporalio/client': outsideModule,
    '@temporalio/testing': outsideModule,
    '@temporalio/nexus': outsideModule,
  },
  types: workflowTypes,
  patches: {
    'Date.now': 'patched',
    // Of dates only the clock: the time zone is that of the worker's process.
    'Date() wall-clock': 'patched',
    'new Date wall-clock': 'patched',
    'Math.random': 'patched',
    setTimeout: 'patched',
    clearTimeout: 'patched',
    WeakRef: 'refused',
    FinalizationRegistry: 'refused',
    // The bundle is evaluated anew for each execution, so nothing is shared; see docs/rules/module-state.md.
    'module-state': 'not-portable',
  },
  // As the bundler's list: of Node's builtins it provides three.
  forbiddenModules: [
    'node:*',
    '@temporalio/activity',
    '@temporalio/client',
    '@temporalio/worker',
    '@temporalio/testing',
    '@temporalio/core-bridge',
    '@temporalio/common/lib/internal-non-workflow',
    '@temporalio/interceptors-opentelemetry/lib/client',
    '@temporalio/interceptors-opentelemetry/lib/worker',
  ],
  allowedModules: ['node:assert', 'node:url', 'node:util'],
  cancellationErrors: ['CancelledFailure'],
  suggestions: {
    'wall-clock':
      'Use `Date.now()` or `new Date()`: in a workflow they give the time of the workflow task, the same under replay.',
    randomness:
      'Use `uuid4()` from `@temporalio/workflow`, or `Math.random()`: in a workflow both are seeded by the run.',
    environment: 'Read it in an activity, or pass it as an argument of the workflow.',
    io: 'Call an activity: `proxyActivities<typeof activities>({ startToCloseTimeout: … })`.',
    'native-timer': 'Use `sleep()` or `condition(fn, timeout)` from `@temporalio/workflow`.',
    'host-concurrency':
      'Do it in an activity; inside a workflow, `Promise.all` over commands is concurrency enough.',
    locale: 'Give the locale and the time zone, or format in an activity.',
    'gc-observation': 'Keep the value in an ordinary variable or a `Map`.',
    'module-state': 'Keep the state in the workflow function, or pass it through `continueAsNew`.',
    'global-mutation': 'Keep it in a variable of the workflow function.',
    'replay-introspection':
      'Let the code do the same whether it is replayed or not; for logging use `log`, which is silent under replay.',
    'swallowed-cancellation': 'Begin with `if (isCancellation(err)) throw err;`.',
    'unstable-identity':
      'Build the id from the arguments of the workflow, `workflowInfo().workflowId` or `uuid4()`.',
    'forbidden-module': 'Use it in an activity. If only types are needed, write `import type`.',
    'unstable-order': 'Sort by a key that does not change from run to run.',
  },
  activityOptions: [{ callee: { module: WORKER, path: 'Worker.create' }, at: at(0, 'activities') }],
};
