import type { CallShape, Shape, TypeName } from '../catalog/types.js';
import type { ClassIr, FunctionIr, Span, TypeDeclarationIr, TypeIr } from './ir.js';
import type { Access } from './properties.js';
import type { Instance, Unit } from './state.js';

export type TokenId = number;
export type NodeId = number;

/** Where an abstract value comes from: while modules load, while replay runs, or in a step, which replay leaves out. */
export type Phase = 'load' | 'run' | 'step';

/**
 * An abstract value. Functions, objects and classes are told apart by where they are made and in
 * which instance of the function around them.
 */
export type Value =
  | { readonly kind: 'function'; readonly unit: Unit; readonly fn: FunctionIr; readonly parent: Instance }
  | { readonly kind: 'class'; readonly unit: Unit; readonly cls: ClassIr; readonly parent: Instance }
  | { readonly kind: 'prototype'; readonly of: TokenId }
  /** Made by an object literal, `Object.create` …; `names` are the properties it is sure to have. */
  | ({
      readonly kind: 'object';
      readonly unit: Unit;
      readonly names: readonly string[];
      readonly open: boolean;
    } & Span)
  /** `derived`: made by a method of another array. */
  | ({ readonly kind: 'array'; readonly unit: Unit; readonly derived?: boolean } & Span)
  /** An instance of a class (or function) of the program. */
  | { readonly kind: 'instance'; readonly of: TokenId }
  /** An instance that somebody else made (injected, deserialised): known by its declared class only. */
  | { readonly kind: 'declared'; readonly unit: Unit; readonly cls: ClassIr }
  | { readonly kind: 'namespace'; readonly unit: Unit }
  | { readonly kind: 'commonjs-module'; readonly unit: Unit }
  /** A catalogued value, engine APIs included. */
  | { readonly kind: 'native'; readonly path: string; readonly shape: Shape }
  /** An instance of a catalogued type; containers are told apart by where they are made. */
  | { readonly kind: 'native-instance'; readonly type: TypeName }
  | {
      readonly kind: 'method';
      readonly path: string;
      readonly call: CallShape;
      readonly receiver: TokenId;
      readonly shape: Shape;
    }
  /**
   * `text`: the parts of a string that looks like a time; what is not known of it are nodes. `symbol`: the name
   * of the properties whose key it is.
   */
  | {
      readonly kind: 'primitive';
      readonly of: string;
      readonly text?: readonly (string | NodeId)[];
      readonly symbol?: string;
    }
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null | undefined }
  /**
   * Plain values of unknown shape, as JSON gives; `replayed`: the execution has it, and a step looks at it;
   * `vetted`: of a package all of whose methods are pure.
   */
  | {
      readonly kind: 'data';
      readonly nullable: boolean;
      readonly replayed?: boolean;
      readonly vetted?: boolean;
    }
  /** A method of plain data, whose type is not known. */
  | { readonly kind: 'data-method'; readonly name: string; readonly vetted: boolean }
  | { readonly kind: 'unknown'; readonly reason: string }
  /** A value of an interface or object type, from outside. */
  | { readonly kind: 'typed'; readonly unit: Unit; readonly declaration: TypeDeclarationIr }
  | {
      readonly kind: 'typed-method';
      readonly typed: TokenId;
      readonly name: string;
      readonly returns: TypeIr | undefined;
    }
  | {
      readonly kind: 'bound';
      readonly target: TokenId;
      readonly receiver: NodeId;
      readonly args: readonly NodeId[];
    }
  /** `resolve` of `new Promise`: calling it gives the promise its value. */
  | { readonly kind: 'resolver'; readonly to: NodeId }
  /** `reject` of `new Promise`. */
  | { readonly kind: 'rejecter' }
  | { readonly kind: 'generator'; readonly instance: Instance }
  | { readonly kind: 'proxy'; readonly target: NodeId; readonly handler: NodeId }
  /** Marks what comes from a nondeterministic source: taint, not a value. */
  | { readonly kind: 'source'; readonly use: number };

export interface PropertyLookup {
  readonly name: string;
  /** Where it began. */
  readonly first: TokenId;
  readonly to: NodeId;
  readonly receiver: TokenId;
  readonly access: Access;
}

/** What a token holds, if it can hold properties. */
export interface TokenHeap {
  readonly properties: Map<string, NodeId>;
  // Most tokens have none of these, and there are many tokens.
  getters: Map<string, NodeId> | undefined;
  setters: Map<string, NodeId> | undefined;
  /** Tokens where a lookup goes on. */
  prototypes: Set<TokenId> | undefined;
  /** The look-ups made so far, by name: what is written later flows to them, too. */
  lookups: Map<string, PropertyLookup[]> | undefined;
  /** The same look-ups, where they came by way of other tokens. */
  inherited: Set<PropertyLookup> | undefined;
  /** Who wants to know of the names that are added. */
  named: ((name: string) => void)[] | undefined;
  /** Names that hide those of the prototypes. */
  own: Set<string> | undefined;
}

export interface Token {
  readonly id: TokenId;
  readonly value: Value;
  readonly phase: Phase;
  heap: TokenHeap | undefined;
}

/** What a token is to the solver. */
export type TokenMark = 0 | 1 | 2;
export const isValue = 0;
/** A text constant, of which a node holds a limited number. */
export const isText = 1;
export const isTaint = 2;

export interface TokenTable {
  readonly all: Token[];
  /** The mark of each token. */
  readonly marks: readonly TokenMark[];
  /** The tokens of constants, by value. */
  readonly constants: Map<unknown, TokenId>;
  /** The tokens of primitive values that are not known, by type. */
  readonly primitives: Map<string, TokenId>;
  readonly get: (id: TokenId) => Token;
  /** A token that whoever asks for it finds again by means of its own. */
  readonly add: (phase: Phase, value: Value) => TokenId;
  readonly intern: (key: string, phase: Phase, make: () => Value) => TokenId;
}

export function createTokenTable(): TokenTable {
  const all: Token[] = [];
  const marks: TokenMark[] = [];
  const byKey = new Map<string, TokenId>();
  const add = (phase: Phase, value: Value): TokenId => {
    const id = all.length;
    all.push({ id, value, phase, heap: undefined });
    marks.push(markOf(value));
    return id;
  };
  return {
    all,
    marks,
    constants: new Map(),
    primitives: new Map(),
    get: (id) => all[id]!,
    add,
    intern: (key, phase, make) => {
      let id = byKey.get(key);
      if (id === undefined) byKey.set(key, (id = add(phase, make())));
      return id;
    },
  };
}

function markOf(value: Value): TokenMark {
  if (value.kind === 'source') return isTaint;
  return value.kind === 'constant' && typeof value.value === 'string' ? isText : isValue;
}

export function heapOf(token: Token): TokenHeap {
  token.heap ??= {
    properties: new Map(),
    getters: undefined,
    setters: undefined,
    prototypes: undefined,
    lookups: undefined,
    named: undefined,
    inherited: undefined,
    own: undefined,
  };
  return token.heap;
}

/** Says that a token has a name of its own, whatever its prototypes have. */
export function ownName(token: Token, name: string): void {
  const heap = heapOf(token);
  if (heap.own === undefined) heap.own = new Set([name]);
  else heap.own.add(name);
}
