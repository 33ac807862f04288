import type { HistoryEvent } from '@refrain/engine/internal';
import type { Outcome } from '../history/outcome.js';
import type { Activities } from '../mocks/activity-types.js';

/** A signal or an update that the outside world sends once, at any moment. */
export interface ExploreMessage {
  /** The definition, or its name. */
  readonly name: string | { readonly name: string };
  readonly args?: readonly unknown[];
}

/** How many times each thing may go wrong in one run; absent: never. */
export interface ExploreFaults {
  /** Attempts that fail before they did anything: a number for all activities, or one for each by name. */
  readonly activityFailures?: FaultBudget;
  /** Attempts that do their work and whose answer is lost: they time out, and are retried if they may be. */
  readonly lostResults?: FaultBudget;
  /** Attempts that do nothing and time out. */
  readonly activityTimeouts?: FaultBudget;
  /** Attempts that do their work after they have timed out; the answer is refused. */
  readonly lateResults?: FaultBudget;
  /** Signals that are delivered twice. */
  readonly duplicateSignals?: number;
  /** One request to cancel the workflow. */
  readonly cancel?: boolean;
  /** Workers that lose their cache. On by default (1): a deterministic workflow cannot tell. */
  readonly evictions?: number;
  /** Workers that die with a workflow task in their hands. */
  readonly crashes?: number;
  /** Workflow code that takes over at some moment of the run: the module of a second version. */
  readonly deploy?: string | URL;
}

export type FaultBudget = number | Readonly<Record<string, number>>;

/** What an invariant sees after a step. */
export interface ExploreView<World = undefined> {
  readonly world: World;
  /** Answers of the queries, by name; of the last moment at which the workflow was at rest. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly status: Outcome;
  /** Result of a completed workflow. */
  readonly result: unknown;
  /** Events of the run that the workflow id names now. */
  readonly history: readonly HistoryEvent[];
  /** Events of every run, the oldest first: of a workflow that continues as new, more than `history`. */
  readonly runs: readonly (readonly HistoryEvent[])[];
}

/** False or an error means that the invariant is broken. */
export type Invariant<World> = (view: ExploreView<World>) => boolean | undefined;
export type Invariants<World> = Invariant<World> | Readonly<Record<string, Invariant<World>>>;

export interface ExploreOptions<World = undefined> {
  /** The module of the workflows. Absent: the file in which `workflow` was defined. */
  readonly workflowsPath?: string | URL;
  readonly args?: readonly unknown[];
  /** The outside world of one run, made anew for each; activities and invariants see it. */
  readonly world?: () => World;
  readonly activities?: Activities | ((world: World) => Activities);
  readonly signals?: readonly ExploreMessage[];
  readonly updates?: readonly ExploreMessage[];
  /** Queries whose answers invariants see as `state`. */
  readonly queries?: readonly (string | { readonly name: string })[];
  readonly faults?: ExploreFaults;
  /** Must hold after every step. */
  readonly always?: Invariants<World>;
  /** Must hold at the end of every run. */
  readonly eventually?: Invariants<World>;
  /** How many schedules are tried. Default 200. */
  readonly runs?: number;
  /** Repeats an exploration. Default: chosen at random, and printed with a failure. */
  readonly seed?: number;
  /** Every schedule instead of a sample; for small workflows. */
  readonly exhaustive?: boolean;
  /** Runs this one schedule: the choices that a failure prints. */
  readonly schedule?: readonly number[];
  /** Steps after which a run counts as never ending. Default 300. */
  readonly maxSteps?: number;
  /** A run may end with the workflow still open. Default false: it has to end. */
  readonly mayStayOpen?: boolean;
  /** A workflow may end while activities or children of its run on. Default false. */
  readonly mayAbandon?: boolean;
  /** Folder for the failing history and the test to paste. Default `.refrain/explore`; false: nothing is written. */
  readonly output?: string | false;
}

export interface ExploreReport {
  readonly runs: number;
  /** How many different schedules those runs were. */
  readonly schedules: number;
  readonly seed: number;
  /** All schedules there are have been run. */
  readonly exhaustive: boolean;
}
