import type { Failure } from '@refrain/engine';
import type { HistoryEvent } from '@refrain/engine/internal';
import { failureText } from '../history/failure-text.js';
import { outcomeOf } from '../history/outcome.js';
import { describePending, pendingCommands, unansweredUpdates } from '../history/pending.js';
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
    return violationOfTask({ cause, failure, scheduledEventId: event.attributes.scheduledEventId });
  }
  return undefined;
}

interface FailedTask {
  readonly cause: string | undefined;
  readonly failure: Failure | undefined;
  readonly scheduledEventId: number | undefined;
}

export function violationOfTask({ cause, failure, scheduledEventId }: FailedTask): Violation {
  return {
    kind: cause === 'NON_DETERMINISTIC_ERROR' ? 'nondeterminism' : 'workflowTask',
    message: `workflow task${scheduledEventId ? ` of event ${scheduledEventId}` : ''} failed: ${failureText(failure)}`,
  };
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
  return violationOfClosed(history, rules);
}

/** What a run must not look like that has ended by itself, or was followed by another. */
export function violationOfClosed(history: readonly HistoryEvent[], rules: Rules): Violation | undefined {
  const outcome = outcomeOf(history);
  if (rules.mayAbandon || (outcome !== 'COMPLETED' && outcome !== 'CONTINUED_AS_NEW')) return undefined;
  const startMs = history[0]?.eventTimeMs ?? 0;
  const abandoned = [
    ...pendingCommands(history)
      .filter((command) => command.kind !== 'timer' && !command.cancelRequested)
      .map((command) => describePending(command, startMs)),
    ...unansweredUpdates(history).map((name) => `update ${name}, accepted and not answered`),
  ];
  if (abandoned.length === 0) return undefined;
  const ended = outcome === 'COMPLETED' ? 'ended' : 'continued as new';
  return { kind: 'abandoned', message: `the workflow ${ended} and left behind: ${abandoned.join(', ')}` };
}
