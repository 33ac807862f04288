/**
 * What lowering keeps while it walks one file: the functions under construction and the scopes.
 *
 * Invariants:
 * - L1 A slot belongs to one function; code of another function names it by a capture (`~index`).
 * - L2 Ops are appended in source order, so regions of source are ranges of ops.
 * - L3 Work per file is bounded by `maxNodes`, counted and not timed, so that output never depends
 *   on the machine.
 */

import type ts from 'typescript';
import type {
  BranchIr,
  ClassIr,
  ExportIr,
  FunctionIr,
  FunctionKind,
  ImportIr,
  LoopIr,
  Op,
  ParameterIr,
  Slot,
  StatementIr,
  TryIr,
  TypeDeclarationIr,
  TypeIr,
  VariableIr,
} from '../../graph/ir.js';

export interface Binding {
  readonly name: string;
  readonly fn: FunctionState;
  readonly slot: Slot;
  readonly kind: VariableIr['kind'];
  /** Index into the file's imports. */
  readonly importIndex: number;
  /** A constant that the variable is sure to hold. */
  constant: { readonly value: string | number | boolean | null | undefined } | undefined;
  readonly at: number;
}

export interface Scope {
  readonly parent: Scope | undefined;
  readonly fn: FunctionState;
  readonly bindings: Map<string, Binding>;
}

export interface FunctionState {
  readonly file: FileState;
  readonly index: number;
  readonly parent: FunctionState | undefined;
  readonly kind: FunctionKind;
  readonly ops: Op[];
  readonly captures: { fn: number; slot: Slot }[];
  captureIndex: Map<Binding, Slot> | undefined;
  readonly variables: VariableIr[];
  readonly params: ParameterIr[];
  readonly loops: LoopIr[];
  readonly tries: TryIr[];
  readonly branches: BranchIr[];
  readonly statements: StatementIr[];
  slotCount: number;
  scope: Scope;
  thisBinding: Binding;
  returnSlot: Slot;
  yieldSlot: Slot;
  nextSlot: Slot;
  argumentsBinding: Binding | undefined;
  /** What `super` means inside; bindings of the base class. */
  readonly home: ClassHome | undefined;
  /** Slots of the module's own variables that the current statement mentions. */
  readonly used: Set<Slot>;
}

export interface ClassHome {
  readonly base: Binding | undefined;
  readonly static: boolean;
}

export interface FileState {
  readonly source: ts.SourceFile;
  readonly path: string;
  readonly isTypeScript: boolean;
  /** Somewhere in the text there may be a `var`. */
  readonly hasVar: boolean;
  readonly functions: (FunctionIr | undefined)[];
  readonly classes: (ClassIr | undefined)[];
  readonly imports: (ImportIr & { valueUsed: boolean })[];
  readonly exports: ExportIr[];
  readonly types: Record<string, TypeDeclarationIr>;
  readonly maxNodes: number;
  nodes: number;
}

/** Thrown inside lowering only; `lowerFile` turns it into a reported give-up. */
export class FileTooLargeError extends Error {}

export function countNode(file: FileState): void {
  file.nodes += 1;
  if (file.nodes > file.maxNodes) throw new FileTooLargeError();
}

export function newSlot(fn: FunctionState): Slot {
  return fn.slotCount++;
}

export function emit(fn: FunctionState, op: Op): number {
  return fn.ops.push(op) - 1;
}

export function spanOf(fn: FunctionState, node: ts.Node): { at: number; end: number } {
  return { at: startOf(fn.file, node), end: node.end };
}

/** Where a node's first token is: blanks are passed over here, comments by the compiler. */
export function startOf(file: FileState, node: ts.Node): number {
  const { text } = file.source;
  let at = node.pos;
  if (at === node.end) return node.getStart(file.source);
  let char = text.charCodeAt(at);
  while (char === space || char === lineFeed) char = text.charCodeAt((at += 1));
  return isPlain(char) ? at : node.getStart(file.source);
}

const space = 32;
const lineFeed = 10;

/** Letters, digits, `$`, `_`, quotes and brackets: neither space nor what may begin a comment or a conflict marker. */
function isPlain(char: number): boolean {
  return (
    (char >= 97 && char <= 123) ||
    (char >= 64 && char <= 96) ||
    (char >= 48 && char <= 57) ||
    char === 33 ||
    char === 34 ||
    (char >= 36 && char <= 41 && char !== 37 && char !== 38)
  );
}

export function pushScope(fn: FunctionState): Scope {
  const before = fn.scope;
  fn.scope = { parent: before, fn, bindings: new Map() };
  return before;
}

export function declare(
  scope: Scope,
  name: string,
  kind: VariableIr['kind'],
  span: { at: number; end: number },
  options: { type?: TypeIr | undefined; importIndex?: number } = {},
): Binding {
  const existing = scope.bindings.get(name);
  if (existing !== undefined) return existing;
  const slot = newSlot(scope.fn);
  const binding: Binding = {
    name,
    fn: scope.fn,
    slot,
    kind,
    importIndex: options.importIndex ?? -1,
    constant: undefined,
    at: span.at,
  };
  scope.bindings.set(name, binding);
  scope.fn.variables.push({ slot, name, kind, type: options.type, at: span.at, end: span.end });
  return binding;
}

/** A binding without a name, to be captured like a variable (`this`, a base class). */
export function hiddenBinding(fn: FunctionState, name: string): Binding {
  return { name, fn, slot: newSlot(fn), kind: 'const', importIndex: -1, constant: undefined, at: 0 };
}

export function lookup(scope: Scope, name: string): Binding | undefined {
  for (let current: Scope | undefined = scope; current !== undefined; current = current.parent) {
    const found = current.bindings.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The slot of a binding as seen from a function. */
export function slotOf(fn: FunctionState, binding: Binding): Slot {
  if (binding.fn === fn) {
    if (fn.kind === 'module') fn.used.add(binding.slot);
    return binding.slot;
  }
  fn.captureIndex ??= new Map();
  const known = fn.captureIndex.get(binding);
  if (known !== undefined) return known;
  const slot = ~fn.captures.length;
  fn.captures.push({ fn: binding.fn.index, slot: binding.slot });
  fn.captureIndex.set(binding, slot);
  return slot;
}
