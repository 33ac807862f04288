import type { HistoryEvent } from '@refrain/engine/internal';
import { outcomeOf } from '../history/outcome.js';
import { timeline } from '../history/timeline.js';

/** What an assertion found: `found` ends the sentence "Expected the workflow to …, but …". */
export interface Verdict {
  readonly pass: boolean;
  readonly expected: string;
  readonly found: string;
  /** The assertion says something about the end of a workflow, and this one has not ended. */
  readonly needsEnd?: boolean;
}

/** Vitest's form of a verdict; the message shows the timeline. */
export function matcherResult(
  verdict: Verdict,
  history: readonly HistoryEvent[],
): { pass: boolean; message: () => string } {
  return {
    pass: verdict.pass,
    message: () => {
      const not = verdict.pass ? 'not ' : '';
      const advice =
        verdict.needsEnd && outcomeOf(history) === 'RUNNING'
          ? '\n' +
            'RFN4006: it is still running. Await handle.result(), or move time with env.advanceBy(), before ' +
            'asserting how it ended.'
          : '';
      return (
        `Expected the workflow ${not}to ${verdict.expected}, but ${verdict.found}.${advice}\n\n` +
        timeline(history)
      );
    },
  };
}
