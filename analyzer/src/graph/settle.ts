/**
 * Runs the solver until nothing is left to do. What nothing flowed to by then is decided from
 * weaker evidence, one kind at a time: defaults first, then declared types, then implementations.
 */

import { callOn, invoke, noteUnresolved, type CallSite } from './calls.js';
import { followChoices } from './choices.js';
import { declaredInstance, resolveType } from './declared-types.js';
import { callDefinitions } from './definitions.js';
import { enterDefined } from './entries.js';
import { readHandedOut } from './host-objects.js';
import { enterHeirs } from './heirs.js';
import { wakeHandedOut } from './idle-generators.js';
import { unitOf } from './modules.js';
import { startInstance, walkOps } from './ops.js';
import { readProperty } from './properties.js';
import type { GraphState, Unit } from './state.js';
import { linkThrown } from './thrown.js';
import type { ClassIr, TypeDeclarationIr } from './ir.js';
import type { Token, TokenId } from './tokens.js';

/** Steps with which to look at workflows although loading their modules took all that was allowed. */
const lastSteps = 1_000_000;
/** Steps for what is asked of the graph when it is built. */
const querySteps = 200_000;

export function settle(state: GraphState, onFollow?: (functions: number) => void): void {
  solve(state, onFollow);
  if (!state.solver.exhausted()) return;
  // What was found so far is worth a look: the report says that there may be more.
  state.solver.goOn(lastSteps);
  state.starts.length = 0;
  state.segments.length = 0;
  enterDefined(state);
  solve(state, onFollow);
  if (state.solver.exhausted()) state.solver.goOn(querySteps);
}

function solve(state: GraphState, onFollow: ((functions: number) => void) | undefined): void {
  for (;;) {
    drain(state, onFollow);
    if (state.solver.exhausted()) return;
    if (wakeHandedOut(state)) continue;
    if (callDefinitions(state)) continue;
    if (enterHeirs(state)) continue;
    if (enterDefined(state)) continue;
    if (linkThrown(state)) continue;
    if (decideGuards(state)) continue;
    if (decideTypes(state)) continue;
    if (decideDispatch(state)) continue;
    if (decideAbstract(state)) continue;
    if (followChoices(state)) continue;
    if (readHandedOut(state)) continue;
    return;
  }
}

/** Solves what was added to a settled graph. */
export function settleAgain(state: GraphState): void {
  for (;;) {
    drain(state, undefined);
    if (state.solver.exhausted()) return;
    if (decideGuards(state) || decideTypes(state) || decideDispatch(state)) continue;
    if (!decideAbstract(state)) return;
  }
}

/** Functions between two words about progress. */
const followedAtOnce = 256;

function drain(state: GraphState, onFollow: ((functions: number) => void) | undefined): void {
  // The lists are walked by index: taking the first of a long list off moves all others.
  let segment = 0;
  let start = 0;
  for (;;) {
    state.solver.run();
    if (state.solver.exhausted()) return;
    const next = state.segments[segment];
    const instance = state.starts[start];
    if (next !== undefined) {
      segment += 1;
      startInstance(state, next.instance);
      state.solver.allowFor(next.to - next.from);
      walkOps(state, next.instance, next.from, next.to);
    } else if (instance !== undefined) {
      start += 1;
      if (start % followedAtOnce === 0) onFollow?.(state.instances.length);
      startInstance(state, instance);
    } else break;
  }
  state.segments.length = 0;
  state.starts.length = 0;
}

function decideGuards(state: GraphState): boolean {
  const pending = state.pendingGuards.splice(0);
  let changed = false;
  for (const guard of pending) {
    if (!state.solver.isEmpty(guard.on)) continue;
    guard.activate();
    changed = true;
  }
  return changed;
}

function decideTypes(state: GraphState): boolean {
  const pending = state.pendingTypes.splice(0);
  let changed = false;
  for (const type of pending) {
    if (!state.solver.isEmpty(type.node)) continue;
    type.apply();
    changed = true;
  }
  return changed;
}

function decideDispatch(state: GraphState): boolean {
  const pending = state.pendingDispatch.splice(0);
  for (const { typed, site } of pending) dispatch(state, state.tokens.get(typed), site);
  return pending.length > 0;
}

/** A method of an interface: of every class that implements it, those with instances first. */
function dispatch(state: GraphState, token: Token, site: CallSite): void {
  if (token.value.kind !== 'typed-method') return;
  const typed = state.tokens.get(token.value.typed).value;
  if (typed.kind !== 'typed') return;
  const { name } = token.value;
  let found = implementations(state, typed.declaration);
  if (found.length === 0 && typed.declaration.name !== '{…}') {
    for (const path of state.program.mentioning(['implements', typed.declaration.name])) unitOf(state, path);
    found = implementations(state, typed.declaration);
  }
  const used = callImplementations(state, found, name, site);
  if (!used) noteUnresolved(state, site, `no implementation of '${typed.declaration.name}.${name}' is known`);
}

interface Implementation {
  readonly unit: Unit;
  readonly cls: ClassIr;
}

function implementations(state: GraphState, declaration: TypeDeclarationIr): Implementation[] {
  const found: Implementation[] = [];
  for (const unit of state.units.values()) {
    for (const cls of unit.ir.classes) {
      const direct = cls.implements.some(
        (type) => type.type === 'name' && implementsType(state, unit, type.name, declaration),
      );
      if (direct) found.push({ unit, cls });
    }
  }
  return [...found, ...found.flatMap(({ unit, cls }) => subclasses(state, unit, cls))];
}

function implementsType(
  state: GraphState,
  unit: Unit,
  name: string,
  declaration: TypeDeclarationIr,
  asked = new Set<TypeDeclarationIr>(),
): boolean {
  const resolved = resolveType(state, unit, name);
  if (resolved?.type !== 'declaration' || asked.has(resolved.declaration)) return false;
  if (resolved.declaration === declaration) return true;
  asked.add(resolved.declaration);
  state.solver.countWork(1);
  return resolved.declaration.extends.some(
    (base) => base.type === 'name' && implementsType(state, resolved.unit, base.name, declaration, asked),
  );
}

/** Classes that extend it, in turn; those that do not compile may extend each other. */
function subclasses(state: GraphState, of: Unit, cls: ClassIr): Implementation[] {
  const found = new Map<ClassIr, Implementation>();
  const waiting: Implementation[] = [{ unit: of, cls }];
  for (let base = waiting.pop(); base !== undefined; base = waiting.pop()) {
    for (const derived of directSubclasses(state).get(base.cls) ?? []) {
      if (derived.cls === cls || found.has(derived.cls)) continue;
      found.set(derived.cls, derived);
      waiting.push(derived);
    }
  }
  return [...found.values()];
}

interface Extensions {
  /** Units that were loaded when this was found out. */
  readonly units: number;
  readonly byBase: ReadonlyMap<ClassIr, readonly Implementation[]>;
}

const extensions = new WeakMap<GraphState, Extensions>();

function directSubclasses(state: GraphState): Extensions['byBase'] {
  const known = extensions.get(state);
  if (known?.units === state.units.size) return known.byBase;
  const byBase = new Map<ClassIr, Implementation[]>();
  // To resolve a base may load units, which are gone through in turn.
  for (const unit of state.units.values()) {
    for (const cls of unit.ir.classes) {
      if (cls.baseType?.type !== 'name') continue;
      const base = resolveType(state, unit, cls.baseType.name);
      if (base?.type !== 'class' || base.cls === cls) continue;
      const list = byBase.get(base.cls);
      if (list === undefined) byBase.set(base.cls, [{ unit, cls }]);
      else list.push({ unit, cls });
    }
  }
  extensions.set(state, { units: state.units.size, byBase });
  return byBase;
}

function callImplementations(
  state: GraphState,
  found: readonly Implementation[],
  name: string,
  site: CallSite,
): boolean {
  const made = found.flatMap(({ cls }) =>
    (state.classesByIr.get(cls) ?? []).flatMap((id) => state.instancesOf.get(id) ?? []),
  );
  const receivers: TokenId[] =
    made.length > 0
      ? [...new Set(made)]
      : found.filter(({ cls }) => !cls.abstract).map(({ unit, cls }) => declaredInstance(state, unit, cls));
  const op = site.op ?? site.by.fn.ops[0];
  if (op === undefined) return receivers.length > 0;
  for (const receiver of receivers) {
    const method = state.solver.newNode();
    readProperty(state, receiver, name, method, {
      by: site.by,
      op,
      at: site.at,
      end: site.end,
      callee: true,
    });
    state.solver.listen(method, (fn) => {
      invoke(state, fn, callOn(site, receiver));
    });
  }
  return receivers.length > 0;
}

/** Methods that the declared class leaves abstract: of the classes that extend it. */
function decideAbstract(state: GraphState): boolean {
  let changed = false;
  const pending = state.pendingCalls.splice(0);
  for (const call of pending) {
    if (!state.solver.isEmpty(call.callee) || call.receiver === undefined) {
      state.settledCalls.push(call);
      continue;
    }
    const name = call.op.text.split('.').at(-1) ?? '';
    let used = false;
    for (const id of state.solver.tokens(call.receiver)) {
      const { value } = state.tokens.get(id);
      if (value.kind !== 'declared') continue;
      const site: CallSite = {
        by: call.instance,
        at: call.op.at,
        end: call.op.end,
        args: call.op.args.map((arg) => call.instance.base + Math.max(arg.slot, 0)),
        to: call.instance.base + call.op.to,
        op: call.op,
      };
      if (callImplementations(state, subclasses(state, value.unit, value.cls), name, site)) used = true;
    }
    if (used) changed = true;
    else state.settledCalls.push(call);
  }
  return changed;
}
