import type { HistoryEvent } from '@refrain/engine/internal';
import { failureText } from '../history/failure-text.js';
import { outcomeOf } from '../history/outcome.js';
import { describePending, pendingCommands } from '../history/pending.js';
import type { ExploreOptions } from './options.js';

/** What went wrong in a run. */
export interface Violation {
  readonly kind:
    'invariant' | 'nondeterminism' | 'workflowTask' | 'neverEnds' | 'abandoned' | 'unexpectedCall';
  readonly message: string;
}

type Rules = Pick<ExploreOptions, 'mayStayOpen' | 'mayAbandon'>;

/** A workflow task that failed for a reason in the code; one that only timed out with its worker is fine. */
export function failedTask(history: readonly HistoryEvent[]): Violation | undefined {
  for (const event of history) {
    if (event.type !== 'WorkflowTaskFailed') continue;
    const { cause, failure } = event.attributes;
    if (cause === 'UNHANDLED_COMMAND' || cause === 'RESET_WORKFLOW') continue;
    const isNondeterminism = cause === 'NON_DETERMINISTIC_ERROR';
    return {
      kind: isNondeterminism ? 'nondeterminism' : 'workflowTask',
      message: `workflow task of event ${event.attributes.scheduledEventId} failed: ${failureText(failure)}`,
    };
  }
  return undefined;
}

/** What a run must not look like at its end, whatever the user's invariants say. */
export function violationAtEnd(history: readonly HistoryEvent[], rules: Rules): Violation | undefined {
  const failed = failedTask(history);
  if (failed) return failed;
  const outcome = outcomeOf(history);
  const startMs = history[0]?.eventTimeMs ?? 0;
  const pending = pendingCommands(history);
  if (outcome === 'RUNNING' && !rules.mayStayOpen) {
    const open = pending.map((command) => describePending(command, startMs));
    return {
      kind: 'neverEnds',
      message:
        'the workflow waits for something that nothing will bring about' +
        (open.length > 0 ? `; open: ${open.join(', ')}` : '; nothing is open'),
    };
  }
  const endsByItself = outcome === 'COMPLETED' || outcome === 'CONTINUED_AS_NEW';
  const abandoned = pending.filter((command) => command.kind !== 'timer' && !command.cancelRequested);
  if (endsByItself && abandoned.length > 0 && !rules.mayAbandon) {
    const names = abandoned.map((command) => describePending(command, startMs)).join(', ');
    return { kind: 'abandoned', message: `the workflow ended and left behind: ${names}` };
  }
  return undefined;
}
