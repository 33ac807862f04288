import type { AsyncContext } from './async-context.js';

/**
 * What the sandbox's realm gives to the runtime. The realm's `Promise` is written in JavaScript: its job queue,
 * its async contexts and its unhandled rejections are all under the runtime's control. Only strings and numbers
 * are exchanged with the host.
 */
export interface Realm {
  /** The context of the running code; promises capture it in `then` and restore it for their callbacks. */
  readonly context: { current: AsyncContext | undefined };
  /** Runs promise jobs until none is left. */
  runJobs(): void;
  /** Drops all jobs: after a deadline stopped an activation half-way. */
  clearJobs(): void;
  /** A promise that was rejected and that nobody handles, if there is one; forgets them all. */
  takeUnhandledRejection(): { readonly reason: unknown } | undefined;
  /** Marks a promise as handled without adding a reaction. */
  markHandled(promise: Promise<unknown>): void;
  /** Where `Date` and `Math.random` get their values. */
  readonly source: { now: () => number; random: () => number };
  /** Remembers the current stack cheaply; `formatStack` makes the text. */
  captureStack(holder: object): void;
  formatStack(holder: object, mapped: boolean): string;
  readonly host: RealmHost;
}

/** The parts of a URL in the order in which the host tells them. */
export const urlParts = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;

/** Functions of the host. They take and return primitive values, and never throw. */
export interface RealmHost {
  /** Milliseconds; the machine's clock. */
  now(): number;
  random(): number;
  /** The source maps' file, line and column for a position in the bundle, as `file:line:column`. */
  mapPosition(line: number, column: number): string | undefined;
  /** The name of the async function whose body a line of the bundle is in. */
  asyncFunctionAt(line: number): string | undefined;
  /** The URL's parts, one a line, in the order of `urlParts`; `undefined` when it does not parse. */
  parseUrl(url: string, base: string | undefined): string | undefined;
  /** The same after one part was set. */
  setUrlPart(url: string, part: string, value: string): string;
  /** The text of a source file. */
  sourceText(file: string): string | undefined;
}

declare const __refrain_realm__: Realm | undefined;

/** `undefined` when workflow code is loaded outside the sandbox, e.g. by a client for its types and names. */
export const realm: Realm | undefined =
  typeof __refrain_realm__ === 'undefined' ? undefined : __refrain_realm__;

export function untrack(promise: Promise<unknown>): void {
  if (realm) realm.markHandled(promise);
  else promise.catch(() => undefined);
}
