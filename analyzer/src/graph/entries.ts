/** Where replay starts: the workflows of a profile, and the handlers that they set. */

import type { WorkflowPattern } from '../profiles/types.js';
import { functionBehind, invoke, type CallSite } from './calls.js';
import { initialise, onInstance } from './construction.js';
import { loadDefinitions } from './definitions.js';
import { declaredInstance } from './declared-types.js';
import { enterHeir } from './heirs.js';
import { entryName } from './entry-names.js';
import { extendsEngineClass, takesTypeOfEngine } from './heritage.js';
import { addHooks } from './hooks.js';
import type { ClassIr, FileIr, FunctionIr, MemberIr } from './ir.js';
import { exportNode, loadUnit, moduleInstance, need, unitOf } from './modules.js';
import { typeNode } from './natives.js';
import { pathOptions } from './path-options.js';
import { hasDecorator } from './safe.js';
import { readProperty } from './properties.js';
import { nodeOf, type DefinedWorkflow, type GraphState, type Instance, type Unit } from './state.js';
import type { NodeId, TokenId } from './tokens.js';
import { constantToken, functionToken } from './values.js';

export interface EntryOptions {
  /** Files in which to look for workflows. */
  readonly candidates: readonly string[];
  /** Files all of whose exported functions are workflows, by configuration. */
  readonly modules: readonly string[];
  /** Functions in exported objects count too. */
  readonly membersToo?: boolean;
}

/** Finds workflows; those that calls define are found while the graph is solved. */
export function findEntries(state: GraphState, options: EntryOptions): void {
  for (const path of options.modules) {
    addExports(state, path, 'named in the configuration', false, options.membersToo);
  }
  for (const path of options.candidates) {
    const unit = unitOf(state, path);
    if (unit === undefined) continue;
    for (const pattern of state.profile.workflows) applyPattern(state, unit, pattern);
    if (!state.profile.sandboxed) loadDefinitions(state, unit);
  }
}

function applyPattern(state: GraphState, unit: Unit, pattern: WorkflowPattern): void {
  switch (pattern.type) {
    case 'exports-of-importers':
      if (importsAny(unit.ir, pattern.modules)) {
        addExports(
          state,
          unit.ir.path,
          `exported by a module that imports the workflow API`,
          pattern.onlyAsync,
        );
        addHooks(state, unit);
      }
      return;
    case 'path-option':
      for (const specifier of pathOptions(unit.ir, pattern)) {
        const target = state.program.resolve(specifier, unit.ir.path, 'import');
        if (target.type === 'file') addExports(state, target.path, `given to ${pattern.callee.path}`, false);
      }
      return;
    case 'decorator':
    case 'heritage':
      addMethods(state, unit, pattern);
      return;
    case 'directive':
      addDirected(state, unit, pattern.directive);
  }
}

/** Does the file import one of the modules at run time? */
export function importsAny(ir: FileIr, modules: readonly string[]): boolean {
  const imported = ir.imports.some((entry) => !entry.typeOnly && modules.includes(entry.specifier));
  return (
    imported ||
    ir.exports.some((entry) => 'specifier' in entry && !entry.typeOnly && modules.includes(entry.specifier))
  );
}

function addExports(
  state: GraphState,
  path: string,
  why: string,
  onlyOwn: boolean,
  membersToo = false,
): void {
  const unit = unitOf(state, path);
  if (unit === undefined) return;
  loadUnit(state, unit);
  for (const name of exportNames(state, unit, onlyOwn, new Set())) {
    state.solver.listen(exportNode(state, unit, name), (token) => {
      const { value } = state.tokens.get(token);
      const isWhole = unit.ir.module === 'commonjs' || name === 'export=';
      if (isWhole && (value.kind === 'object' || value.kind === 'namespace')) {
        addMembers(state, unit, token, why, onlyOwn);
      }
      if (membersToo && value.kind === 'object') addMembers(state, unit, token, why);
      if (membersToo && value.kind === 'class') addInstanceMembers(state, value.unit, value.cls, why);
      if (value.kind !== 'function' || value.unit.ir.kind !== 'source') return;
      if (onlyOwn && (value.unit !== unit || !isAsync(value.fn))) return;
      state.definedWorkflows.push({ token, params: [], why, site: undefined, membersToo });
    });
  }
}

/** Written so, or compiled from what was. */
function isAsync({ async, ops }: FunctionIr): boolean {
  return (
    async || ops.some((op) => op.type === 'call' && op.use === 'returned' && op.text.endsWith('__awaiter'))
  );
}

/** The functions that an exported object holds. */
function addMembers(state: GraphState, unit: Unit, token: TokenId, why: string, onlyAsync = false): void {
  const instance = moduleInstance(state, unit);
  const [op] = instance?.fn.ops ?? [];
  if (instance === undefined || op === undefined) return;
  const members = state.solver.newNode();
  readProperty(state, token, '*', members, { by: instance, op, at: 0, end: 0, callee: false });
  state.solver.listen(members, (id) => {
    const { value } = state.tokens.get(id);
    if (value.kind !== 'function' || (onlyAsync && !isAsync(value.fn))) return;
    state.definedWorkflows.push({ token: id, params: [], why, site: undefined });
  });
}

/** The methods, and the functions in fields, of instances of an exported class. */
function addInstanceMembers(state: GraphState, unit: Unit, cls: ClassIr, why: string): void {
  for (const member of cls.members) {
    if (member.static || (member.kind !== 'method' && member.kind !== 'field')) continue;
    addMethod(state, unit, cls, member, { params: [], why });
  }
}

function exportNames(state: GraphState, unit: Unit, onlyOwn: boolean, seen: Set<Unit>): string[] {
  if (seen.has(unit)) return [];
  seen.add(unit);
  if (unit.ir.module === 'commonjs') return ['*'];
  return unit.ir.exports.flatMap((entry) => {
    if (entry.typeOnly) return [];
    if (entry.type === 'local') return [entry.name];
    if (onlyOwn) return [];
    if (entry.type === 'from') return [entry.name];
    const target = state.program.resolve(entry.specifier, unit.ir.path, 'import');
    const inner = target.type === 'file' ? unitOf(state, target.path) : undefined;
    return inner === undefined ? [] : exportNames(state, inner, false, seen);
  });
}

function addMethods(
  state: GraphState,
  unit: Unit,
  pattern: WorkflowPattern & { type: 'decorator' | 'heritage' },
): void {
  for (const cls of unit.ir.classes) {
    const inherits =
      pattern.type === 'heritage' &&
      cls.baseType?.type === 'name' &&
      (extendsEngineClass(state, unit, cls.baseType.name, pattern.base.module, pattern.base.path, 0) ||
        takesTypeOfEngine(state, unit, cls, cls.baseType.name, pattern));
    if (pattern.type === 'heritage') {
      // Nobody makes an abstract class; those that extend it have its methods.
      if (!inherits || cls.abstract) continue;
      addHeir(state, unit, cls, pattern);
      continue;
    }
    for (const member of cls.members) {
      const fn = unit.ir.functions[member.fn];
      const { module, path } = pattern.decorator;
      if (fn === undefined || !hasDecorator(state, unit, fn, module, path)) continue;
      addMethod(state, unit, cls, member, { params: pattern.params ?? [], why: `under @${path}`, own: fn });
    }
  }
}

/** A class of which the engine makes an instance for each execution. */
function addHeir(
  state: GraphState,
  unit: Unit,
  cls: ClassIr,
  pattern: WorkflowPattern & { type: 'heritage' },
): void {
  loadUnit(state, unit);
  const instance = moduleInstance(state, unit);
  const variable = instance?.fn.variables.find((item) => item.kind === 'class' && item.name === cls.name);
  if (instance === undefined || cls.parent !== 0 || variable === undefined) return;
  state.perExecution.add(cls);
  state.foundByName.add(cls);
  need(state, unit, variable.slot);
  state.solver.listen(nodeOf(instance, variable.slot), (id) => {
    const token = state.tokens.get(id);
    if (token.value.kind === 'class' && token.value.cls === cls) enterHeir(state, token, pattern);
  });
}

/** A method as callers get it: decorators may have put another function in its place. */
function addMethod(
  state: GraphState,
  unit: Unit,
  cls: ClassIr,
  member: Pick<MemberIr, 'name' | 'static'>,
  { own, ...found }: { readonly params: readonly string[]; readonly why: string; readonly own?: FunctionIr },
): boolean {
  loadUnit(state, unit);
  const instance = moduleInstance(state, unit);
  const [op] = instance?.fn.ops ?? [];
  const variable = instance?.fn.variables.find((item) => item.kind === 'class' && item.name === cls.name);
  if (instance === undefined || op === undefined || cls.parent !== 0 || variable === undefined) return false;
  const access = { by: instance, op, at: cls.at, end: cls.end, callee: false };
  const method = state.solver.newNode();
  const receiver = member.static ? undefined : declaredInstance(state, unit, cls);
  if (receiver !== undefined) readProperty(state, receiver, member.name, method, access);
  else {
    state.solver.listen(nodeOf(instance, variable.slot), (id) => {
      readProperty(state, id, member.name, method, access);
    });
  }
  const enterWith = (token: TokenId, on: TokenId | undefined): void => {
    const { value } = state.tokens.get(token);
    if (value.kind !== 'function') return;
    const hidden = own !== undefined && value.fn !== own;
    state.definedWorkflows.push({ token, ...found, site: undefined, receiver: on, hidden });
  };
  state.solver.listen(method, (token) => {
    enterWith(token, receiver);
  });
  if (receiver === undefined) return true;
  // Instances that the program makes itself (`new Crawler('main', limiter)`) run the method, too.
  onInstance(state, cls, (made) => {
    const bound = state.solver.newNode();
    readProperty(state, made, member.name, bound, access);
    state.solver.listen(bound, (token) => {
      enterWith(token, made);
    });
  });
  return true;
}

function addDirected(state: GraphState, unit: Unit, directive: string): void {
  const whole = unit.ir.directives.includes(directive);
  const why = `'${directive}'`;
  if (whole) addExports(state, unit.ir.path, why, false);
  for (const fn of unit.ir.functions) {
    if (!fn.directives.includes(directive) || fn.parent !== 0) continue;
    loadUnit(state, unit);
    const instance = moduleInstance(state, unit);
    if (instance === undefined) continue;
    const token = functionToken(state, unit, fn, instance);
    const cls = unit.ir.classes.find((candidate) =>
      candidate.members.some((member) => member.fn === fn.index),
    );
    const receiver = cls === undefined ? undefined : declaredInstance(state, unit, cls);
    state.definedWorkflows.push({ token, params: [], why, site: undefined, receiver });
  }
}

/** Enters the workflows and handlers found since the last time. */
export function enterDefined(state: GraphState): boolean {
  let changed = false;
  for (const defined of state.definedWorkflows.splice(0)) {
    const value = functionBehind(state, defined.token);
    if (value === undefined) continue;
    const known = state.entered.get(defined.token);
    if (known !== undefined && (defined.receiver === undefined || known.receivers.has(defined.receiver)))
      continue;
    const entry = known ?? enter(state, defined, value.fn);
    if (known === undefined) state.entered.set(defined.token, entry);
    else enterAgain(state, known, defined);
    makeReceiver(state, entry, defined);
    if (known === undefined && defined.membersToo === true && !value.fn.async) addMade(state, entry);
    changed = true;
  }
  for (const handler of state.handlers.splice(0)) {
    const value = functionBehind(state, handler.token);
    state.settledHandlers.push(handler);
    if (value === undefined) continue;
    const by = handler.site.by.phase === 'run' ? handler.site.by : state.root;
    const args = value.fn.params.map(() => typeNode(state, 'data', '', { by }));
    const { at, end } = handler.site;
    invoke(state, handler.token, { by, at, end, args, to: state.solver.newNode() });
    changed = true;
  }
  return changed;
}

/** The functions in the objects that a function makes. */
function addMade(state: GraphState, { result, unit, why }: Entry): void {
  state.solver.listen(result, (token) => {
    if (state.tokens.get(token).value.kind === 'object') addMembers(state, unit, token, why);
  });
}

/** Runs what makes the object whose method the workflow is. */
function makeReceiver(
  state: GraphState,
  { instance: by, fn }: Entry,
  { makes, receiver }: DefinedWorkflow,
): void {
  if (makes === undefined || by === undefined) return;
  const given = typeNode(state, 'data', '', { by });
  const site = {
    by,
    at: fn.nameAt,
    end: fn.nameAt,
    args: [given, given],
    to: state.solver.newNode(),
    receiver,
  };
  initialise(state, state.tokens.get(makes), site, 0);
}

/** The same function of another instance: a method that several classes inherit. */
function enterAgain(state: GraphState, entry: Entry, { receiver }: DefinedWorkflow): void {
  if (receiver === undefined) return;
  entry.receivers.add(receiver);
  const { args, result: to, fn } = entry;
  invoke(state, entry.token, { by: state.root, at: fn.nameAt, end: fn.nameAt, args, to, receiver });
}

function enter(state: GraphState, defined: DefinedWorkflow, fn: FunctionIr): Entry {
  const root = state.root;
  const args: NodeId[] = fn.params.map((parameter, index) => {
    const type = defined.params[index] ?? 'data';
    const node = state.solver.newNode();
    state.solver.edge(
      typeNode(state, type, `entry${String(defined.token)}.${String(index)}`, { by: root }),
      node,
    );
    if (parameter.optional) state.solver.add(node, constantToken(state, undefined));
    return node;
  });
  const to = state.solver.newNode();
  const span = { at: fn.nameAt, end: fn.nameAt };
  const site: CallSite = { by: root, ...span, args, to, receiver: defined.receiver };
  invoke(state, defined.token, site);
  const behind = functionBehind(state, defined.token);
  const unit = behind?.unit ?? root.unit;
  const found = root.calls.find(({ to: called }) => called.fn === fn && called.parent === behind?.parent);
  return {
    token: defined.token,
    unit,
    fn,
    instance: found?.to,
    args,
    receivers: new Set(defined.receiver === undefined ? [] : [defined.receiver]),
    result: to,
    name: entryName(state, defined, fn),
    why: defined.why,
    site: defined.site,
    hidden: defined.hidden ?? false,
  };
}

export interface Entry {
  readonly token: TokenId;
  readonly unit: Unit;
  readonly fn: FunctionIr;
  readonly instance: Instance | undefined;
  readonly args: readonly NodeId[];
  readonly receivers: Set<TokenId>;
  readonly result: NodeId;
  /** As people call it. */
  readonly name: string;
  readonly why: string;
  readonly site: CallSite | undefined;
  /** Stands in for another function that is listed. */
  readonly hidden: boolean;
}
