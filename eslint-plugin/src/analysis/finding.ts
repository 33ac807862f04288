import type { ProfileId, RuleId } from '@refrain/analyzer';

/** What one place in a file is reported for. Offsets are into the text of the file. */
export interface Finding {
  readonly ruleId: RuleId;
  /** `warning`: this engine copes with it, but the code is not portable to others. */
  readonly severity: 'error' | 'warning';
  /** The engine by whose rules it was found. */
  readonly profile: ProfileId;
  /** What is wrong and what to use instead, in this engine's words. */
  readonly message: string;
  readonly start: number;
  readonly end: number;
}
