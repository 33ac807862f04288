/** Classes that are workflows by what they extend. */

import type { WorkflowPattern } from '../profiles/types.js';
import { resolveType } from './declared-types.js';
import type { ClassIr } from './ir.js';
import type { GraphState, Unit } from './state.js';

export function extendsEngineClass(
  state: GraphState,
  unit: Unit,
  name: string,
  module: string,
  path: string,
  depth: number,
): boolean {
  const [head, ...rest] = name.split('.');
  const entry = unit.ir.imports.find((candidate) => candidate.local === head && candidate.local !== '');
  if (entry?.specifier === module) return entry.name === path || rest.join('.') === path;
  const resolved = resolveType(state, unit, name);
  if (resolved?.type !== 'class' || resolved.cls.baseType?.type !== 'name' || depth > 8) return false;
  return extendsEngineClass(state, resolved.unit, resolved.cls.baseType.name, module, path, depth + 1);
}

/** It extends what cannot be found, such as a class of a package, and its method takes what the engine gives alone. */
export function takesTypeOfEngine(
  state: GraphState,
  unit: Unit,
  cls: ClassIr,
  base: string,
  { method, params = [] }: WorkflowPattern & { type: 'heritage' },
): boolean {
  const fn = unit.ir.functions[cls.members.find(({ name }) => name === method)?.fn ?? -1];
  if (fn === undefined || resolveType(state, unit, base) !== undefined) return false;
  return params.some((type, index) => {
    const given = fn.params[index]?.type;
    if (type === 'data' || given?.type !== 'name') return false;
    const found = resolveType(state, unit, given.name);
    return found?.type === 'engine' && found.name === type;
  });
}
