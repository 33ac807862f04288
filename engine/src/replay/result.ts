/** How a history and today's code go together (see docs/guides and DESIGN §5). */
export type Verdict = 'compatible' | 'drift' | 'vacuous' | 'incompatible' | 'invalid';

/** A recorded event or an attempted command, as data: `type` and its fields, without payload converters applied. */
export type CommandView = Readonly<Record<string, unknown>> & { readonly type: string };

/** Where and why the replay differs from what history recorded. */
export interface Divergence {
  /** `RFN####`, explained in docs/errors. */
  readonly code: string;
  readonly eventId?: string;
  /** 1 for the first workflow task that history shows as completed. */
  readonly workflowTask?: number;
  readonly recorded?: CommandView;
  readonly attempted?: CommandView;
  /** The first field that differs. */
  readonly field?: string;
  /** The call in the workflow's sources, relative to the current folder where that is shorter. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The lines around the call. */
  readonly frame?: string;
  /** What differs, in one sentence: expected and found. */
  readonly message: string;
  /** The likely cause, in a sentence or two. */
  readonly cause: string;
  /** What to do, with a snippet where there is one. */
  readonly fix: string;
}

export interface ReplayResult {
  /** Name of the history: the file's path, or what the caller gave. */
  readonly history: string;
  readonly workflowType: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly events: number;
  readonly verdict: Verdict;
  /** Absent when the verdict is `compatible`. */
  readonly divergence?: Divergence;
}

export type ReplaySummary = Readonly<Record<Verdict, number>>;

export function summaryOf(results: Iterable<ReplayResult>): ReplaySummary {
  const summary = { compatible: 0, drift: 0, vacuous: 0, incompatible: 0, invalid: 0 };
  for (const { verdict } of results) summary[verdict] += 1;
  return summary;
}

/** 0 fine, 1 a verdict that fails, 2 input that is not a history. */
export function exitCodeOf(summary: ReplaySummary, strict: boolean): 0 | 1 | 2 {
  if (summary.invalid > 0) return 2;
  if (summary.incompatible > 0) return 1;
  return strict && summary.drift + summary.vacuous > 0 ? 1 : 0;
}
