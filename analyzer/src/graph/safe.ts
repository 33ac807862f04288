import type { SafeFunctionPattern } from '../profiles/types.js';
import type { FunctionIr } from './ir.js';
import type { GraphState, Unit } from './state.js';

/** Functions that the engine runs outside replay although workflow code calls them directly. */
export function isSafeFunction(state: GraphState, unit: Unit, fn: FunctionIr): boolean {
  return state.profile.safeFunctions.some((pattern) => matches(state, pattern, unit, fn));
}

function matches(state: GraphState, pattern: SafeFunctionPattern, unit: Unit, fn: FunctionIr): boolean {
  if (pattern.type === 'directive') {
    return (
      fn.directives.includes(pattern.directive) ||
      (fn.parent === 0 && unit.ir.directives.includes(pattern.directive))
    );
  }
  return hasDecorator(state, unit, fn, pattern.decorator.module, pattern.decorator.path);
}

/** Is the function under a decorator of the engine? Looked up by what was imported, by name. */
export function hasDecorator(
  state: GraphState,
  unit: Unit,
  fn: FunctionIr,
  module: string,
  path: string,
): boolean {
  if (fn.decorators.length === 0 || !Object.hasOwn(state.profile.modules, module)) return false;
  const owner = unit.ir.functions[fn.parent];
  if (owner === undefined) return false;
  return fn.decorators.some((slot) => decoratorPath(unit, owner, slot) === `${module}.${path}`);
}

/** The path of a decorator as written: `@dbos-inc/dbos-sdk.DBOS.step`, whether it is called or not. */
function decoratorPath(unit: Unit, owner: FunctionIr, slot: number, depth = 0): string | undefined {
  if (depth > 8) return undefined;
  const op = owner.ops.find(
    (candidate) => 'to' in candidate && candidate.to === slot && candidate.type !== 'copy',
  );
  if (op?.type === 'call') return decoratorPath(unit, owner, op.callee, depth + 1);
  if (op?.type === 'get') {
    const of = decoratorPath(unit, owner, op.of, depth + 1);
    return of === undefined ? undefined : `${of}.${op.name}`;
  }
  if (op?.type !== 'import') return undefined;
  const entry = unit.ir.imports[op.binding]!;
  return entry.name === '*' || entry.name === 'default'
    ? entry.specifier
    : `${entry.specifier}.${entry.name}`;
}
