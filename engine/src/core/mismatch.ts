import type { HistoryEvent } from '../history/event.js';
import type { WorkflowCommand } from './activation.js';

/** Where in a run a difference stands. */
export interface Place {
  /** The recorded event that does not fit; for an extra command the event that should have been its. */
  readonly eventId?: number;
  /** 1 for the first workflow task that the history shows as completed, and so on. */
  readonly workflowTask: number;
  /** `WorkflowTaskCompleted` of that task; absent when its answer is not in the history. */
  readonly workflowTaskCompletedEventId?: number;
  /** Index, from 0, of the command among the command events of its workflow task. */
  readonly commandIndex: number;
  /** Raw stack of the attempted command's call, where the host recorded call sites. */
  readonly callSite?: string;
}

export type MismatchKind =
  /** History recorded a command; the code asked for another one (or with another identity). */
  | 'differentCommand'
  /** History recorded a command; the code asked for nothing more. */
  | 'missingCommand'
  /** An event refers to something that the code never began. */
  | 'orphanEvent'
  /** The event (or command) is impossible in the state that the code brought about. */
  | 'invalidTransition'
  /** An event of a type that this version does not know and may not ignore. */
  | 'unknownEvent';

/** Nondeterminism: what history recorded against what the code attempted. The replay cannot go on. */
export interface Mismatch extends Place {
  readonly kind: MismatchKind;
  /** One sentence: expected, found. */
  readonly message: string;
  readonly recorded?: HistoryEvent;
  readonly attempted?: WorkflowCommand;
  /** First differing field (`activityType.name`) with both values; absent when the kinds differ. */
  readonly field?: string;
  readonly recordedValue?: unknown;
  readonly attemptedValue?: unknown;
  /** What the code attempted in this workflow task, in order, up to now: for the likely cause. */
  readonly attemptedInTask: readonly WorkflowCommand[];
}

/** A difference that Temporal's matching accepts. */
export type Drift = Place &
  (
    | {
        readonly kind: 'detail';
        /** `input`, `startToCloseTimeoutMs`, `retryPolicy`, `taskQueue` … */
        readonly field: string;
        readonly recorded: HistoryEvent;
        readonly attempted: WorkflowCommand;
        readonly recordedValue: unknown;
        readonly attemptedValue: unknown;
      }
    /** The code asked for a command that the task, as history shows it, did not issue. */
    | { readonly kind: 'extraCommand'; readonly attempted: WorkflowCommand }
    /** A recorded command that replay skips without the code's asking (a deprecated patch). */
    | { readonly kind: 'skippedEvent'; readonly recorded: HistoryEvent }
  );
