/**
 * What a misuse rule is and what it may ask. A rule sees the resolved graph and the facts of the IR
 * (`graph/ir.ts`); it never sees the compiler and never parses.
 */

import type { ArgumentPath, CataloguePath, Role } from '../catalog/types.js';
import type { CallOp, FileIr, FunctionIr, Slot, Span } from '../graph/ir.js';
import type { Profile } from '../profiles/types.js';

export type MisuseRuleId =
  | 'floating-command'
  | 'require-activity-timeout'
  | 'activity-value-import'
  | 'async-query'
  | 'mutating-query'
  | 'swallowed-cancellation'
  | 'require-literal-patch-id'
  | 'unbounded-history'
  | 'attempt-in-idempotency-key'
  | 'no-heartbeat';

export interface MisuseRule {
  readonly id: MisuseRuleId;
  readonly run: (context: RuleContext) => readonly RuleFinding[];
}

export interface RuleFinding {
  readonly file: FileIr;
  readonly span: Span;
  readonly message: string;
  /** The function that the finding stands in, for the chain; without it the finding has none. */
  readonly in?: FunctionNode;
  readonly suggestion?: string;
}

/** A function of the program. Identity is by `file.path` and `ir.index`; nodes are unique per context. */
export interface FunctionNode {
  readonly file: FileIr;
  readonly ir: FunctionIr;
}

export interface ResolvedCall {
  readonly in: FunctionNode;
  readonly op: CallOp;
  readonly targets: readonly CallTarget[];
}

export type CallTarget =
  | { readonly type: 'function'; readonly fn: FunctionNode }
  /** A catalogued or engine API. `role` only where the profile gives it one. */
  | { readonly type: 'api'; readonly path: CataloguePath; readonly role: Role | undefined }
  | { readonly type: 'unknown'; readonly reason: string };

/** An abstract value: what may stand in a slot. */
export type Value =
  | { readonly type: 'constant'; readonly value: string | number | boolean | null | undefined }
  | { readonly type: 'function'; readonly fn: FunctionNode }
  | ({
      readonly type: 'object';
      readonly id: number;
      readonly file: FileIr;
      readonly keys: readonly string[];
      readonly open: boolean;
    } & Span)
  /** An instance of a catalogue or engine type: `Date`, `SignalDefinition`, `string`. */
  | { readonly type: 'instance'; readonly of: string }
  | { readonly type: 'api'; readonly path: CataloguePath; readonly role: Role | undefined }
  | { readonly type: 'unknown' };

export interface RuleContext {
  readonly profile: Profile;
  /** Functions that replay runs, in a fixed order (by file, then position). */
  readonly functions: readonly FunctionNode[];
  readonly workflows: readonly FunctionNode[];
  /** Activities and the functions that they reach, so far as they are known. */
  readonly activities: readonly FunctionNode[];
  /** The entries among them. */
  readonly activityEntries: readonly FunctionNode[];
  /** Files that hold code which replay runs. */
  readonly files: readonly FileIr[];
  /** The calls in all of `functions` that may have a role of this type, in their order. */
  callsWith(role: Role['type']): readonly ResolvedCall[];
  /** The calls that stand in a function, in source order. */
  calls(fn: FunctionNode): readonly ResolvedCall[];
  /** What may stand in a slot of a function, all contexts together. */
  values(fn: FunctionNode, slot: Slot): readonly Value[];
  /** The generator functions that made what stands in a slot; none where something else may stand there. */
  generators(fn: FunctionNode, slot: Slot): readonly FunctionNode[];
  /** What may stand at a place in a call's arguments. */
  argument(call: ResolvedCall, path: ArgumentPath): readonly Value[];
  /** What may stand in a property of an object value. */
  property(value: Value, name: string): readonly Value[];
  /** Does calling this function ask the engine for something, directly or through what it calls? */
  issuesCommands(fn: FunctionNode): boolean;
  /** The calls in a range of ops that ask the engine for something, directly or not. */
  commandsIn(fn: FunctionNode, from: number, to: number): readonly ResolvedCall[];
  /** Does calling it reach a call with this role? */
  reachesRole(fn: FunctionNode, role: Role['type']): boolean;
  /**
   * Tells whether what stands in a slot may be what one of these functions keeps hold of: what it captures or is
   * a method of, and all that this holds. True also where it is not known what stands there.
   */
  keptBy(functions: readonly FunctionNode[]): (fn: FunctionNode, slot: Slot) => boolean;
  /** The functions that the file's specifier leads to; undefined when it cannot be resolved. */
  resolveImport(file: FileIr, specifier: string): FileIr | undefined;
  /** Is any value at the slot derived from the result of a call or read with this role? */
  derivesFrom(fn: FunctionNode, slot: Slot, role: Role['type']): boolean;
}
