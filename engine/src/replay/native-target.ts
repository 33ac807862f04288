import type { WorkflowBundle } from '../sandbox/bundle.js';
import { WorkflowBundleError } from '../sandbox/errors.js';
import type { InstanceOptions, LoadedBundle } from '../sandbox/load.js';
import { loadBundle } from '../sandbox/load.js';
import { namesReplaying } from './target.js';
import type { ReplayInstance, ReplayTarget, SourceLocation, StartFailure } from './target.js';

export interface NativeTargetOptions {
  readonly workflowFailureErrorTypes?: readonly string[];
  /** As in `LoadOptions`; 0 for code that has just run these histories. */
  readonly deadlineMs?: number;
  /**
   * The same bundle as it was loaded for running it: replays then share its realm. What a run leaves behind in there
   * shows in the replay of its history.
   */
  readonly loaded?: LoadedBundle;
}

/** Workflow code that imports `@refrain/engine/workflow`, in our own sandbox. */
export function nativeTarget(bundle: WorkflowBundle, options: NativeTargetOptions = {}): ReplayTarget {
  const { loaded, ...loadOptions } = options;
  const load = (captureCallSites: boolean) =>
    loadBundle(bundle, { captureCallSites, stackTraces: false, ...loadOptions });
  const instanceOptions = options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs };
  let fast: LoadedBundle;
  try {
    fast = loaded ?? load(false);
  } catch (error) {
    if (!(error instanceof WorkflowBundleError)) throw error;
    const [message = ''] = error.message.split('\n');
    return failingTarget({ reason: 'import', message }, error.message);
  }
  // Stacks are slow: loaded only for what has to be explained.
  let explaining: LoadedBundle | undefined;
  return {
    localActivities: 'exact',
    isProven: options.deadlineMs === 0,
    sharesRealm: loaded !== undefined,
    tellsReplaying: namesReplaying(bundle.code),
    createInstance: ({ callSites }) =>
      nativeInstance(callSites ? (explaining ??= load(true)) : fast, instanceOptions),
    locate: (stack) => locate(fast, stack),
    // The sandbox's promises are its own; what nobody handles fails the workflow task.
    owns: () => false,
    abandon: () => {
      fast = load(false);
      explaining = undefined;
    },
  };
}

function nativeInstance(loaded: LoadedBundle, options: InstanceOptions): ReplayInstance {
  const instance = loaded.createInstance(options);
  let startFailure: StartFailure | undefined;
  return {
    activate(activation) {
      const start = activation.jobs.find((job) => job.type === 'initializeWorkflow');
      if (start && !loaded.workflowTypes.some((type) => type === start.workflowType || type === 'default')) {
        const message = `there is no workflow \`${start.workflowType}\`; the workflow file exports ${loaded.workflowTypes.join(', ') || 'none'}`;
        startFailure = { reason: 'workflowType', message };
        return { status: 'failed', failure: { message } };
      }
      return instance.activate(activation);
    },
    reject: () => undefined,
    get startFailure() {
      return startFailure;
    },
    queryNames: () => instance.queryNames().filter((name) => !name.startsWith('__')),
    dispose: () => instance.dispose(),
  };
}

function locate(loaded: LoadedBundle | undefined, stack: string): SourceLocation | undefined {
  let dependency: SourceLocation | undefined;
  for (const frame of stack.split('\n')) {
    // Errors that reach the host have positions in the sources already; call sites have them in the bundle.
    const inBundle = /refrain:workflow-bundle:(\d+):(\d+)/.exec(frame);
    const mapped = inBundle && loaded?.positions.map(Number(inBundle[1]), Number(inBundle[2]));
    const text = inBundle ? (mapped ?? '') : frame;
    const match = /((?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)\)?$/.exec(text);
    if (!match) continue;
    const location = { file: match[1]!, line: Number(match[2]), column: Number(match[3]) };
    if (!/[\\/]node_modules[\\/]|[\\/]engine[\\/]dist[\\/]/.test(location.file)) return location;
    dependency ??= location;
  }
  return dependency;
}

/** Code that cannot even be loaded: each of its histories says so. */
export function failingTarget(startFailure: StartFailure, stackTrace: string): ReplayTarget {
  return {
    localActivities: 'exact',
    tellsReplaying: false,
    createInstance: () => ({
      activate: () => ({ status: 'failed', failure: { message: startFailure.message, stackTrace } }),
      reject: () => undefined,
      startFailure,
      queryNames: () => [],
      dispose: () => undefined,
    }),
    locate: (stack) => locate(undefined, stack),
    owns: () => false,
    abandon: () => undefined,
  };
}
