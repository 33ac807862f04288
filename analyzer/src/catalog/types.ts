/**
 * The language of the catalogue: what a value that our analysis cannot look into does when it is
 * read, called or constructed. It is data only, so that the analyzer, the ESLint plugin, the docs
 * and the sandbox's tests read the same tables.
 *
 * The catalogue is an allowlist. A member that no table lists is *unknown*; a listed entry without
 * an `effect` is deterministic. `'*'` as a member name stands for every member not listed.
 */

/** The rules whose findings stand at a read or a call of a catalogued value. */
export type SourceRuleId =
  | 'wall-clock'
  | 'randomness'
  | 'environment'
  | 'io'
  | 'native-timer'
  | 'host-concurrency'
  | 'locale'
  | 'dynamic-code'
  | 'gc-observation'
  | 'stack-observation'
  | 'global-mutation'
  | 'unstable-order'
  | 'import-effect'
  | 'module-state'
  | 'replay-introspection';

export type EffectOutcome = SourceRuleId | 'deterministic' | 'unknown';

/** One outcome, or cases of which the first that matches decides (a case without `when` always does). */
export type Effect = EffectOutcome | readonly EffectCase[];

export interface EffectCase {
  readonly when?: Predicate;
  readonly effect: EffectOutcome;
}

/** Argument indexes start at 0. What cannot be seen (a spread, an unknown value) never matches. */
export type Predicate =
  /** The number of arguments is at least / at most. */
  | { readonly type: 'argument-count'; readonly atLeast?: number; readonly atMost?: number }
  /** The argument is absent or `undefined`. */
  | { readonly type: 'argument-missing'; readonly argument: number }
  /** The argument names no locale: it is absent, `undefined` or an empty list. */
  | { readonly type: 'locale-missing'; readonly argument: number }
  /** The argument may be of one of these types (`string`, `number`, `function`, `object`, `Date` …). */
  | { readonly type: 'argument-type'; readonly argument: number; readonly is: readonly string[] }
  /** The argument may be an instance of this type, or of a class that extends it. */
  | { readonly type: 'argument-derives'; readonly argument: number; readonly from: TypeName }
  /** The argument is a string constant that matches this regular expression. */
  | { readonly type: 'argument-matches'; readonly argument: number; readonly pattern: string }
  /** The argument is absent, or is an object that lacks every one of these properties. */
  | { readonly type: 'option-missing'; readonly argument: number; readonly options: readonly string[] }
  /** The argument may be an object that has one of these properties. */
  | { readonly type: 'option-given'; readonly argument: number; readonly options: readonly string[] }
  /** The argument is an object whose property may be this constant. */
  | {
      readonly type: 'option-is';
      readonly argument: number;
      readonly option: string;
      readonly value: string | boolean;
    }
  /** The argument is an object in which such a value stands at the path (or in an array there). */
  | {
      readonly type: 'option-type';
      readonly argument: number;
      readonly path: readonly string[];
      readonly is: TypeName;
    }
  /** The argument is a date-time string constant that is read in the local time zone; with `days`, so are plain days. */
  | { readonly type: 'local-time-string'; readonly argument: number; readonly days?: boolean }
  /** The argument is an object in which such a path leads to a function that runs something in a step. */
  | { readonly type: 'option-steps'; readonly argument: number; readonly path: readonly string[] }
  /** The program puts a command of the engine in the place of this global (`globalThis.fetch = durableFetch`). */
  | { readonly type: 'global-is-command'; readonly name: string }
  /** The result of the call is not used. */
  | { readonly type: 'result-discarded' }
  | { readonly type: 'all'; readonly of: readonly Predicate[] }
  | { readonly type: 'any'; readonly of: readonly Predicate[] }
  | { readonly type: 'not'; readonly of: Predicate };

/**
 * The type of what a call gives back: the name of a table in `types` (`Date`, `Map`, `Context` …), or
 * `string` `number` `boolean` `bigint` `symbol` `undefined` `null` (primitives),
 * `data` (plain values of unknown shape, as JSON gives), `vetted` (the same, of a package that was looked
 * through: what cannot be told of it, its own methods among it, is pure), `function` (a deterministic function),
 * `receiver` (the object the method was called on), `argument:N` (that argument, untouched).
 * A promise is the type of what it resolves to, with `Promise<` `>` around it: `Promise<data>`.
 */
export type TypeName = string;

export interface CallShape {
  readonly effect?: Effect;
  /** What it does besides: each of these that holds is a finding of its own. */
  readonly further?: readonly EffectCase[];
  /** What it does where the object that it is called on was made while modules load, so that executions share it. */
  readonly shared?: SourceRuleId;
  /** It calls the functions that the object keeps on which it is called, or which it is given. */
  readonly runsKept?: boolean;
  /** The argument that it changes. */
  readonly changes?: number;
  /** Where it puts what it reads; without it, in the elements of the argument that it gives back. */
  readonly fills?: { readonly argument: number; readonly property: string; readonly type: TypeName };
  /** By what it does it (`Math.random`): an engine that makes that deterministic makes this deterministic, too. */
  readonly via?: CataloguePath | Readonly<Partial<Record<SourceRuleId, CataloguePath>>>;
  readonly returns?: TypeName;
  /** The type where an options object is given, by the options that it has; `returns` is the type without one. */
  readonly returnsFor?: ReturnsFor;
  /** What it gives may be this, too: a memoized function is the one that is given, and has a store. */
  readonly alsoReturns?: TypeName;
  /**
   * What happens to functions among the arguments: `run` (default) are called in the calling code,
   * `safe` are run outside replay (a step), `ignored` are never called or not by workflow code.
   * `params` are the types of what the callback is given, by position.
   */
  readonly callbacks?: 'run' | 'safe' | 'ignored' | readonly CallbackShape[];
  readonly role?: Role;
}

/** The first of the cases all of whose options are named decides; what is not known counts as the first case. */
export interface ReturnsFor {
  readonly argument: number;
  readonly cases: readonly { readonly options: readonly string[]; readonly returns: TypeName }[];
  readonly otherwise: TypeName;
}

export interface CallbackShape {
  readonly at: ArgumentPath;
  readonly mode: 'run' | 'safe' | 'ignored';
  readonly params?: readonly TypeName[];
}

/** Where in a call something stands: an argument and a path of properties in it (`*` is every one). */
export interface ArgumentPath {
  readonly argument: number | 'last' | 'last-function' | 'each';
  readonly path?: readonly string[];
}

/** A value of the outside world: a global, an export, a member. */
export interface Shape {
  /** The effect of only reading it (`process.env`). */
  readonly read?: Effect;
  /**
   * The effect of reading a member of it, or all of them: to take the object alone tells nothing
   * (`const { env } = process`), so that the use stands where it is looked into.
   */
  readonly holds?: Effect;
  /** The effect of writing to it or to a member of it; the default is `global-mutation`. */
  readonly write?: Effect;
  readonly call?: CallShape;
  readonly construct?: CallShape;
  /** The value is an instance of this type: its members are looked up there too. */
  readonly type?: TypeName;
  /** Static members. */
  readonly members?: Readonly<Record<string, Shape>>;
  /** Its effect goes without saying where what it works on is a finding of this rule already: the calendar of now. */
  readonly yieldsTo?: SourceRuleId;
  /** One sentence: what to use instead, where a profile does not say it better. */
  readonly advice?: string;
}

/** The members that instances of a type have. */
export interface TypeShape {
  readonly extends?: TypeName;
  readonly members: Readonly<Record<string, Shape>>;
  /** The type of what iterating it gives. */
  readonly iterates?: TypeName;
  /** The type of what awaiting it gives, where that is not the instance itself. */
  readonly awaits?: TypeName;
  /** What calling the instance itself does (a definition or proxy that can be called). */
  readonly call?: CallShape;
  /** It keeps what it was made with, however deep that lies in the arguments (a schema and its defaults). */
  readonly keeps?: boolean;
}

/** The exports of a module. `default` and the members of `default` are looked up as in CommonJS interop. */
export interface ModuleShape {
  readonly exports: Readonly<Record<string, Shape>>;
  /**
   * A package that was looked through by people: the catalogue decides also where its JavaScript can be read.
   * `published`: unless what stands there under the name is something of the project's own, whose manifest names no
   * repository. `large`: where there is much of it; what little there is of a small package shows more, such as values
   * that are handed through. `missing`: only where its JavaScript is not there, for some of it reads the clock or
   * sets timers, by what it is given.
   */
  readonly decides?: 'always' | 'published' | 'large' | 'missing';
  /** What importing the module for its side effect does. */
  readonly load?: Effect;
}

/**
 * Paths name entries: `Date.now`, `Date()` (called), `new Date`, `Date#toLocaleString` (instance),
 * `node:fs.readFileSync` (modules, always with `node:` where Node has the prefix),
 * `lodash.shuffle` (packages). They key a profile's `patches`, and `explain` shows them.
 */
export type CataloguePath = string;

export interface Catalogue {
  readonly globals: Readonly<Record<string, Shape>>;
  readonly types: Readonly<Record<TypeName, TypeShape>>;
  /** Node's builtins, without the `node:` prefix (`fs`, `fs/promises`). */
  readonly modules: Readonly<Record<string, ModuleShape>>;
  /** Well-known npm packages, used only where their own JavaScript cannot be read. */
  readonly packages: Readonly<Record<string, ModuleShape>>;
}

/** What a call into an engine's API means to the rules. Set in profiles, never in the catalogue. */
export type Role =
  /** Asks the engine for something. `id`: where its name or id stands. */
  | {
      readonly type: 'command';
      readonly kind: CommandKind;
      readonly id?: readonly ArgumentPath[];
      /** The options of an activity that is called without a proxy. */
      readonly options?: ArgumentPath;
    }
  /** Runs a callback outside replay and records its result; it is a command too. */
  | { readonly type: 'safe-zone'; readonly id?: readonly ArgumentPath[] }
  /** The functions at `handlers` are workflows; `params` types their parameters. */
  | {
      readonly type: 'define-workflow';
      readonly handlers: readonly ArgumentPath[];
      readonly params?: readonly TypeName[];
    }
  | { readonly type: 'define-activity'; readonly handlers: readonly ArgumentPath[] }
  /** Makes callable activities; `options` holds the timeouts. */
  | { readonly type: 'activity-proxy'; readonly options: ArgumentPath; readonly local: boolean }
  | { readonly type: 'define-message'; readonly kind: 'signal' | 'query' | 'update' }
  | {
      readonly type: 'set-handler';
      readonly definition: ArgumentPath;
      readonly handler: ArgumentPath;
      readonly validator?: ArgumentPath;
    }
  | { readonly type: 'continue-as-new' }
  | { readonly type: 'patch'; readonly id: ArgumentPath }
  | { readonly type: 'cancellation-scope'; readonly kind: 'cancellable' | 'non-cancellable' | 'with-timeout' }
  | { readonly type: 'cancellation-check' }
  | { readonly type: 'log' }
  | { readonly type: 'replay-introspection' }
  | { readonly type: 'heartbeat' }
  | { readonly type: 'activity-info' };

export type CommandKind =
  | 'activity'
  | 'local-activity'
  | 'timer'
  | 'child-workflow'
  | 'signal'
  | 'condition'
  | 'state'
  | 'event'
  | 'side-effect'
  /** Sent and forgotten: there is no promise. */
  | 'one-way'
  | 'other';
