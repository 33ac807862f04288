import type { TemporalBundle } from '../temporal/bundle.js';
import { createTemporalHost } from '../temporal/host.js';
import { createLocator } from './locate.js';
import type { ReplayTarget } from './target.js';

export interface TemporalTargetOptions {
  readonly workflowFailureErrorTypes?: readonly string[];
}

/** A Temporal project's workflow code, run by its own copy of the SDK. */
export function temporalTarget(bundle: TemporalBundle, options: TemporalTargetOptions = {}): ReplayTarget {
  let host = createTemporalHost(bundle);
  const { workflowFailureErrorTypes = [] } = options;
  return {
    localActivities: 'asSdkCore',
    createInstance: (instance) => host.createInstance({ ...instance, workflowFailureErrorTypes }),
    locate: createLocator(bundle.filename, bundle.userSourceMap),
    owns: (promise) => host.owns(promise),
    abandon: () => {
      host = createTemporalHost(bundle);
    },
  };
}
