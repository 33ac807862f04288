/** Declared types: what a value may be when nothing of the program flows to it. */

import type { ClassIr, TypeDeclarationIr, TypeIr } from './ir.js';
import { moduleInstance, need, unitOf } from './modules.js';
import { addPrototype, allProperties, propertyNode, type Access } from './properties.js';
import { engineModule, moduleExport, typeShape } from './shapes.js';
import { nodeOf, type GraphState, type Instance, type Unit } from './state.js';
import { instanceOf } from './calls.js';
import { prototypeOf } from './construction.js';
import type { NodeId, Token, TokenId } from './tokens.js';
import { constantToken, dataToken, primitiveToken, typeToken } from './values.js';

/** The node to which arguments flow: values of unknown type take the declared one on the way. */
export function parameterNode(state: GraphState, instance: Instance, index: number): NodeId {
  const parameter = instance.fn.params[index]!;
  const slot = instance.base + parameter.slot;
  if (parameter.type === undefined || parameter.rest) return slot;
  const key = `${String(instance.id)}.${String(index)}`;
  const known = state.parameterNodes.get(key);
  if (known !== undefined) return known;
  const node = state.solver.newNode();
  state.parameterNodes.set(key, node);
  refine(state, node, slot, parameter.type, instance.unit);
  return node;
}

/** Moves values on; what is of unknown type becomes what the declared type says. */
export function refine(state: GraphState, from: NodeId, to: NodeId, type: TypeIr, unit: Unit): void {
  // One token stands for all values of a type, replayed or not.
  if (state.inSteps) return void state.solver.edge(from, to);
  state.solver.taintEdge(from, to);
  let declared: readonly TokenId[] | undefined;
  state.solver.listen(from, (token) => {
    const { kind } = state.tokens.get(token).value;
    if (kind !== 'data' && kind !== 'unknown') {
      state.solver.add(to, token);
      return;
    }
    declared ??= typeTokens(state, type, unit, 0);
    if (declared.length === 0) state.solver.add(to, token);
    for (const id of declared) state.solver.add(to, id);
  });
  state.pendingTypes.push({
    node: from,
    apply: () => {
      for (const id of typeTokens(state, type, unit, 0)) state.solver.add(to, id);
    },
  });
}

const wrappers = new Set([
  'Promise',
  'PromiseLike',
  'Partial',
  'Readonly',
  'Required',
  'Awaited',
  'NonNullable',
  'Omit',
  'Pick',
]);
const arrays = new Set([
  'Array',
  'ReadonlyArray',
  'Iterable',
  'AsyncIterable',
  'IterableIterator',
  'Set',
  'ReadonlySet',
]);
const primitiveNames = new Set(['string', 'number', 'boolean', 'bigint', 'symbol', 'undefined', 'null']);

/** Tokens for a declared type; none where it says nothing of use. */
export function typeTokens(state: GraphState, type: TypeIr, unit: Unit, depth: number): TokenId[] {
  if (depth > 6) return [dataToken(state)];
  switch (type.type) {
    case 'literal':
      return [constantToken(state, type.value)];
    case 'array':
      return [arrayToken(state, type, type.of, unit, depth)];
    case 'union':
      return [...new Set(type.of.flatMap((part) => typeTokens(state, part, unit, depth + 1)))];
    case 'object':
      return [typedToken(state, unit, anonymous(type))];
    case 'function':
    case 'typeof':
      return [];
    case 'indexed':
      return indexedTokens(state, type, unit, depth);
    case 'name':
      return namedTokens(state, type, unit, depth);
  }
}

const anonymousTypes = new WeakMap<TypeIr, TypeDeclarationIr>();

function anonymous(type: TypeIr): TypeDeclarationIr {
  let declaration = anonymousTypes.get(type);
  if (declaration === undefined) {
    declaration = { name: '{…}', extends: [], type, typeParameters: [] };
    anonymousTypes.set(type, declaration);
  }
  return declaration;
}

function typedToken(state: GraphState, unit: Unit, declaration: TypeDeclarationIr): TokenId {
  let id = state.typedIds.get(declaration);
  if (id === undefined) {
    id = state.typedIds.size;
    state.typedIds.set(declaration, id);
  }
  return state.tokens.intern(`t${String(id)}`, 'run', () => ({ kind: 'typed', unit, declaration }));
}

function arrayToken(state: GraphState, type: TypeIr, of: TypeIr, unit: Unit, depth: number): TokenId {
  let id = state.typedArrays.get(type);
  if (id === undefined) {
    id = state.tokens.intern(`ta${String(state.typedArrays.size)}`, 'run', () => ({
      kind: 'array',
      unit,
      at: 0,
      end: 0,
    }));
    state.typedArrays.set(type, id);
    const elements = propertyNode(state, state.tokens.get(id), '[]');
    const tokens = typeTokens(state, of, unit, depth + 1);
    for (const token of tokens.length === 0 ? [dataToken(state)] : tokens) state.solver.add(elements, token);
  }
  return id;
}

function indexedTokens(
  state: GraphState,
  type: TypeIr & { type: 'indexed' },
  unit: Unit,
  depth: number,
): TokenId[] {
  const [of] = typeTokens(state, type.of, unit, depth + 1);
  if (of === undefined) return [];
  const { value } = state.tokens.get(of);
  if (value.kind !== 'typed') return [];
  const member = findMember(state, value.unit, value.declaration, type.name);
  return member?.type === undefined ? [] : typeTokens(state, member.type, member.unit, depth + 1);
}

function namedTokens(
  state: GraphState,
  type: TypeIr & { type: 'name' },
  unit: Unit,
  depth: number,
): TokenId[] {
  const { name } = type;
  const [first, second] = type.arguments;
  if (primitiveNames.has(name)) return [primitiveToken(state, name)];
  const local = resolveType(state, unit, name);
  if (local !== undefined) {
    if (local.type === 'class') return [declaredInstance(state, local.unit, local.cls)];
    if (local.type === 'engine') return [typeToken(state, local.name, 'declared', 'run')];
    if (local.declaration.type.type === 'object') return [typedToken(state, local.unit, local.declaration)];
    return typeTokens(state, local.declaration.type, local.unit, depth + 1);
  }
  if (wrappers.has(name) && first !== undefined) {
    const inner = typeTokens(state, first, unit, depth + 1);
    return name.startsWith('Promise') ? [...inner, typeToken(state, 'Promise', 'declared', 'load')] : inner;
  }
  if (arrays.has(name) && first !== undefined && !name.endsWith('Set')) {
    return [arrayToken(state, type, first, unit, depth)];
  }
  if (name === 'Record' && second !== undefined) return recordTokens(state, type, second, unit, depth);
  if (name === 'Function' || typeShape(state, name) === undefined) return [];
  const made = typeToken(state, name, `declared${name}`, 'run');
  return [made];
}

/** `Record<string, T>`: any property is a T. */
function recordTokens(state: GraphState, type: TypeIr, of: TypeIr, unit: Unit, depth: number): TokenId[] {
  const tokens = typeTokens(state, of, unit, depth + 1);
  if (tokens.length === 0) return [];
  const declaration = anonymous(type);
  const made = typedToken(state, unit, declaration);
  const all = allProperties(state, state.tokens.get(made));
  for (const token of tokens) state.solver.add(all, token);
  return [made];
}

export type ResolvedType =
  | { readonly type: 'declaration'; readonly unit: Unit; readonly declaration: TypeDeclarationIr }
  | { readonly type: 'class'; readonly unit: Unit; readonly cls: ClassIr }
  | { readonly type: 'engine'; readonly name: string };

const resolvedTypes = new WeakMap<Unit, Map<string, ResolvedType | undefined>>();

/** What a type's name means in a file, through imports and barrels. */
export function resolveType(state: GraphState, unit: Unit, name: string): ResolvedType | undefined {
  let known = resolvedTypes.get(unit);
  if (known === undefined) resolvedTypes.set(unit, (known = new Map()));
  if (!known.has(name)) known.set(name, findType(state, unit, name, new Set()));
  return known.get(name);
}

/** Where a name was looked for on the way: barrels lead in circles. */
type Asked = Set<string>;

function findType(state: GraphState, unit: Unit, name: string, asked: Asked): ResolvedType | undefined {
  const { ir } = unit;
  if (Object.hasOwn(ir.types, name)) return { type: 'declaration', unit, declaration: ir.types[name]! };
  const cls = ir.classes.find((candidate) => candidate.name === name);
  if (cls !== undefined) return { type: 'class', unit, cls };
  const [head, ...rest] = name.split('.');
  const entry = ir.imports.find((candidate) => candidate.local === head && candidate.local !== '');
  if (entry !== undefined) {
    const member =
      entry.name === '*' || entry.name === 'default' || entry.name === 'require'
        ? rest.join('.')
        : entry.name;
    return importedType(state, unit, entry.specifier, member === '' ? 'default' : member, rest.at(-1), asked);
  }
  const [specifier, imported] = name.split('#');
  if (imported !== undefined && specifier !== undefined) {
    return importedType(state, unit, specifier, imported, undefined, asked);
  }
  return undefined;
}

function importedType(
  state: GraphState,
  unit: Unit,
  specifier: string,
  name: string,
  last: string | undefined,
  asked: Asked,
): ResolvedType | undefined {
  const engine = engineModule(state, specifier, unit.ir.path);
  if (engine !== undefined) {
    const exported = last ?? name;
    // What an engine exports as a type alone is no export of its tables.
    if (!Object.hasOwn(engine.shape.exports, exported) && Object.hasOwn(state.profile.types, exported))
      return { type: 'engine', name: exported };
    const found =
      moduleExport(engine, name)?.shape ??
      (last === undefined ? undefined : moduleExport(engine, last)?.shape);
    const type = found?.type ?? found?.construct?.returns;
    return type === undefined ? undefined : { type: 'engine', name: type };
  }
  const target = state.program.resolve(specifier, unit.ir.path, 'import');
  if (target.type === 'missing') {
    const known = Object.hasOwn(state.catalogue.packages, specifier)
      ? state.catalogue.packages[specifier]
      : undefined;
    const shape =
      known === undefined ? undefined : moduleExport({ path: specifier, shape: known }, name)?.shape;
    const type = shape?.type ?? shape?.construct?.returns;
    return type === undefined ? undefined : { type: 'engine', name: type };
  }
  if (target.type !== 'file') return undefined;
  const found = unitOf(state, target.path);
  return found === undefined ? undefined : exportedType(state, found, name, asked);
}

function exportedType(state: GraphState, unit: Unit, name: string, asked: Asked): ResolvedType | undefined {
  const key = `${String(unit.id)} ${name}`;
  if (asked.has(key)) return undefined;
  asked.add(key);
  state.solver.countWork(1);
  for (const entry of unit.ir.exports) {
    if (entry.type === 'from' && entry.name === name) {
      return importedType(state, unit, entry.specifier, entry.imported, undefined, asked);
    }
  }
  const own = findType(state, unit, name, asked);
  if (own !== undefined) return own;
  if (name === 'default') {
    const cls = unit.ir.classes.find(
      (candidate) => unit.ir.functions[0] !== undefined && candidate.parent === 0,
    );
    if (cls !== undefined) return { type: 'class', unit, cls };
  }
  for (const entry of unit.ir.exports) {
    if (entry.type !== 'star') continue;
    const found = importedType(state, unit, entry.specifier, name, undefined, asked);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An instance of a class that the program does not construct where we can see it. */
export function declaredInstance(state: GraphState, unit: Unit, cls: ClassIr): TokenId {
  const key = `${String(unit.id)}.${String(cls.index)}`;
  const made = state.tokens.intern(`d${key}`, 'run', () => ({ kind: 'declared', unit, cls }));
  const instance = moduleInstance(state, unit);
  if (instance === undefined || cls.parent !== 0 || state.declaredLinked.has(made)) return made;
  state.declaredLinked.add(made);
  const variable = instance.fn.variables.find((item) => item.kind === 'class' && item.name === cls.name);
  if (variable === undefined) return made;
  need(state, unit, variable.slot);
  state.solver.listen(nodeOf(instance, variable.slot), (id) => {
    const token = state.tokens.get(id);
    if (token.value.kind !== 'class') return;
    addPrototype(state, state.tokens.get(made), prototypeOf(state, token));
    // Whoever made it ran its field initialisers: for each execution, or once before any.
    const fields = unit.ir.functions[token.value.cls.fieldInit];
    if (fields === undefined) return;
    const initialiser = instanceOf(
      state,
      unit,
      fields,
      token.value.parent,
      state.perExecution.has(cls) ? 'run' : 'load',
    );
    state.solver.add(initialiser.base + fields.thisSlot, made);
  });
  return made;
}

interface FoundMember {
  readonly optional: boolean;
  readonly unit: Unit;
  readonly type: TypeIr | undefined;
  readonly method: boolean;
}

export function findMember(
  state: GraphState,
  unit: Unit,
  declaration: TypeDeclarationIr,
  name: string,
  asked = new Set<TypeDeclarationIr>(),
): FoundMember | undefined {
  if (asked.has(declaration)) return undefined;
  asked.add(declaration);
  state.solver.countWork(1);
  if (declaration.type.type === 'object') {
    const member = declaration.type.members.find((candidate) => candidate.name === name);
    if (member !== undefined)
      return { unit, optional: member.optional, type: member.type, method: member.type?.type === 'function' };
  }
  for (const base of declaration.extends) {
    if (base.type !== 'name') continue;
    const resolved = resolveType(state, unit, base.name);
    if (resolved?.type !== 'declaration') continue;
    const found = findMember(state, resolved.unit, resolved.declaration, name, asked);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A member of a value of an interface type. */
export function typedMember(state: GraphState, token: Token, name: string, to: NodeId, access: Access): void {
  if (token.value.kind !== 'typed') return;
  const { unit, declaration } = token.value;
  if (token.heap !== undefined) state.solver.edge(allProperties(state, token), to);
  const member = findMember(state, unit, declaration, name);
  if (member === undefined) {
    if (access.callee) {
      state.solver.add(
        to,
        state.tokens.intern(`dm${name}`, 'load', () => ({ kind: 'data-method', name, vetted: false })),
      );
    } else state.solver.add(to, dataToken(state));
    return;
  }
  if (member.optional) state.solver.add(to, constantToken(state, undefined));
  if (member.method) {
    const returns = member.type?.type === 'function' ? member.type.returns : undefined;
    const key = `tm${String(token.id)}.${name}`;
    const made = state.tokens.intern(key, 'run', () => ({
      kind: 'typed-method',
      typed: token.id,
      name,
      returns,
    }));
    state.solver.add(to, made);
    return;
  }
  const tokens = member.type === undefined ? [] : typeTokens(state, member.type, member.unit, 0);
  for (const id of tokens.length === 0 ? [dataToken(state)] : tokens) state.solver.add(to, id);
}

/** A field of an instance that somebody else made holds what its type says. */
export function declaredField(
  state: GraphState,
  unit: Unit,
  cls: ClassIr,
  name: string,
  to: NodeId,
  asked = new Set<ClassIr>(),
): void {
  // Classes that do not compile may extend each other.
  if (asked.has(cls)) return;
  asked.add(cls);
  const member = cls.members.find((candidate) => candidate.name === name && !candidate.static);
  if (member?.kind === 'field' && member.type !== undefined) {
    for (const id of typeTokens(state, member.type, unit, 0)) state.solver.add(to, id);
  } else if (member === undefined && cls.baseType?.type === 'name') {
    const base = resolveType(state, unit, cls.baseType.name);
    if (base?.type === 'class') declaredField(state, base.unit, base.cls, name, to, asked);
  }
}
