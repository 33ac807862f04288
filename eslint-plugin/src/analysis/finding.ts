import type { ProfileName } from '../settings.js';

/** What one place in a file is reported for. Offsets are into the text of the file. */
export interface Finding {
  readonly ruleId: FindingRuleId;
  /** `warning`: this engine copes with it, but the code is not portable to others. */
  readonly severity: 'error' | 'warning';
  /** The engine by whose rules it was found. */
  readonly profile: ProfileName;
  /** What is wrong and what to use instead, in this engine's words. */
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

export type FindingRuleId =
  | 'wall-clock'
  | 'randomness'
  | 'environment'
  | 'io'
  | 'native-timer'
  | 'host-concurrency'
  | 'locale'
  | 'dynamic-code'
  | 'gc-observation'
  | 'stack-observation'
  | 'module-state'
  | 'global-mutation'
  | 'unstable-order'
  | 'unstable-identity'
  | 'forbidden-module'
  | 'import-effect'
  | 'replay-introspection'
  | 'floating-command'
  | 'require-activity-timeout'
  | 'activity-value-import'
  | 'async-query'
  | 'mutating-query'
  | 'swallowed-cancellation'
  | 'require-literal-patch-id'
  | 'unbounded-history'
  | 'attempt-in-idempotency-key'
  | 'no-heartbeat';
