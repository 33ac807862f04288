import type ts from 'typescript';
import { tsc } from '../compiler.js';
import type { ArgumentIr, CallOp, Slot, TypeIr, ValueUse } from '../../graph/ir.js';
import { constantOf, unwrap } from './constants.js';
import { lowerExpression, superHome } from './expressions.js';
import { lowerObject } from './literals.js';
import { lowerType } from './types.js';
import { emit, lookup, newSlot, slotOf, startOf, type Binding, type FunctionState } from './state.js';

export function lowerCall(fn: FunctionState, node: ts.CallExpression, use: ValueUse): Slot {
  const callee = unwrap(node.expression);
  if (callee.kind === tsc.SyntaxKind.SuperKeyword) return lowerSuperCall(fn, node);
  if (isRequire(fn, node)) return lowerRequire(fn, node);
  const [target, ...sources] = node.arguments;
  if (target !== undefined && isAssigned(fn, callee, target, sources))
    return lowerObject(fn, target, sources);
  const optional = node.questionDotToken !== undefined || tsc.isOptionalChain(node);
  const { slot, receiver } = lowerCallee(fn, callee);
  const args = lowerArguments(fn, node.arguments);
  const typeArguments = node.typeArguments?.flatMap((type) => lowerType(type) ?? []);
  return emitCall(fn, node, {
    typeArguments,
    callee: slot,
    receiver,
    args,
    kind: 'call',
    use,
    optional,
    text: calleeText(callee),
  });
}

/** `Object.assign({ … }, options)`: a literal without setters, into which the rest is copied. */
function isAssigned(
  fn: FunctionState,
  callee: ts.Expression,
  target: ts.Expression,
  sources: readonly ts.Expression[],
): target is ts.ObjectLiteralExpression {
  return (
    tsc.isPropertyAccessExpression(callee) &&
    callee.name.text === 'assign' &&
    tsc.isIdentifier(callee.expression) &&
    callee.expression.text === 'Object' &&
    lookup(fn.scope, 'Object') === undefined &&
    tsc.isObjectLiteralExpression(target) &&
    !target.properties.some((property) => tsc.isSetAccessor(property)) &&
    !sources.some((source) => tsc.isSpreadElement(source))
  );
}

/** The function that is called, and the object it is called on. */
function lowerCallee(fn: FunctionState, callee: ts.Expression): { slot: Slot; receiver: Slot } {
  if (tsc.isPropertyAccessExpression(callee)) {
    const isSuper = callee.expression.kind === tsc.SyntaxKind.SuperKeyword;
    const of = isSuper ? superHome(fn, callee) : lowerExpression(fn, callee.expression);
    const slot = newSlot(fn);
    emit(fn, {
      type: 'get',
      to: slot,
      of,
      name: callee.name.text,
      at: startOf(fn.file, callee),
      end: callee.end,
    });
    return { slot, receiver: isSuper ? slotOf(fn, fn.thisBinding) : of };
  }
  if (tsc.isElementAccessExpression(callee)) {
    const of = lowerExpression(fn, callee.expression);
    const slot = newSlot(fn);
    const constant = constantOf(fn, callee.argumentExpression);
    if (constant !== undefined && typeof constant.value !== 'object') {
      emit(fn, {
        type: 'get',
        to: slot,
        of,
        name: String(constant.value),
        at: startOf(fn.file, callee),
        end: callee.end,
      });
    } else {
      const key = lowerExpression(fn, callee.argumentExpression);
      emit(fn, { type: 'get-element', to: slot, of, key, at: startOf(fn.file, callee), end: callee.end });
    }
    return { slot, receiver: of };
  }
  return { slot: lowerExpression(fn, callee), receiver: -1 };
}

export function lowerArguments(fn: FunctionState, nodes: readonly ts.Expression[]): ArgumentIr[] {
  return nodes.map((node) => {
    const spread = tsc.isSpreadElement(node);
    const slot = lowerExpression(fn, spread ? node.expression : node);
    return { slot, spread, at: startOf(fn.file, node), end: node.end };
  });
}

export function emitCall(
  fn: FunctionState,
  node: ts.Node,
  call: Omit<CallOp, 'type' | 'to' | 'at' | 'end' | 'typeArguments'> & {
    readonly typeArguments?: readonly TypeIr[] | undefined;
  },
): Slot {
  const to = newSlot(fn);
  // Written out, as there are very many: copying an object takes five times as long, and the copy is larger.
  emit(fn, {
    type: 'call',
    to,
    callee: call.callee,
    receiver: call.receiver,
    args: call.args,
    kind: call.kind,
    use: call.use,
    optional: call.optional,
    typeArguments: call.typeArguments ?? none,
    text: call.text,
    at: startOf(fn.file, node),
    end: node.end,
  });
  return to;
}

const none: readonly TypeIr[] = [];

export function lowerNew(fn: FunctionState, node: ts.NewExpression, use: ValueUse): Slot {
  const callee = lowerExpression(fn, node.expression);
  const args = lowerArguments(fn, node.arguments ?? []);
  const text = calleeText(node.expression);
  return emitCall(fn, node, { callee, receiver: -1, args, kind: 'new', use, optional: false, text });
}

function lowerSuperCall(fn: FunctionState, node: ts.CallExpression): Slot {
  const args = lowerArguments(fn, node.arguments);
  const base = fn.home?.base;
  const callee = base === undefined ? newSlot(fn) : slotOf(fn, base);
  const receiver = slotOf(fn, fn.thisBinding);
  return emitCall(fn, node, {
    callee,
    receiver,
    args,
    kind: 'super',
    use: 'value',
    optional: false,
    text: 'super',
  });
}

export function lowerTaggedTemplate(
  fn: FunctionState,
  node: ts.TaggedTemplateExpression,
  use: ValueUse,
): Slot {
  const { slot, receiver } = lowerCallee(fn, unwrap(node.tag));
  const strings = newSlot(fn);
  emit(fn, { type: 'primitive', to: strings, of: 'TemplateStringsArray' });
  const args: ArgumentIr[] = [
    { slot: strings, spread: false, at: startOf(fn.file, node.template), end: node.template.end },
  ];
  if (tsc.isTemplateExpression(node.template)) {
    for (const span of node.template.templateSpans) {
      args.push({
        slot: lowerExpression(fn, span.expression),
        spread: false,
        at: startOf(fn.file, span.expression),
        end: span.expression.end,
      });
    }
  }
  const text = calleeText(node.tag);
  return emitCall(fn, node, { callee: slot, receiver, args, kind: 'template', use, optional: false, text });
}

const madeRequires = new WeakSet<Binding>();

/** `const require = createRequire(import.meta.url)` */
export function noteMadeRequire(fn: FunctionState, name: ts.BindingName, initializer: ts.Expression): void {
  const call = unwrap(initializer);
  if (!tsc.isIdentifier(name) || !tsc.isCallExpression(call) || !tsc.isIdentifier(call.expression)) return;
  const callee = lookup(fn.scope, call.expression.text);
  const entry = callee === undefined ? undefined : fn.file.imports[callee.importIndex];
  const binding = lookup(fn.scope, name.text);
  if (binding !== undefined && entry?.name === 'createRequire') madeRequires.add(binding);
}

/** `require('x')`, unless somebody bound `require` to something else. */
export function isRequire(fn: FunctionState, node: ts.CallExpression): boolean {
  if (!tsc.isIdentifier(node.expression)) return false;
  const binding = lookup(fn.scope, node.expression.text);
  if (binding === undefined ? node.expression.text !== 'require' : !madeRequires.has(binding)) return false;
  const first = node.arguments[0];
  return first !== undefined && typeof constantOf(fn, first)?.value === 'string';
}

function lowerRequire(fn: FunctionState, node: ts.CallExpression): Slot {
  return lowerDynamicImport(fn, node, String(constantOf(fn, node.arguments[0]!)?.value));
}

/** A namespace that is imported where the code stands, by `require` or `import()`. */
function lowerDynamicImport(fn: FunctionState, node: ts.CallExpression, specifier: string): Slot {
  const isRequireCall = tsc.isIdentifier(node.expression);
  const binding =
    fn.file.imports.push({
      specifier,
      name: isRequireCall ? 'require' : '*',
      local: '',
      slot: -1,
      typeOnly: false,
      dynamic: true,
      valueUsed: true,
      at: startOf(fn.file, node),
      end: node.end,
    }) - 1;
  const to = newSlot(fn);
  emit(fn, { type: 'import', to, binding, at: startOf(fn.file, node), end: node.end });
  return to;
}

export function lowerImportCall(fn: FunctionState, node: ts.CallExpression, use: ValueUse): Slot {
  const first = node.arguments[0];
  const constant = first === undefined ? undefined : constantOf(fn, first);
  if (typeof constant?.value === 'string') return lowerDynamicImport(fn, node, constant.value);
  const callee = newSlot(fn);
  emit(fn, {
    type: 'global',
    to: callee,
    name: 'import()',
    typeofOnly: false,
    at: startOf(fn.file, node),
    end: node.end,
  });
  const args = lowerArguments(fn, node.arguments);
  return emitCall(fn, node, {
    callee,
    receiver: -1,
    args,
    kind: 'import',
    use,
    optional: false,
    text: 'import',
  });
}

/** The callee as written, shortened, for messages. */
export function calleeText(node: ts.Expression): string {
  const target = unwrap(node);
  if (tsc.isIdentifier(target)) return target.text;
  if (target.kind === tsc.SyntaxKind.ThisKeyword) return 'this';
  if (target.kind === tsc.SyntaxKind.SuperKeyword) return 'super';
  if (tsc.isPropertyAccessExpression(target)) return `${calleeText(target.expression)}.${target.name.text}`;
  if (tsc.isElementAccessExpression(target)) return `${calleeText(target.expression)}[…]`;
  if (tsc.isCallExpression(target)) return `${calleeText(target.expression)}(…)`;
  return '(…)';
}
