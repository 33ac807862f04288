import type { HistoryEvent } from '@refrain/engine/internal';
import type { ActionId } from './action.js';
import type { Violation } from './built-in-invariants.js';
import type { Choices } from './exhaustive.js';

/** What one explored run came to. */
export interface RunResult extends Choices {
  /** What happened, one line for each step. */
  readonly steps: readonly string[];
  /** Everything that happened, in order, forced or chosen. */
  readonly order: readonly ActionId[];
  /** Where in `order` something else happened than in a calm world would have, and what that would have been. */
  readonly deviations: readonly { readonly at: number; readonly calm: ActionId }[];
  readonly violation: Violation | undefined;
  /** Events of the last run of the workflow. */
  readonly history: readonly HistoryEvent[];
}

/**
 * After so many choices a run goes on calmly: a signal that is never sent, or a worker that never runs, is no failure of a
 * workflow that waits for it. Whatever is possible comes about in the end.
 */
export const maxChoices = 100;
