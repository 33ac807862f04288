import type { ExploreFaults, ExploreView } from '@refrain/test-env';
import type { Answers, Ledger } from './ledger.js';

/** One seeded bug: how its workflow is explored, and what must hold. The same for the bug and for its twin. */
export interface Scenario {
  /** The file in test/fixtures/test-env/bugs; it exports `buggy` and `correct`. */
  readonly bug: string;
  readonly args?: readonly unknown[];
  /** What the activities answer; undefined: nothing. Each writes its call into the ledger. */
  readonly activities: Answers | ((ledger: Ledger) => Answers);
  readonly signals?: readonly { readonly name: string; readonly args?: readonly unknown[] }[];
  readonly updates?: readonly { readonly name: string; readonly args?: readonly unknown[] }[];
  readonly queries?: readonly string[];
  readonly faults?: ExploreFaults;
  /** Has a second version, `<bug>.v2.ts`, that is deployed at some moment. */
  readonly secondVersion?: boolean;
  readonly mayStayOpen?: boolean;
  /**
   * The fewest deviations from the calm schedule with which it fails, found by running all schedules with fewer. Absent:
   * at most 2, which shrinking makes sure of by itself.
   */
  readonly minimum?: number;
  readonly always?: (view: ExploreView<Ledger>) => boolean;
  readonly eventually?: (view: ExploreView<Ledger>) => boolean;
}
