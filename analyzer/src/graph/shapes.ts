/** Look-ups in the catalogue, with the profile's own tables laid over it. */

import type { ModuleShape, Shape, TypeName, TypeShape } from '../catalog/types.js';
import type { GraphState } from './state.js';

export interface FoundShape {
  readonly path: string;
  readonly shape: Shape;
  /** Found only because the type has any member (`*`). */
  readonly any?: boolean;
}

function own<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

export function globalShape(state: GraphState, name: string): FoundShape | undefined {
  const shape = own(state.profile.globals, name) ?? own(state.catalogue.globals, name);
  return shape === undefined ? undefined : { path: name, shape };
}

export function typeShape(state: GraphState, type: TypeName): TypeShape | undefined {
  return own(state.profile.types, type) ?? own(state.catalogue.types, type);
}

/** A member of the instances of a type, its bases included. The same answer is the same object. */
export function typeMember(state: GraphState, type: TypeName, name: string): FoundShape | undefined {
  const members = membersFor(state.knownMembers, type);
  if (members.has(name)) return members.get(name);
  const found = findTypeMember(state, type, name);
  members.set(name, found);
  return found;
}

function membersFor(known: GraphState['knownMembers'], of: string): Map<string, FoundShape | undefined> {
  let members = known.get(of);
  if (members === undefined) known.set(of, (members = new Map()));
  return members;
}

function findTypeMember(state: GraphState, type: TypeName, name: string): FoundShape | undefined {
  const key = name.startsWith('@@') ? `Symbol.${name.slice(2)}` : name;
  let rest: FoundShape | undefined;
  let current: TypeName | undefined = type;
  for (let depth = 0; current !== undefined && depth < 10; depth += 1) {
    const table: TypeShape | undefined = typeShape(state, current);
    if (table === undefined) break;
    const shape = own(table.members, key);
    if (shape !== undefined) return { path: `${current}#${key}`, shape };
    const any = own(table.members, '*');
    if (any !== undefined) rest ??= { path: `${current}#${key}`, shape: any, any: true };
    current = table.extends;
  }
  return rest;
}

/** A static member of a catalogued value. */
export function staticMember(
  state: GraphState,
  path: string,
  shape: Shape,
  name: string,
): FoundShape | undefined {
  const found = own(shape.members, name);
  if (found !== undefined) return { path: `${path}.${name}`, shape: found };
  if (shape.type !== undefined) {
    const member = typeMember(state, shape.type, name);
    if (member !== undefined) return member;
  }
  const any = own(shape.members, '*');
  if (any !== undefined) return { path: isLongPath(path) ? path : `${path}.${name}`, shape: any };
  if (shape.type === 'vetted') return { path: isLongPath(path) ? path : `${path}.${name}`, shape };
  if (shape.call !== undefined || shape.construct !== undefined) return typeMember(state, 'Function', name);
  return shape.members === undefined ? undefined : typeMember(state, 'Object', name);
}

/** `x = x[key]` in a loop would name ever more members of members. */
function isLongPath(path: string): boolean {
  return path.length > 200 || path.split('.').length > 8;
}

export interface FoundModule {
  /** What paths of its exports start with. */
  readonly path: string;
  readonly shape: ModuleShape;
}

/**
 * A module of the engine's SDK, as the file `from` imports it. One that the profile does not list is a part of
 * the module above it (`…/v1/conditions`), unless a folder of the project has that name.
 */
export function engineModule(state: GraphState, specifier: string, from: string): FoundModule | undefined {
  if (specifier.startsWith('.')) return undefined;
  for (let path = specifier; ; path = path.slice(0, path.lastIndexOf('/'))) {
    const shape = own(state.profile.modules, path);
    if (shape !== undefined)
      return path === specifier || !isSource(state, specifier, from) ? { path, shape } : undefined;
    if (!path.includes('/')) return undefined;
  }
}

function isSource(state: GraphState, specifier: string, from: string): boolean {
  const target = state.program.resolve(specifier, from, 'import');
  return target.type === 'file' && target.kind === 'source';
}

export function builtinModule(state: GraphState, name: string): FoundModule | undefined {
  const shape = own(state.catalogue.modules, name);
  return shape === undefined ? undefined : { path: `node:${name}`, shape };
}

export function knownPackage(state: GraphState, specifier: string): FoundModule | undefined {
  const shape = own(state.catalogue.packages, specifier);
  if (shape !== undefined) return { path: specifier, shape };
  const parts = specifier.split('/');
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
  const whole = own(state.catalogue.packages, name);
  if (whole === undefined || name === specifier) return undefined;
  // `lodash/shuffle` is the export of that name.
  const last = parts.at(-1)!.replace(/\.[cm]?js$/, '');
  const one = own(whole.exports, last) ?? own(whole.exports, '*');
  if (one === undefined) return { path: name, shape: whole };
  return { path: name, shape: { ...whole, exports: { ...whole.exports, default: one } } };
}

/** An export of a catalogued module; `*` is the module itself. */
export function moduleExport(module: FoundModule, name: string): FoundShape | undefined {
  const { exports } = module.shape;
  if (name === '*' || name === 'require') {
    const whole: Shape = own(exports, 'default') ?? {};
    const members = { ...whole.members, ...exports };
    return { path: module.path, shape: name === '*' ? { members } : { ...whole, members } };
  }
  const found = own(exports, name);
  if (found !== undefined) return { path: `${module.path}.${name}`, shape: found };
  if (name === 'default') {
    const any = own(exports, '*');
    return { path: module.path, shape: { ...any, members: { ...any?.members, ...exports } } };
  }
  const member = own(own(exports, 'default')?.members, name) ?? own(exports, '*');
  return member === undefined ? undefined : { path: `${module.path}.${name}`, shape: member };
}
