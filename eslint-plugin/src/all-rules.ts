import { noActivityValueImport } from './rules/no-activity-value-import.js';
import { noAsyncQuery } from './rules/no-async-query.js';
import { noAttemptInIdempotencyKey } from './rules/no-attempt-in-idempotency-key.js';
import { noDynamicCode } from './rules/no-dynamic-code.js';
import { noEnvironment } from './rules/no-environment.js';
import { noFloatingCommand } from './rules/no-floating-command.js';
import { noForbiddenModule } from './rules/no-forbidden-module.js';
import { noGcObservation } from './rules/no-gc-observation.js';
import { noGlobalMutation } from './rules/no-global-mutation.js';
import { noHostConcurrency } from './rules/no-host-concurrency.js';
import { noImportEffect } from './rules/no-import-effect.js';
import { noIo } from './rules/no-io.js';
import { noLocale } from './rules/no-locale.js';
import { noModuleState } from './rules/no-module-state.js';
import { noMutatingQuery } from './rules/no-mutating-query.js';
import { noNativeTimer } from './rules/no-native-timer.js';
import { noRandomness } from './rules/no-randomness.js';
import { noReplayIntrospection } from './rules/no-replay-introspection.js';
import { noStackObservation } from './rules/no-stack-observation.js';
import { noSwallowedCancellation } from './rules/no-swallowed-cancellation.js';
import { noUnboundedHistory } from './rules/no-unbounded-history.js';
import { noUnstableIdentity } from './rules/no-unstable-identity.js';
import { noUnstableOrder } from './rules/no-unstable-order.js';
import { noWallClock } from './rules/no-wall-clock.js';
import { requireActivityTimeout } from './rules/require-activity-timeout.js';
import { requireHeartbeat } from './rules/require-heartbeat.js';
import { requireLiteralPatchId } from './rules/require-literal-patch-id.js';
import { noTransitiveNondeterminism } from './rules/no-transitive-nondeterminism.js';

/** Every rule by its name; configurations are generated from what the rules say of themselves. */
export const rules = {
  'no-wall-clock': noWallClock,
  'no-randomness': noRandomness,
  'no-environment': noEnvironment,
  'no-io': noIo,
  'no-native-timer': noNativeTimer,
  'no-host-concurrency': noHostConcurrency,
  'no-locale': noLocale,
  'no-dynamic-code': noDynamicCode,
  'no-gc-observation': noGcObservation,
  'no-stack-observation': noStackObservation,
  'no-module-state': noModuleState,
  'no-global-mutation': noGlobalMutation,
  'no-unstable-order': noUnstableOrder,
  'no-unstable-identity': noUnstableIdentity,
  'no-forbidden-module': noForbiddenModule,
  'no-import-effect': noImportEffect,
  'no-replay-introspection': noReplayIntrospection,
  'no-floating-command': noFloatingCommand,
  'require-activity-timeout': requireActivityTimeout,
  'no-activity-value-import': noActivityValueImport,
  'no-async-query': noAsyncQuery,
  'no-mutating-query': noMutatingQuery,
  'no-swallowed-cancellation': noSwallowedCancellation,
  'require-literal-patch-id': requireLiteralPatchId,
  'no-unbounded-history': noUnboundedHistory,
  'no-attempt-in-idempotency-key': noAttemptInIdempotencyKey,
  'require-heartbeat': requireHeartbeat,
  'no-transitive-nondeterminism': noTransitiveNondeterminism,
};
