import type { CallOptions } from '../service/api/common.js';

/** What a front-end method knows of its call besides the message. */
export interface CallContext {
  /** Aborted when the caller hangs up or its deadline passes. */
  readonly signal: AbortSignal;
  /** How long a long poll may hold this call, in milliseconds. */
  readonly longPollMs: number;
  /** The namespace that the call's metadata name, which SDKs send along with the request's. */
  readonly namespace: string | undefined;
}

/** A method of the front end: our form of the request in, our form of the response out. */
export type Method = (request: never, call: CallContext) => Promise<unknown>;

/** Temporal's server answers an idle poll within a minute; a client that set a nearer deadline gets it sooner. */
export const longestPollMs = 60_000;
/** Left of a deadline for the answer to travel. */
const marginMs = 500;

export function longPollBudgetMs(deadlineMs: number, nowMs: number): number {
  return Math.max(0, Math.min(longestPollMs, deadlineMs - nowMs - marginMs));
}

export function callOptions({ signal, longPollMs }: CallContext): CallOptions {
  return { signal, timeoutMs: longPollMs };
}
