import type { TemporalBundle } from '../temporal/bundle.js';
import { createTemporalHost, type TemporalHost } from '../temporal/host.js';
import { createLocator } from './locate.js';
import { namesReplaying } from './target.js';
import type { ReplayTarget } from './target.js';

export interface TemporalTargetOptions {
  readonly workflowFailureErrorTypes?: readonly string[];
  /** The bundle as it was loaded for running it: replays then share its realm, and the code has proven to give control back. */
  readonly loaded?: TemporalHost;
}

/** A Temporal project's workflow code, run by its own copy of the SDK. */
export function temporalTarget(bundle: TemporalBundle, options: TemporalTargetOptions = {}): ReplayTarget {
  const { workflowFailureErrorTypes = [], loaded } = options;
  let host = loaded ?? createTemporalHost(bundle);
  return {
    localActivities: 'asSdkCore',
    isProven: loaded !== undefined,
    sharesRealm: loaded !== undefined,
    tellsReplaying: namesReplaying(bundle.userCode),
    createInstance: (instance) => host.createInstance({ ...instance, workflowFailureErrorTypes }),
    locate: createLocator(bundle.filename, bundle.userSourceMap),
    owns: (promise) => host.owns(promise),
    abandon: () => {
      host = createTemporalHost(bundle);
    },
  };
}
