/** Reads and calls of catalogued values: what they record, give back and call back. */

import type { ArgumentPath, CallbackShape, CallShape, Effect, Shape } from '../catalog/types.js';
import { callBack, callOn, invoke, noteUnresolved, wake, type CallSite } from './calls.js';
import { convertArguments, deepTaint } from './conversions.js';
import { callDataMethod } from './data-methods.js';
import { heedsKept, isKeeper, runKept } from './kept.js';
import { hasModel, runModel } from './models.js';
import { isGlobalObject, propertyNode, readProperty, type Access } from './properties.js';
import { seenFromStep } from './replayed.js';
import { applyRole } from './roles.js';
import { addReturns } from './returns.js';
import { forEachAsking } from './shared-methods.js';
import { globalShape, typeShape, type FoundShape } from './shapes.js';
import type { GraphState, Instance, NativeUse } from './state.js';
import type { NodeId, Token, TokenId } from './tokens.js';
import { dataToken, nativeToken, typeToken, unknownToken, unwrapPromise } from './values.js';

/** Lets a catalogued value flow to a node; reading it may be a use of its own. */
export function addNative(
  state: GraphState,
  found: FoundShape,
  to: NodeId,
  access: Access,
  receiver?: TokenId,
): void {
  const { path, shape } = found;
  if (access.op.type === 'get' && access.op.forWrite) {
    const on = nativeToken(state, path, shape);
    if ((shape.read ?? shape.holds) !== undefined) {
      state.mutations.push({ instance: access.by, at: access.at, end: access.end, on, text: path });
    }
    state.solver.add(to, on);
    return;
  }
  if (shape.holds !== undefined) {
    state.solver.add(to, nativeToken(state, path, shape));
    return;
  }
  if (shape.read !== undefined) {
    forEachAsking(access, (asking) => {
      const use = recordUse(state, found, 'read', callBack(asking, [], to));
      state.solver.add(to, use.source);
    });
  }
  const callable = shape.call !== undefined || shape.construct !== undefined;
  if (!callable && shape.members === undefined && shape.type !== undefined && !path.endsWith('.prototype')) {
    state.solver.add(to, typeToken(state, unwrapPromise(shape.type).type, path, 'run'));
    return;
  }
  const call = shape.call;
  if (
    path.includes('#') &&
    call !== undefined &&
    receiver !== undefined &&
    heedsReceiver(state, found, call)
  ) {
    state.solver.add(to, methodToken(state, found, call, receiver));
    return;
  }
  state.solver.add(to, nativeToken(state, path, shape));
}

/** Of a method that does the same whatever it is called on there is one, not one for each receiver. */
function heedsReceiver(state: GraphState, { path, shape }: FoundShape, call: CallShape): boolean {
  if (hasModel(path) || call.role !== undefined || shape.construct !== undefined) return true;
  if (unwrapPromise(call.returns ?? 'data').type === 'receiver' || heedsKept(state, call)) return true;
  return mayAct(state, { path, shape }, call);
}

/** `f.call` is a method of a function, `f.call.apply` one of a method, and so on for ever. */
const maxMethodDepth = 2;

function methodToken(state: GraphState, found: FoundShape, call: CallShape, receiver: TokenId): TokenId {
  let tokens = state.methodTokens.get(found);
  if (tokens === undefined) state.methodTokens.set(found, (tokens = new Map()));
  const { path, shape } = found;
  const depth = methodDepth(state, receiver);
  const isFunction = path.startsWith('Function#');
  if (isFunction && depth >= maxMethodDepth) return receiver;
  // What is a method of a method otherwise (`client.chat.completions`) is told apart by its name alone.
  const on = depth > 0 && !isFunction ? anyMethod : receiver;
  let token = tokens.get(on);
  if (token === undefined) {
    const key = `m${path}@${String(on)}`;
    token = state.tokens.intern(key, 'load', () => ({ kind: 'method', path, call, receiver, shape }));
    tokens.set(on, token);
  }
  return token;
}

/** No token's id: stands for every method. */
const anyMethod = -1;

function methodDepth(state: GraphState, id: TokenId): number {
  const { value } = state.tokens.get(id);
  return value.kind === 'method' ? 1 + methodDepth(state, value.receiver) : 0;
}

/** `import()` of something that is not a constant. */
const dynamicImport: Shape = { call: { effect: 'dynamic-code', returns: 'Promise<data>' } };

/** Lets a global flow to a node. */
export function addTyped(state: GraphState, name: string, to: NodeId, access: Access): void {
  const found = globalShape(state, name);
  if (name === 'import()') state.solver.add(to, nativeToken(state, name, found?.shape ?? dynamicImport));
  else if (isGlobalObject(name)) state.solver.add(to, nativeToken(state, 'globalThis', found?.shape ?? {}));
  else if (found !== undefined) addNative(state, found, to, access);
  else {
    const reason = `'${name}' is not a known global`;
    noteUnresolved(state, access, reason);
    state.solver.add(to, unknownToken(state, reason));
  }
}

export function recordUse(
  state: GraphState,
  found: FoundShape,
  mode: NativeUse['mode'],
  site: CallSite,
): NativeUse {
  // On an object that executions share a call may do more than on one of their own.
  const shared = found.shape.call?.shared !== undefined && isMadeLoading(state, site.receiver) ? '!' : '';
  const key = `${String(site.by.id)}:${String(site.at)}:${String(site.end)}:${mode}${shared}:${found.path}`;
  const known = state.useKeys.get(key);
  if (known !== undefined) return known;
  const id = state.uses.length;
  const source = state.tokens.add(site.by.phase, { kind: 'source', use: id });
  const use: NativeUse = {
    id,
    instance: site.by,
    at: site.at,
    end: site.end,
    mode,
    path: found.path,
    shape: found.shape,
    call: site.op,
    args: site.args,
    spreadFrom: site.spreadFrom,
    source,
    receiver: site.receiver,
    to: site.to,
  };
  state.uses.push(use);
  state.useKeys.set(key, use);
  return use;
}

function isMadeLoading(state: GraphState, receiver: TokenId | undefined): boolean {
  return receiver !== undefined && state.tokens.get(receiver).phase === 'load';
}

export function callNative(state: GraphState, token: Token, site: CallSite): boolean {
  if (token.value.kind !== 'native' && token.value.kind !== 'method') return false;
  const { path, shape } = token.value;
  const call =
    site.construct === true ? (shape.construct ?? shape.call) : (shape.call ?? typeCall(state, shape));
  const isOwn = token.value.kind === 'method' && (site.rebinds !== true || site.receiver === undefined);
  const receiver = isOwn && token.value.kind === 'method' ? token.value.receiver : site.receiver;
  if (call === undefined) {
    if (shape.construct !== undefined)
      return callShape(state, { path: `${path}()`, shape }, shape.construct, callOn(site, receiver));
    if (shape.members === undefined && (shape.type === 'data' || shape.type === 'vetted'))
      return callDataMethod(state, path, site, shape.type === 'vetted');
    noteUnresolved(state, site, `'${path}' is called, which the catalogue does not describe`);
    state.solver.add(site.to, dataToken(state));
    return false;
  }
  if (receiver !== undefined && state.idle.size > 0) wakeReceiver(state, receiver, path);
  if (site.by.phase === 'step' && receiver !== undefined && state.tokens.get(receiver).phase === 'run')
    site = { ...site, to: seenFromStep(state, site.to) };
  const isNew = site.construct === true && shape.construct !== undefined;
  const isBoth = shape.construct !== undefined && !isNew;
  const label = isNew ? `new ${path}` : isBoth ? `${path}()` : path;
  if (!heedsKept(state, call) && isDone(label, call, site)) return true;
  return callShape(state, { path: label, shape }, call, callOn(site, receiver));
}

/** A method of a generator runs it, but for those that end it. */
function wakeReceiver(state: GraphState, receiver: TokenId, path: string): void {
  const { value } = state.tokens.get(receiver);
  if (value.kind === 'generator' && !/#(?:return|throw)$/.test(path)) wake(state, value.instance);
}

/**
 * A method of what every object has (`hasOwnProperty`) does the same for each receiver of a call: with
 * hundreds of them, arguments would be looked at, and functions among them called, hundreds of times.
 */
function isDone(label: string, call: CallShape, { shared, args, to }: CallSite): boolean {
  if (shared?.args !== args || shared.to !== to) return false;
  if (hasModel(label) || unwrapPromise(call.returns ?? 'data').type === 'receiver') return false;
  shared.done ??= new Set();
  if (shared.done.has(label)) return true;
  shared.done.add(label);
  return false;
}

function typeCall(state: GraphState, shape: Shape): CallShape | undefined {
  return shape.type === undefined ? undefined : typeShape(state, shape.type)?.call;
}

/** Calls an instance of a catalogued type (a proxy, a definition). */
export function callTypeInstance(state: GraphState, token: Token, site: CallSite): boolean {
  if (token.value.kind !== 'native-instance') return false;
  const type = token.value.type;
  const call = typeShape(state, type)?.call;
  if (call !== undefined)
    return callShape(state, { path: `${type}()`, shape: { call } }, call, callOn(site, token.id));
  noteUnresolved(state, site, `a value of type ${type} is called`);
  return false;
}

export function callShape(state: GraphState, found: FoundShape, call: CallShape, site: CallSite): boolean {
  const mode = site.construct === true ? 'construct' : 'call';
  if (mayAct(state, found, call) || call.role !== undefined) {
    const use = recordUse(state, found, mode, site);
    state.solver.add(site.to, use.source);
    fillArgument(state, call, use.source, site);
  }
  if (call.changes !== undefined) noteChange(state, found.path, site, call.changes);
  if (call.role !== undefined) applyRole(state, found.path, call.role, site);
  const isCommand = call.role?.type === 'command' || call.role?.type === 'safe-zone';
  if (!isCommand) carryTaint(state, call, site);
  convertArguments(state, found.path, site);
  const handled = runModel(state, found.path, site);
  if (!handled) {
    addReturns(state, found.path, call, site);
    runCallbacks(state, call, site);
    if (call.runsKept === true) runKept(state, site);
  } else if (Array.isArray(call.callbacks)) {
    runCallbacks(state, call, site);
  }
  return true;
}

const holdsProperties = new Set(['object', 'array', 'instance', 'class', 'function', 'native-instance']);

/** `merge(config, more)` writes to what it is given. */
function noteChange(
  state: GraphState,
  text: string,
  { by, at, end, args }: CallSite,
  argument: number,
): void {
  const receiver = args[argument];
  if (receiver === undefined) return;
  state.solver.listen(receiver, (on) => {
    if (holdsProperties.has(state.tokens.get(on).value.kind))
      state.mutations.push({ instance: by, at, end, on, receiver, text });
  });
}

/** `crypto.getRandomValues(bytes)` gives its argument back, filled; `Error.captureStackTrace(object)` gives nothing. */
function fillArgument(state: GraphState, call: CallShape, source: TokenId, site: CallSite): void {
  const [, given] = /^argument:(\d+)$/.exec(call.returns ?? '') ?? [];
  if (call.fills === undefined && given === undefined) return;
  const { argument, property, type } = call.fills ?? {
    argument: Number(given),
    property: '[]',
    type: 'number',
  };
  const filled = site.args[argument];
  if (filled === undefined) return;
  const value = typeToken(state, type, 'filled', site.by.phase);
  state.solver.listen(filled, (id) => {
    const token = state.tokens.get(id);
    if (!holdsProperties.has(token.value.kind)) return;
    const node = propertyNode(state, token, property);
    state.solver.add(node, source);
    state.solver.add(node, value);
  });
}

function mayAct(state: GraphState, found: FoundShape, call: CallShape): boolean {
  return call.further !== undefined || call.shared !== undefined || mayHaveEffect(state, found, call.effect);
}

export function mayHaveEffect(state: GraphState, found: FoundShape, effect: Effect | undefined): boolean {
  if (state.profile.overrides !== undefined && Object.hasOwn(state.profile.overrides, found.path))
    return true;
  return effect !== undefined && effect !== 'deterministic';
}

function carryTaint(state: GraphState, call: CallShape, site: CallSite): void {
  const type = unwrapPromise(call.returns ?? 'data').type;
  // How a client is set up is not what it answers.
  if (type === 'IoClient') return;
  // The engine's own objects, its failures among them, hold the options that they are made with.
  const holds =
    (site.construct !== true && (type === 'Error' || Object.hasOwn(state.profile.types, type))) ||
    isKeeper(state, type);
  for (const arg of site.args) {
    if (holds) deepTaint(state, arg, site.to);
    else state.solver.taintEdge(arg, site.to);
  }
  if (site.receiverNode !== undefined) state.solver.taintEdge(site.receiverNode, site.to);
}

/** Runs the functions among the arguments, as the shape says. */
function runCallbacks(state: GraphState, call: CallShape, site: CallSite): void {
  const callbacks = call.callbacks ?? 'run';
  if (callbacks === 'ignored') return;
  if (typeof callbacks === 'string') {
    const each: CallbackShape = { at: { argument: 'each' }, mode: callbacks };
    runCallback(state, each, site, resultNode(state, call, site));
    return;
  }
  for (const callback of callbacks) runCallback(state, callback, site, resultNode(state, call, site));
}

function runCallback(state: GraphState, callback: CallbackShape, site: CallSite, to: NodeId): void {
  if (callback.mode === 'ignored') return;
  for (const node of argumentNodes(state, site, callback.at)) {
    state.solver.listen(node, (fn) => {
      const kind = state.tokens.get(fn).value.kind;
      if (kind !== 'function' && kind !== 'bound' && kind !== 'method' && kind !== 'native') return;
      if (callback.mode === 'safe' && site.by.phase !== 'step') {
        if (site.op !== undefined) state.safeCallbacks.push({ token: fn, instance: site.by, op: site.op });
        return;
      }
      if (kind !== 'function' && kind !== 'bound') {
        const shape = state.tokens.get(fn).value;
        if (!('shape' in shape) || shape.shape.call === undefined) return;
      }
      const types = callback.params ?? ['data', 'data', 'data'];
      const args = types.map((type) =>
        typeNode(state, type, `${String(site.by.id)}.${String(site.at)}`, site),
      );
      invoke(state, fn, callBack(site, args, to));
    });
  }
}

/** Where what a callback gives goes: it may be what the call gives, unless that is an object of the engine, or constructed. */
function resultNode(state: GraphState, call: CallShape, site: CallSite): NodeId {
  const { type } = unwrapPromise(call.returns ?? 'data');
  if (site.construct !== true && !Object.hasOwn(state.profile.types, type)) return site.to;
  const node = state.solver.newNode();
  state.solver.taintEdge(node, site.to);
  return node;
}

/** A node that holds a value of a type and nothing else ever: there is one for each such value. */
export function typeNode(state: GraphState, type: string, where: string, site: { by: Instance }): NodeId {
  const token = typeToken(state, unwrapPromise(type).type, where, site.by.phase);
  let node = state.typeNodes.get(token);
  if (node === undefined) {
    node = state.solver.newNode();
    state.typeNodes.set(token, node);
    state.solver.add(node, token);
  }
  return node;
}

/** The nodes at a place in a call's arguments. */
export function argumentNodes(state: GraphState, site: CallSite, path: ArgumentPath): NodeId[] {
  let nodes: NodeId[];
  if (path.argument === 'each') nodes = [...site.args];
  else if (path.argument === 'last') nodes = site.args.slice(-1);
  else if (path.argument === 'last-function') nodes = lastFunction(state, site);
  else nodes = site.args.slice(path.argument, path.argument + 1);
  for (const name of path.path ?? []) nodes = nodes.map((node) => memberNode(state, node, name, site));
  return nodes;
}

/** All arguments may be the last function; which one is known only by what arrives. */
function lastFunction(state: GraphState, site: CallSite): NodeId[] {
  const node = state.solver.newNode();
  for (const arg of site.args) {
    state.solver.listen(arg, (token) => {
      const kind = state.tokens.get(token).value.kind;
      if (kind === 'function' || kind === 'bound') state.solver.add(node, token);
    });
  }
  return [node];
}

export function memberNode(state: GraphState, of: NodeId, name: string, site: CallSite): NodeId {
  const to = state.solver.newNode();
  const op = site.op ?? site.by.fn.ops[0];
  if (op === undefined) return to;
  const access: Access = { by: site.by, op, at: site.at, end: site.end, callee: false };
  state.solver.listen(of, (token) => {
    if (state.tokens.get(token).value.kind === 'data') return;
    readProperty(state, token, name, to, access);
  });
  return to;
}
