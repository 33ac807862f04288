import type ts from 'typescript';
import { tsc } from '../compiler.js';
import type { FunctionKind, Slot, TypeIr } from '../../graph/ir.js';
import { lowerExpression } from './expressions.js';
import { declarePattern, hasModifier, hoistVars } from './hoist.js';
import { bindPattern, declaredType, withDefault } from './patterns.js';
import { lowerBlockBody } from './statements.js';
import { lowerType } from './types.js';
import {
  countNode,
  declare,
  emit,
  hiddenBinding,
  newSlot,
  startOf,
  type ClassHome,
  type FileState,
  type FunctionState,
  type Scope,
} from './state.js';

export interface NewFunction {
  readonly kind: FunctionKind;
  readonly parent: FunctionState | undefined;
  readonly scope: Scope | undefined;
  readonly home?: ClassHome | undefined;
  readonly generator?: boolean;
  /** Arrows and initialisers share the `this` of where they stand. */
  readonly inheritsThis?: boolean;
}

export function newFunction(file: FileState, options: NewFunction): FunctionState {
  const index = file.functions.push(undefined) - 1;
  const fn = {
    file,
    index,
    parent: options.parent,
    kind: options.kind,
    ops: [],
    // Entry 0 stays unused: its slot would be -1, which says 'none' elsewhere.
    captures: [{ fn: -1, slot: 0 }],
    captureIndex: undefined,
    variables: [],
    params: [],
    loops: [],
    tries: [],
    branches: [],
    statements: [],
    slotCount: 0,
    home: options.home,
    used: options.kind === 'module' ? new Set<Slot>() : noSlots,
    returnSlot: 0,
    yieldSlot: -1,
    nextSlot: -1,
    argumentsBinding: undefined,
  } as unknown as FunctionState;
  fn.scope = { parent: options.scope, fn, bindings: new Map() };
  fn.returnSlot = newSlot(fn);
  if (options.inheritsThis === true && options.parent !== undefined) {
    fn.thisBinding = options.parent.thisBinding;
    fn.argumentsBinding = options.parent.argumentsBinding;
  } else {
    fn.thisBinding = hiddenBinding(fn, 'this');
  }
  if (options.generator === true) {
    fn.yieldSlot = newSlot(fn);
    fn.nextSlot = newSlot(fn);
  }
  return fn;
}

/** Only modules note what their statements use. */
const noSlots = new Set<Slot>();

export interface FinishFunction {
  readonly node: ts.Node;
  readonly name: string;
  readonly nameNode?: ts.Node | undefined;
  readonly returnType?: TypeIr | undefined;
  readonly directives?: readonly string[];
  readonly decorators?: readonly Slot[];
  readonly async?: boolean;
  readonly bodiless?: boolean;
}

export function finishFunction(fn: FunctionState, options: FinishFunction): number {
  const at = startOf(fn.file, options.node);
  const ownThis = fn.thisBinding.fn === fn ? fn.thisBinding.slot : -1;
  const ownArguments = fn.argumentsBinding?.fn === fn ? fn.argumentsBinding.slot : -1;
  fn.file.functions[fn.index] = {
    index: fn.index,
    name: options.name,
    nameAt: options.nameNode === undefined ? at : startOf(fn.file, options.nameNode),
    kind: fn.kind,
    async: options.async ?? false,
    generator: fn.yieldSlot >= 0,
    parent: fn.parent?.index ?? -1,
    params: exactly(fn.params),
    slotCount: fn.slotCount,
    thisSlot: ownThis,
    returnSlot: fn.returnSlot,
    yieldSlot: fn.yieldSlot,
    nextSlot: fn.nextSlot,
    argumentsSlot: ownArguments,
    captures: fn.captures.length === 1 ? noCaptures : exactly(fn.captures),
    variables: exactly(fn.variables),
    ops: exactly(fn.ops),
    loops: exactly(fn.loops),
    tries: exactly(fn.tries),
    branches: exactly(fn.branches),
    directives: options.directives ?? none,
    decorators: options.decorators ?? none,
    returnType: options.returnType,
    statements: exactly(fn.statements),
    bodiless: options.bodiless ?? false,
    at,
    end: options.node.end,
  };
  return fn.index;
}

const none: readonly never[] = [];
/** The placeholder alone. */
const noCaptures = [{ fn: -1, slot: 0 }];

/** A list without the room to grow that it was made with: functions are kept, and most of their lists are short. */
function exactly<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? none : list.slice();
}

export interface LowerFunctionOptions {
  readonly kind: FunctionKind;
  readonly name: string;
  readonly home?: ClassHome | undefined;
  readonly decorators?: readonly Slot[];
  /** Code that runs after the parameters are bound (a constructor's parameter properties). */
  readonly prologue?: (fn: FunctionState) => void;
}

/** Lowers a function and gives its index. */
export function lowerFunction(
  outer: FunctionState,
  node: ts.FunctionLikeDeclaration,
  options: LowerFunctionOptions,
): number {
  countNode(outer.file);
  const isArrow = tsc.isArrowFunction(node);
  const fn = newFunction(outer.file, {
    kind: options.kind,
    parent: outer,
    scope: outer.scope,
    home: options.home ?? (isArrow ? outer.home : undefined),
    generator: 'asteriskToken' in node && node.asteriskToken !== undefined,
    inheritsThis: isArrow,
  });
  if (!isArrow) fn.argumentsBinding = undefined;
  if (tsc.isFunctionExpression(node) && node.name !== undefined) bindOwnName(fn, node.name, outer);
  lowerParameters(fn, node);
  options.prologue?.(fn);
  if (node.body !== undefined) {
    if (tsc.isBlock(node.body)) {
      hoistVars(fn, node.body);
      lowerBlockBody(fn, node.body.statements);
    } else {
      const value = lowerExpression(fn, node.body, 'returned');
      emit(fn, { type: 'return', from: value, at: startOf(fn.file, node.body), end: node.body.end });
    }
  }
  return finishFunction(fn, {
    node,
    name: options.name,
    nameNode: node.name ?? undefined,
    returnType: lowerType(node.type ?? (fn.file.isTypeScript ? undefined : tsc.getJSDocReturnType(node))),
    directives: directivesOf(node.body),
    decorators: options.decorators ?? [],
    async: hasModifier(node, tsc.SyntaxKind.AsyncKeyword),
    bodiless: node.body === undefined,
  });
}

/** `const f = function g() {}`: inside, `g` is the function itself. */
function bindOwnName(fn: FunctionState, name: ts.Identifier, outer: FunctionState): void {
  const binding = declare(fn.scope, name.text, 'function', { at: name.pos, end: name.end });
  emit(fn, { type: 'function', to: binding.slot, fn: fn.index });
  void outer;
}

function lowerParameters(fn: FunctionState, node: ts.FunctionLikeDeclaration): void {
  const parameters = node.parameters.filter((parameter) => !isThisParameter(parameter));
  for (const parameter of parameters) {
    const plain = tsc.isIdentifier(parameter.name) && parameter.initializer === undefined;
    declarePattern(fn, fn.scope, parameter.name, 'parameter', parameter.type);
    const name = tsc.isIdentifier(parameter.name) ? parameter.name.text : '';
    const own = plain ? fn.scope.bindings.get(name)?.slot : undefined;
    fn.params.push({
      slot: own ?? newSlot(fn),
      name,
      rest: parameter.dotDotDotToken !== undefined,
      optional: parameter.questionToken !== undefined || parameter.initializer !== undefined,
      type: declaredType(fn, parameter),
    });
  }
  parameters.forEach((parameter, index) => {
    const slot = fn.params[index]!.slot;
    if (tsc.isIdentifier(parameter.name) && parameter.initializer === undefined) return;
    bindPattern(fn, parameter.name, withDefault(fn, slot, parameter.initializer, 'missing'));
  });
}

export function isThisParameter(parameter: ts.ParameterDeclaration): boolean {
  return tsc.isIdentifier(parameter.name) && parameter.name.text === 'this';
}

export function directivesOf(body: ts.Node | undefined): string[] {
  if (body === undefined || !tsc.isBlock(body)) return [];
  return directivesAmong(body.statements);
}

export function directivesAmong(statements: readonly ts.Statement[]): string[] {
  const found: string[] = [];
  for (const statement of statements) {
    if (!tsc.isExpressionStatement(statement) || !tsc.isStringLiteral(statement.expression)) break;
    found.push(statement.expression.text);
  }
  return found;
}
