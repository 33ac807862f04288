import type { AsymmetricMatcher } from './activity-types.js';

/** Whether `actual` fits the matchers; arguments beyond the last matcher are free. */
export function argumentsMatch(
  matchers: readonly unknown[] | undefined,
  actual: readonly unknown[],
): boolean {
  return !matchers || matchers.every((matcher, index) => argumentMatches(matcher, actual[index]));
}

function argumentMatches(matcher: unknown, actual: unknown): boolean {
  if (typeof matcher === 'function') return Boolean((matcher as (argument: unknown) => unknown)(actual));
  return deepMatches(matcher, actual);
}

/** Deep equality that knows asymmetric matchers; members that are undefined count as absent, as in JSON. */
export function deepMatches(expected: unknown, actual: unknown): boolean {
  if (isAsymmetric(expected)) return expected.asymmetricMatch(actual);
  if (Object.is(expected, actual)) return true;
  if (typeof expected !== 'object' || typeof actual !== 'object' || !expected || !actual) return false;
  if (expected instanceof Date || actual instanceof Date) return sameDate(expected, actual);
  if (Array.isArray(expected) !== Array.isArray(actual)) return false;
  const names = new Set([...definedKeys(expected), ...definedKeys(actual)]);
  return [...names].every((name) => deepMatches((expected as Indexed)[name], (actual as Indexed)[name]));
}

type Indexed = Readonly<Record<string, unknown>>;

function definedKeys(value: object): string[] {
  return Object.keys(value).filter((name) => (value as Indexed)[name] !== undefined);
}

function sameDate(expected: object, actual: object): boolean {
  const toMs = (value: object) => (value instanceof Date ? value.getTime() : NaN);
  return toMs(expected) === toMs(actual);
}

function isAsymmetric(value: unknown): value is AsymmetricMatcher {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<AsymmetricMatcher>).asymmetricMatch === 'function'
  );
}
