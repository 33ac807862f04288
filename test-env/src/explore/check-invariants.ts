import type { Violation } from './built-in-invariants.js';
import type { ExploreView, Invariants } from './options.js';

/** The first of the user's invariants that does not hold. */
export function brokenInvariant<World>(
  invariants: Invariants<World>,
  view: ExploreView<World>,
  when: 'always' | 'eventually',
): Violation | undefined {
  const named = typeof invariants === 'function' ? { [when]: invariants } : invariants;
  for (const [name, holds] of Object.entries(named)) {
    try {
      if (holds(view) !== false) continue;
      return { kind: 'invariant', message: `the invariant '${name}' does not hold` };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { kind: 'invariant', message: `the invariant '${name}' does not hold: ${why}` };
    }
  }
  return undefined;
}
