import type { HistoryEvent } from '../history/event.js';
import type { Drift } from '../core/mismatch.js';
import type { Failure } from '../history/messages.js';
import { explainDrift, explainFailure, explainMismatch, locationOf } from './explain.js';
import type { Divergence, Verdict } from './result.js';
import type { Run } from './history-replay.js';
import type { ReplayTarget, StartFailure } from './target.js';

export interface Grade {
  readonly verdict: Verdict;
  readonly divergence?: Divergence;
}

/** Whether a run needs the slower one with call sites before it can be graded. */
export function needsExplanation(run: Run): boolean {
  if (run.end.type === 'stuck') return false;
  return run.end.type !== 'done' || realDrift(run.drift).length > 0 || run.extraAtEnd.length > 0;
}

/** The verdict on a run (DESIGN §5), explained. */
export function gradeRun(target: ReplayTarget, events: readonly HistoryEvent[], run: Run): Grade {
  const evidence = { target, events, run };
  switch (run.end.type) {
    case 'mismatch': {
      const { mismatch } = run.end;
      if (mismatch.kind === 'unknownEvent') return invalidEvent(mismatch.message, mismatch.recorded);
      return { verdict: 'incompatible', divergence: explainMismatch(evidence, mismatch) };
    }
    case 'failed': {
      const { failure, start } = run.end;
      if (start) return invalidStart(target, start, failure);
      if (isUnreadablePayload(failure)) return invalidPayload(failure);
      return { verdict: 'incompatible', divergence: explainFailure(evidence, failure) };
    }
    case 'stuck':
      return { verdict: 'incompatible', divergence: explainFailure(evidence, run.end.failure) };
    case 'done': {
      const [drift] = realDrift(run.drift);
      if (drift) return { verdict: 'drift', divergence: explainDrift(evidence, drift) };
      if (run.extraAtEnd.length > 0) return extraAtEnd(evidence);
      if (run.matchedCommands > 0) return { verdict: 'compatible' };
      return { verdict: 'vacuous', divergence: vacuous(events) };
    }
  }
}

/** Skipped markers of deprecated patches are how it is meant to be. */
function realDrift(drift: readonly Drift[]): readonly Drift[] {
  return drift.filter(({ kind }) => kind !== 'skippedEvent');
}

/** The history ends with the answer of a workflow task, and the code would have answered with more. */
function extraAtEnd(evidence: Parameters<typeof explainDrift>[0]): Grade {
  const { run, events } = evidence;
  const workflowTask = events.filter(({ type }) => type === 'WorkflowTaskCompleted').length;
  const attempted = (run.commands[workflowTask - 1] ?? []).at(-1);
  if (!attempted) return { verdict: 'compatible' };
  const drift: Drift = {
    kind: 'extraCommand',
    attempted,
    workflowTask,
    commandIndex: 0,
    eventId: events.at(-1)!.eventId,
    ...(attempted.callSite === undefined ? {} : { callSite: attempted.callSite }),
  };
  return { verdict: 'drift', divergence: explainDrift(evidence, drift) };
}

function vacuous(events: readonly HistoryEvent[]): Divergence {
  const completed = events.some(({ type }) => type === 'WorkflowTaskCompleted');
  return {
    code: 'RFN3017',
    message: completed ? 'no command was compared' : 'the history has no completed workflow task',
    cause: 'The history does not reach a command of this code, so it would pass whatever the code does.',
    fix: 'Record a history that goes further, or leave this one out.',
  };
}

function invalidEvent(message: string, event: HistoryEvent | undefined): Grade {
  const type = event?.type === 'Unknown' ? event.recordedType : event?.type;
  return invalid('RFN3020', message, `The history has an event of the unknown type ${type}.`, {
    ...(event ? { eventId: String(event.eventId) } : {}),
  });
}

function invalidStart(target: ReplayTarget, start: StartFailure, { stackTrace }: Failure): Grade {
  if (start.reason === 'workflowType') {
    const cause = 'The workflow file does not export a workflow of this type.';
    return invalid('RFN3021', start.message, cause);
  }
  const cause = 'The workflow file, or a module that it imports, throws when it is loaded.';
  return invalid('RFN3023', start.message, cause, locationOf(target, stackTrace));
}

/** The SDKs' own error for a payload that no converter takes. */
function isUnreadablePayload({ message }: Failure): boolean {
  return /^Unknown encoding: /.test(message ?? '');
}

function invalidPayload({ message }: Failure): Grade {
  return invalid(
    'RFN3022',
    message ?? 'a payload cannot be read',
    'A payload of the history needs a converter or codec that was not given.',
  );
}

const fixes: Readonly<Record<string, string>> = {
  RFN3020: 'Update Refrain: a newer server recorded this event.',
  RFN3021: 'Pass the file that exports it; a renamed workflow has to be exported under its old name too.',
  RFN3022: 'Pass the payload converter of the project, or decoded histories.',
  RFN3023: 'Load the module in an activity instead, or repair it.',
};

/** A history on which no verdict is possible. */
export function invalid(code: string, message: string, cause: string, more: Partial<Divergence> = {}): Grade {
  const fix = fixes[code] ?? 'Download the history again, or correct the path.';
  return { verdict: 'invalid', divergence: { code, ...more, message, cause, fix } };
}
