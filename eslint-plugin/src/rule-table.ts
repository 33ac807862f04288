import type { RuleId } from '@refrain/analyzer';

/**
 * Rule id of the analyzer → name of the ESLint rule. ESLint names a rule for what it asks of the
 * code, so most ids get a `no-` in front; those that ask for something keep their name.
 */
export const ruleNames = {
  'wall-clock': 'no-wall-clock',
  randomness: 'no-randomness',
  environment: 'no-environment',
  io: 'no-io',
  'native-timer': 'no-native-timer',
  'host-concurrency': 'no-host-concurrency',
  locale: 'no-locale',
  'dynamic-code': 'no-dynamic-code',
  'gc-observation': 'no-gc-observation',
  'stack-observation': 'no-stack-observation',
  'module-state': 'no-module-state',
  'global-mutation': 'no-global-mutation',
  'unstable-order': 'no-unstable-order',
  'unstable-identity': 'no-unstable-identity',
  'forbidden-module': 'no-forbidden-module',
  'import-effect': 'no-import-effect',
  'replay-introspection': 'no-replay-introspection',
  'floating-command': 'no-floating-command',
  'require-activity-timeout': 'require-activity-timeout',
  'activity-value-import': 'no-activity-value-import',
  'async-query': 'no-async-query',
  'mutating-query': 'no-mutating-query',
  'swallowed-cancellation': 'no-swallowed-cancellation',
  'require-literal-patch-id': 'require-literal-patch-id',
  'unbounded-history': 'no-unbounded-history',
  'attempt-in-idempotency-key': 'no-attempt-in-idempotency-key',
  'no-heartbeat': 'require-heartbeat',
} as const satisfies Record<RuleId, string>;

/** The rule that looks beyond the file; it has no id of its own, its findings carry those above. */
export const transitiveRuleName = 'no-transitive-nondeterminism';

/** The page of a rule: those of the table share the page of their id with the analyzer. */
export function pageOf(name: string): string {
  return Object.entries(ruleNames).find(([, rule]) => rule === name)?.[0] ?? name;
}
