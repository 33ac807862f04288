/** Loading modules and linking what they import and export, through barrels. */

import type { FunctionIr, ImportIr, Op, Slot } from './ir.js';
import { instanceOf, isNewCall } from './calls.js';
import { addNative } from './natives.js';
import { packageOf } from './packages.js';
import { propertyNode, readProperty, type Access } from './properties.js';
import { exportsByName, starClosure } from './star-exports.js';
import { isDeepInStep } from './replayed.js';
import { builtinModule, engineModule, knownPackage, moduleExport, type FoundModule } from './shapes.js';
import { nodeOf, type GraphState, type Instance, type Unit } from './state.js';
import type { NodeId, TokenId } from './tokens.js';
import { dataToken, typeToken, unknownToken } from './values.js';

/** The unit of a file, loaded when it is new; undefined when it cannot be read. */
export function unitOf(state: GraphState, path: string): Unit | undefined {
  const known = state.units.get(path);
  if (known !== undefined) return known;
  const loaded = state.program.load(path);
  if (loaded === undefined) return undefined;
  const unit: Unit = {
    id: state.units.size,
    ir: loaded.ir,
    instance: undefined,
    ran: new Set(),
    needed: new Set(),
    loaded: false,
    exportNodes: new Map(),
    gaveUp: loaded.gaveUp,
  };
  state.units.set(path, unit);
  return unit;
}

/** The instance of a module's body. Its statements run through `loadUnit` or `need`. */
export function moduleInstance(state: GraphState, unit: Unit): Instance | undefined {
  const body = unit.ir.functions[0];
  if (body === undefined) return undefined;
  if (unit.instance === undefined) {
    unit.instance = instanceOf(state, unit, body, undefined, 'load');
    if (unit.ir.module === 'commonjs') seedCommonJs(state, unit, unit.instance);
  }
  return unit.instance;
}

function seedCommonJs(state: GraphState, unit: Unit, instance: Instance): void {
  const module = moduleToken(state, unit);
  const exports = namespaceToken(state, unit);
  state.solver.add(commonJsExports(state, unit), exports);
  const [exportsParameter, moduleParameter] = instance.fn.params;
  if (exportsParameter !== undefined) state.solver.add(instance.base + exportsParameter.slot, exports);
  if (moduleParameter !== undefined) state.solver.add(instance.base + moduleParameter.slot, module);
  if (instance.fn.thisSlot >= 0) state.solver.add(instance.base + instance.fn.thisSlot, exports);
}

function moduleToken(state: GraphState, unit: Unit): TokenId {
  return state.tokens.intern(`cjs${String(unit.id)}`, 'load', () => ({ kind: 'commonjs-module', unit }));
}

export function namespaceToken(state: GraphState, unit: Unit): TokenId {
  return state.tokens.intern(`ns${String(unit.id)}`, 'load', () => ({ kind: 'namespace', unit }));
}

export function commonJsExports(state: GraphState, unit: Unit): NodeId {
  return propertyNode(state, state.tokens.get(moduleToken(state, unit)), 'exports');
}

/** Runs a module's body, and those of the modules that it imports. */
export function loadUnit(state: GraphState, unit: Unit): void {
  if (unit.loaded) return;
  unit.loaded = true;
  const instance = moduleInstance(state, unit);
  if (instance === undefined) return;
  const isLazy = unit.ir.kind === 'package' && unit.ir.module === 'esm';
  if (state.inSteps) runDeclarations(state, unit);
  else if (!isLazy) {
    importEagerly(state, unit, instance);
    unit.ir.functions[0]!.statements.forEach((_, index) => {
      runStatement(state, unit, index);
    });
  } else {
    runDeclarations(state, unit);
    importEagerly(state, unit, instance);
    runEffects(state, unit);
  }
}

/** Statements that define nothing and call something are there for their effect: they run whatever is needed. */
function runEffects(state: GraphState, unit: Unit): void {
  const body = unit.ir.functions[0]!;
  body.statements.forEach((statement, index) => {
    if (statement.defines.length > 0 || statement.declaration) return;
    const ops = body.ops.slice(statement.from, statement.to);
    if (ops.some((op) => op.type === 'call')) runStatement(state, unit, index);
  });
}

/** The first statement hoists functions; it is run whatever else is needed. */
function runDeclarations(state: GraphState, unit: Unit): void {
  runStatement(state, unit, 0);
}

function importEagerly(state: GraphState, unit: Unit, instance: Instance): void {
  for (const entry of [...unit.ir.imports, ...unit.ir.exports]) {
    if (!('specifier' in entry) || entry.typeOnly) continue;
    if ('dynamic' in entry && entry.dynamic) continue;
    const onlyEffect = 'local' in entry && entry.name === '';
    if (!onlyEffect && (!state.profile.sandboxed || unit.ir.kind === 'package')) continue;
    if (engineModule(state, entry.specifier, unit.ir.path) !== undefined) continue;
    const target = state.program.resolve(entry.specifier, unit.ir.path, 'import');
    if (target.type !== 'file' || (target.kind === 'package' && !onlyEffect)) continue;
    if (target.kind === 'package' && isLeftClosed(state, entry.specifier, target.path)) continue;
    const loaded = unitOf(state, target.path);
    if (loaded === undefined) continue;
    loadUnit(state, loaded);
    if (loaded.instance !== undefined) {
      instance.calls.push({ to: loaded.instance, at: entry.at, end: entry.end });
    }
  }
}

function runStatement(state: GraphState, unit: Unit, index: number): void {
  if (unit.ran.has(index)) return;
  unit.ran.add(index);
  const statement = unit.ir.functions[0]?.statements[index];
  if (statement === undefined || unit.instance === undefined) return;
  const { instance } = unit;
  state.segments.push({ instance, from: statement.from, to: statement.to });
  for (const slot of statement.uses) need(state, unit, slot);
}

/** Runs what gives a module's variable its value, and what uses it while the module loads. */
export function need(state: GraphState, unit: Unit, slot: Slot): void {
  if (!unit.loaded) loadUnit(state, unit);
  if (unit.needed.has(slot)) return;
  unit.needed.add(slot);
  const body = unit.ir.functions[0];
  for (const index of (body && statementsBySlot(body).get(slot)) ?? []) runStatement(state, unit, index);
}

const statementsOf = new WeakMap<FunctionIr, ReadonlyMap<Slot, readonly number[]>>();

/** The statements that define a variable, or do something with it, in their order. */
function statementsBySlot(body: FunctionIr): ReadonlyMap<Slot, readonly number[]> {
  const known = statementsOf.get(body);
  if (known !== undefined) return known;
  const found = new Map<Slot, number[]>();
  body.statements.forEach(({ defines, uses }, index) => {
    for (const slot of new Set(defines.length === 0 ? uses : defines)) {
      const list = found.get(slot);
      if (list === undefined) found.set(slot, [index]);
      else list.push(index);
    }
  });
  statementsOf.set(body, found);
  return found;
}

/** Everything that an export may be. */
export function exportNode(state: GraphState, unit: Unit, name: string): NodeId {
  const known = unit.exportNodes.get(name);
  if (known !== undefined) return known;
  const node = state.solver.newNode();
  unit.exportNodes.set(name, node);
  loadUnit(state, unit);
  const instance = moduleInstance(state, unit);
  if (instance === undefined) return node;
  if (unit.ir.module === 'commonjs') {
    linkCommonJs(state, unit, name, node, instance);
    return node;
  }
  let found = false;
  for (const entry of unit.ir.exports) {
    if (entry.type === 'star' || entry.name !== name) continue;
    found = true;
    if (entry.type === 'local') {
      need(state, unit, entry.slot);
      state.solver.edge(nodeOf(instance, entry.slot), node);
    } else {
      importNamed(state, unit, entry.specifier, entry.imported, node, syntheticAccess(instance, entry));
    }
  }
  if (!found && name !== 'default') linkStars(state, unit, instance, name, node);
  return node;
}

/** Barrels behind a barrel that are gone through one by one. */
const maxBarrels = 16;

function linkStars(state: GraphState, unit: Unit, instance: Instance, name: string, node: NodeId): void {
  const stars = unit.ir.exports.filter((entry) => entry.type === 'star' && !entry.typeOnly);
  if (stars.length === 0) return;
  const { barrels, leaves } = starClosure(state, unit);
  if (barrels.length <= maxBarrels) {
    for (const entry of stars) {
      if (entry.type === 'star' && mayExport(state, unit, entry.specifier, name))
        importNamed(state, unit, entry.specifier, name, node, syntheticAccess(instance, entry), true);
    }
    return;
  }
  for (const barrel of barrels) {
    if (exportsByName(barrel, name)) state.solver.edge(exportNode(state, barrel, name), node);
  }
  for (const { in: from, entry, text } of leaves) {
    if (text === undefined || text.includes(name))
      importNamed(state, from, entry.specifier, name, node, syntheticAccess(instance, entry), true);
  }
}

/** Barrels of large packages: most of the files behind `export *` need not be parsed to know. */
function mayExport(state: GraphState, unit: Unit, specifier: string, name: string): boolean {
  const target = state.program.resolve(specifier, unit.ir.path, 'import');
  if (target.type !== 'file') return true;
  const text = state.program.text(target.path);
  return text === undefined || text.includes(name) || /export\s*\*|require\(/.test(text);
}

function syntheticAccess(instance: Instance, span: { at: number; end: number }): Access {
  const op: Op = { type: 'primitive', to: 0, of: 'data' };
  return { by: instance, op: instance.fn.ops[0] ?? op, at: span.at, end: span.end, callee: false };
}

function linkCommonJs(state: GraphState, unit: Unit, name: string, node: NodeId, instance: Instance): void {
  const exports = commonJsExports(state, unit);
  const access = syntheticAccess(instance, { at: 0, end: 0 });
  if (name === '*' || name === 'require') {
    state.solver.edge(exports, node);
    return;
  }
  state.solver.listen(exports, (token) => {
    if (name !== 'default') {
      readProperty(state, token, name, node, access);
      return;
    }
    const has = (key: string): boolean => state.tokens.get(token).heap?.properties.has(key) === true;
    const read = (): void => {
      if (has('default')) readProperty(state, token, name, node, access);
    };
    if (!has('__esModule')) state.solver.add(node, token);
    if (has('default')) read();
    // What the module's body writes may not have been seen yet.
    else state.pendingTypes.push({ node: state.solver.newNode(), apply: read });
  });
}

/** Lets an imported name flow to a node. */
export function importNamed(
  state: GraphState,
  from: Unit,
  specifier: string,
  name: string,
  to: NodeId,
  access: Access,
  fromStar = false,
): void {
  const engine = engineModule(state, specifier, from.ir.path);
  if (engine !== undefined) {
    addModuleExport(state, engine, specifier, name, to, access, fromStar);
    return;
  }
  const target = state.program.resolve(specifier, from.ir.path, name === 'require' ? 'require' : 'import');
  const vetted = knownPackage(state, specifier);
  if (vetted !== undefined && isDecided(state, vetted, target)) {
    addModuleExport(state, vetted, specifier, name, to, access, fromStar);
  } else if (target.type === 'builtin') {
    const builtin = builtinModule(state, target.name);
    if (builtin !== undefined) addModuleExport(state, builtin, specifier, name, to, access, fromStar);
    else if (!fromStar)
      state.solver.add(to, unknownToken(state, `the module '${specifier}' is not in the catalogue`));
  } else if (target.type === 'asset') {
    if (!fromStar) state.solver.add(to, dataToken(state));
  } else if (target.type === 'missing') {
    const known = knownPackage(state, specifier);
    if (known !== undefined) addModuleExport(state, known, specifier, name, to, access, fromStar);
    else state.solver.add(to, unknownToken(state, target.reason));
  } else {
    if (state.inSteps && target.kind === 'package') {
      state.solver.add(to, unknownToken(state, 'a package that only steps use'));
      return;
    }
    const closed = target.kind === 'package' ? closedPackage(state, specifier, target.path) : undefined;
    if (closed !== undefined) {
      if ('shape' in closed) addModuleExport(state, closed, specifier, name, to, access, fromStar);
      else state.solver.add(to, unknownToken(state, closed.reason));
      return;
    }
    const unit = unitOf(state, target.path);
    const known = unit?.gaveUp === undefined ? undefined : knownPackage(state, specifier);
    if (known !== undefined) addModuleExport(state, known, specifier, name, to, access, fromStar);
    else if (unit !== undefined) {
      linkUnit(state, unit, name, to);
      noteLoad(from, unit, access);
    }
  }
}

/** What stands for a package that is not looked into: its entry in the catalogue, or nothing known. */
function closedPackage(
  state: GraphState,
  specifier: string,
  path: string,
): FoundModule | { reason: string } | undefined {
  const found = knownPackage(state, specifier);
  const known = found?.shape.decides === 'missing' ? undefined : found;
  const directory = packageOf(path);
  const isClosed = directory !== undefined && state.closedPackages.has(directory);
  if (known !== undefined && (isClosed || state.program.isLargePackage(path))) return known;
  return isClosed ? { reason: `the package behind '${specifier}' is too large to follow` } : undefined;
}

/** What the catalogue says of the package decides, or it is too large to follow. */
function isLeftClosed(state: GraphState, specifier: string, path: string): boolean {
  const known = knownPackage(state, specifier);
  const target = { type: 'file' as const, kind: 'package' as const, path };
  return (
    (known !== undefined && isDecided(state, known, target)) ||
    closedPackage(state, specifier, path) !== undefined
  );
}

/** Does the catalogue's word on a package count, whatever its code says? */
function isDecided(
  state: GraphState,
  { shape }: FoundModule,
  target: ReturnType<GraphState['program']['resolve']>,
): boolean {
  if (shape.decides === undefined) return false;
  if (target.type !== 'file') return true;
  if (target.kind === 'source') return false;
  return (
    shape.decides === 'always' ||
    (shape.decides === 'published' && state.program.isPublishedPackage(target.path)) ||
    (shape.decides === 'large' && state.program.isLargePackage(target.path))
  );
}

/** One module loads another: the way on which what happens while loading is reached. */
function noteLoad(from: Unit, to: Unit, span: { at: number; end: number }): void {
  if (from.instance === undefined || to.instance === undefined) return;
  // Once, wherever it stands.
  if (!isNewCall(from.instance, to.instance, -1)) return;
  from.instance.calls.push({ to: to.instance, at: span.at, end: span.end });
}

function linkUnit(state: GraphState, unit: Unit, name: string, to: NodeId): void {
  loadUnit(state, unit);
  if (unit.gaveUp !== undefined) {
    state.solver.add(to, unknownToken(state, unit.gaveUp));
    return;
  }
  if (unit.ir.module === 'commonjs') state.solver.edge(exportNode(state, unit, name), to);
  else if (name === '*' || name === 'require') {
    if (name === 'require') state.solver.edge(exportNode(state, unit, 'export='), to);
    state.solver.add(to, namespaceToken(state, unit));
  } else {
    state.solver.edge(exportNode(state, unit, name), to);
    if (name === 'default') state.solver.edge(exportNode(state, unit, 'export='), to);
  }
}

function addModuleExport(
  state: GraphState,
  module: FoundModule,
  specifier: string,
  name: string,
  to: NodeId,
  access: Access,
  fromStar: boolean,
): void {
  const found = moduleExport(module, name);
  if (found !== undefined) addNative(state, found, to, access);
  else if (!fromStar) {
    state.solver.add(to, unknownToken(state, `'${name}' of '${specifier}' is not in the catalogue`));
  }
}

/** Lets what an import declaration binds flow to a node, where it is used. */
export function importBinding(
  state: GraphState,
  instance: Instance,
  entry: ImportIr,
  to: NodeId,
  access: Access,
): void {
  if (access.op.type === 'import') state.usedImports.push({ instance, binding: access.op.binding });
  if (isDeepInStep(instance)) {
    state.solver.add(to, unknownToken(state, 'what only steps use, and far below them'));
    return;
  }
  importNamed(state, instance.unit, entry.specifier, entry.name, to, access);
  // `import()` gives a promise, which is what it resolves to.
  if (entry.dynamic && entry.name === '*')
    state.solver.add(to, typeToken(state, 'Promise', 'import', 'load'));
}
