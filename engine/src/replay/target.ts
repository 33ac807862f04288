import type { WorkflowInstance } from '../core/activation.js';
import type { HistoryEvent } from '../history/event.js';
import type { ExecutionOptions } from '../core/step.js';

/** A place in the user's sources. */
export interface SourceLocation {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Why an instance could not even start: not the history's fault, nor nondeterminism. */
export interface StartFailure {
  readonly reason: 'import' | 'workflowType';
  readonly message: string;
}

export interface ReplayInstance extends WorkflowInstance {
  /** An unhandled rejection of this execution's code. */
  reject(error: unknown): void;
  readonly startFailure?: StartFailure | undefined;
  /** Names of the queries that have a handler now, the built-in ones not. */
  queryNames(): readonly string[];
}

/** Workflow code that is loaded and can be replayed: ours, or a Temporal project's. */
export interface ReplayTarget {
  /**
   * How recorded local activities reach the code: sdk-core groups them otherwise than our own worker. Histories that
   * name their SDK say it themselves.
   */
  readonly localActivities: NonNullable<ExecutionOptions['localActivities']>;
  /** The code has just made these histories: it is known to give control back, and needs no watchdog. */
  readonly isProven?: boolean;
  /** They were made in the realm in which they are replayed: what a first run leaves there, their replays find. */
  readonly sharesRealm?: boolean;
  /** The code names `isReplaying`: what it does may depend on whether it is replayed. */
  readonly tellsReplaying: boolean;
  createInstance(options: {
    readonly namespace: string;
    readonly taskQueue: string;
    /** Record the stack of each command's call. */
    readonly callSites: boolean;
  }): ReplayInstance;
  /** The innermost frame of a stack that lies in the user's own sources. */
  locate(stack: string): SourceLocation | undefined;
  /** Its code did not give control back and was stopped: start afresh. */
  abandon(): void;
  /** Whether a promise belongs to the code in here. */
  owns(promise: unknown): boolean;
}

/** The target for a history: code of Refrain's API also runs on Temporal clusters, by another runtime. */
export interface ReplayTargets {
  targetFor(events: readonly HistoryEvent[]): Promise<ReplayTarget>;
}

export function namesReplaying(code: string): boolean {
  return code.includes('isReplaying');
}
