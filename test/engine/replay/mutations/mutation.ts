import type { ReplayResult } from '@refrain/engine';
import type { Base } from './programs.js';

export interface Mutation {
  readonly name: string;
  readonly base: Base;
  /** Text of the workflow, or of the steps, and what stands there now. */
  readonly from: string;
  readonly to: string;
  readonly in?: 'steps';
  readonly verdict: ReplayResult['verdict'];
  /** Text of the line that the report has to point at. */
  readonly at?: string;
  /** The event that the report has to name: its type, and the n-th of it in the history (default the first). */
  readonly event?: readonly [type: string, nth?: number];
  readonly cause?: RegExp;
  readonly field?: string;
}
