/** Writes to state that executions share, and to the language's own objects. */

import { packageOf } from '../graph/packages.js';
import { isGlobalObject } from '../graph/properties.js';
import { hasSetter } from '../graph/property-writes.js';
import { globalShape } from '../graph/shapes.js';
import {
  nodeOf,
  ownerOf,
  type Assignment,
  type GraphState,
  type Instance,
  type Mutation,
} from '../graph/state.js';
import type { NodeId, TokenId, Value } from '../graph/tokens.js';
import { adviceFor, patchOf } from './advice.js';
import type { RawFinding, RuleId } from './finding.js';
import { ownWrites, type OwnWrites } from './own-writes.js';
import type { Reach } from './reach.js';

export function sharedStateFindings(state: GraphState, reach: Reach): RawFinding[] {
  const findings: RawFinding[] = [];
  const push = (rule: RuleId, at: Place, message: string, isolated = false): void => {
    findings.push({
      rule,
      severity: isolated ? 'warning' : 'error',
      instance: at.instance,
      at: at.at,
      end: at.end,
      message,
      suggestion: adviceFor(state.profile, undefined, rule, undefined) ?? defaultAdvice[rule],
      use: undefined,
      reaches: 'state',
    });
  };
  // A sandbox that evaluates modules for each execution shares nothing; elsewhere the same code would.
  const patch = patchOf(state.profile, 'module-state', 'module-state');
  const isolated = patch === 'not-portable';
  const outlives = isolated
    ? 'is module state: this sandbox gives each execution its own, but elsewhere executions would share it.'
    : 'outlives the execution: it is shared with others, and not reset on replay.';
  const shared = sharedTokens(state);
  const own = ownWrites(state);
  for (const write of state.assignments) {
    if (write.instance.phase !== 'run' || !reach.has(write.instance)) continue;
    const capture = write.instance.fn.captures[~write.slot];
    if (capture === undefined || ownerOf(write.instance, capture.fn).phase !== 'load') continue;
    if (isSelfReplacement(state, write)) continue;
    if (patch !== 'patched') push('module-state', write, `\`${write.name}\` ${outlives}`, isolated);
  }
  // What a module holds and has put on the global object, too, as caches of connections do, is said once.
  const isHeldByModule = ({ on, at, instance: { unit } }: Mutation): boolean => {
    const { value } = state.tokens.get(on);
    if (value.kind !== 'native' || !value.path.startsWith('globalThis.')) return false;
    return state.mutations.some(
      (other) =>
        other.at === at &&
        other.instance.unit === unit &&
        ruleOf(state, other, shared, own) === 'module-state',
    );
  };
  for (const mutation of state.mutations) {
    if (!reach.has(mutation.instance)) continue;
    const rule = ruleOf(state, mutation, shared, own);
    if (rule === 'module-state') {
      if (patch !== 'patched') push(rule, mutation, `What this changes ${outlives}`, isolated);
    } else if (rule === 'global-mutation' && !isHeldByModule(mutation)) {
      push(rule, mutation, 'This changes a global object, for every execution in the process.');
    }
  }
  return groupByPackage(findings);
}

/**
 * A function that puts a better one in its own place and goes on with that, as compilers write their helpers:
 * `var __assign = function () { __assign = Object.assign || …; return __assign.apply(this, arguments); }`.
 */
function isSelfReplacement(state: GraphState, { instance, slot }: Assignment): boolean {
  const { ops, index } = instance.fn;
  const goesOn = ops.some(
    (op) =>
      op.type === 'call' &&
      (op.callee === slot || op.receiver === slot) &&
      ops.some((other) => other.type === 'return' && other.from === op.to),
  );
  if (!goesOn) return false;
  const values = state.solver.tokens(nodeOf(instance, slot)).map((id) => state.tokens.get(id).value);
  const isFunction = (value: Value): boolean => callable.has(value.kind);
  return (
    values.every((value) => isFunction(value) || value.kind === 'constant') &&
    values.some(
      (value) => value.kind === 'function' && value.unit === instance.unit && value.fn.index === index,
    )
  );
}

const callable = new Set(['function', 'native', 'method', 'bound']);

/** A package with more writes than this keeps caches; each place would say the same. */
const maxPlacesOfPackage = 3;

function groupByPackage(findings: readonly RawFinding[]): RawFinding[] {
  const places = new Map<string, Set<string>>();
  const placeOf = ({ instance, at }: RawFinding): string => `${instance.unit.ir.path}:${String(at)}`;
  const packageOfFinding = (finding: RawFinding): string | undefined =>
    finding.rule === 'module-state' ? packageOf(finding.instance.unit.ir.path) : undefined;
  for (const finding of findings) {
    const name = packageOfFinding(finding);
    if (name === undefined) continue;
    const known = places.get(name);
    if (known === undefined) places.set(name, new Set([placeOf(finding)]));
    else known.add(placeOf(finding));
  }
  return findings.flatMap((finding) => {
    const name = packageOfFinding(finding);
    const all = name === undefined ? undefined : places.get(name);
    if (all === undefined || all.size <= maxPlacesOfPackage) return [finding];
    const [first] = [...all].sort();
    if (placeOf(finding) !== first) return [];
    const more = `This package writes its own module state in ${String(all.size)} places that workflow code reaches; this is the first.`;
    return [{ ...finding, severity: 'warning', message: more }];
  });
}

export const keepInWorkflow =
  'Keep the state in the workflow function (or an object that it makes), or return it from the step.';

const defaultAdvice: Partial<Record<RuleId, string>> = {
  'module-state': keepInWorkflow,
  'global-mutation': 'Make a value of your own instead of changing a shared one.',
};

interface Place {
  readonly instance: Instance;
  readonly at: number;
  readonly end: number;
}

const containers = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'Array']);

function ruleOf(
  state: GraphState,
  mutation: Mutation,
  shared: ReadonlySet<TokenId>,
  own: OwnWrites,
): 'module-state' | 'global-mutation' | undefined {
  const token = state.tokens.get(mutation.on);
  const { value } = token;
  if (value.kind === 'native' || (value.kind === 'native-instance' && value.type === 'globalThis')) {
    return ruleOfNative(state, value, mutation);
  }
  if (mutation.instance.phase !== 'run') return undefined;
  // A setter is a call; what it writes is seen inside.
  if (hasSetter(state, token, mutation.text)) return undefined;
  if (token.phase !== 'load' && !shared.has(mutation.on)) return undefined;
  // Libraries keep all sorts of objects; only their plain containers tell of state.
  const inPackage = mutation.instance.unit.ir.kind === 'package';
  const isContainer =
    value.kind === 'object' ||
    value.kind === 'array' ||
    (value.kind === 'native-instance' && containers.has(value.type));
  if (inPackage && !isContainer) return undefined;
  // By weak collections they hang something of theirs on what they are given, or on what they made.
  if (inPackage && value.kind === 'native-instance' && /^Weak(?:Map|Set)$/.test(value.type)) return undefined;
  return token.phase !== 'load' && own.has(mutation) ? undefined : 'module-state';
}

/**
 * What executions make and then hang on something that outlives them (a lazy singleton, a cache), where
 * some code takes it from there again. What is only put there (a list of all instances, a `WeakSet` of
 * what was seen) is shared with nobody.
 */
function sharedTokens(state: GraphState): Set<TokenId> {
  const shared = new Set<TokenId>();
  const queue: TokenId[] = [];
  const addNode = (node: NodeId, all?: NodeId): void => {
    if (!isRead(state, node, all)) return;
    for (const id of state.solver.tokens(node)) {
      const { phase, value } = state.tokens.get(id);
      if (phase !== 'run' || shared.has(id) || !canBeShared(value)) continue;
      shared.add(id);
      queue.push(id);
    }
  };
  const addHeap = (id: TokenId): void => {
    const properties = state.tokens.get(id).heap?.properties;
    for (const node of properties?.values() ?? []) addNode(node, properties?.get('**'));
  };
  for (const token of state.tokens.all) {
    if (token.phase === 'load' && canBeShared(token.value)) addHeap(token.id);
  }
  for (const instance of state.instances) {
    if (instance.phase !== 'load') continue;
    for (const variable of instance.fn.variables) addNode(instance.base + variable.slot);
  }
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) addHeap(id);
  return shared;
}

/** `all` is where everything that the object holds flows together. */
function isRead({ solver }: GraphState, node: NodeId, all: NodeId | undefined): boolean {
  if (solver.isHeard(node)) return true;
  return solver
    .readers(node)
    .some((reader) => reader !== all || solver.isHeard(all) || solver.readers(all).length > 0);
}

/** All regular expressions are one value here, and so are the other objects of the language that hold nothing. */
function canBeShared(value: Value): boolean {
  if (value.kind === 'native-instance') return containers.has(value.type);
  return ['object', 'array', 'instance', 'class', 'function', 'namespace'].includes(value.kind);
}

/** Globals of the language and the host; an engine's own objects are its own affair. */
function ruleOfNative(
  state: GraphState,
  value: Value,
  { instance: by, text, receiver }: Mutation,
): 'module-state' | 'global-mutation' | undefined {
  if (value.kind !== 'native' || value.shape.write === 'deterministic') return undefined;
  if (value.shape.write === 'module-state')
    return by.phase === 'run' && by.unit.ir.kind !== 'package' ? 'module-state' : undefined;
  if (by.phase === 'load' && (!state.profile.sandboxed || by.unit.ir.kind === 'package')) return undefined;
  if (by.unit.ir.kind === 'package') {
    if (!/^globalThis|\.prototype$/.test(value.path)) return undefined;
    // Libraries hand objects of all sorts through the same few functions: one that may be anything is no proof.
    if (receiver !== undefined && !isNativeOnly(state, receiver)) return undefined;
  }
  if (isGlobalObject(value.path) && globalShape(state, text)?.shape.write === 'deterministic')
    return undefined;
  const root = value.path.split(/[.#]/)[0]!;
  return Object.hasOwn(state.catalogue.globals, root) || isGlobalObject(root) ? 'global-mutation' : undefined;
}

function isNativeOnly(state: GraphState, node: NodeId): boolean {
  return state.solver.tokens(node).every((id) => {
    const { kind } = state.tokens.get(id).value;
    return kind === 'native' || kind === 'source' || kind === 'constant';
  });
}
