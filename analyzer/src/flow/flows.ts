/** Where the values of nondeterministic sources end up. */

import type { BranchIr, CallOp } from '../graph/ir.js';
import { argumentNodes } from '../graph/natives.js';
import { nodeOf, type GraphState, type Instance, type RoleCall } from '../graph/state.js';
import type { NodeId, TokenId } from '../graph/tokens.js';
import type { Reach } from '../effects/reach.js';
import type { Reaches } from '../effects/finding.js';
import { sourcesInCallbacks } from './captured.js';
import { holders } from './holders.js';
import { arrivesByMatchedCalls } from './matched-calls.js';
import { awaitedPredicates, failures, handledVariables } from './outcomes.js';

export interface Flows {
  /** The strongest place that a source's value reaches. */
  readonly reaches: (source: TokenId) => Reaches;
  /** Commands whose name or id is derived from sources. */
  readonly identities: readonly { readonly call: RoleCall; readonly sources: ReadonlySet<TokenId> }[];
  readonly issuesCommands: (instance: Instance) => boolean;
  /** Branches decided by a source, by source. */
  readonly branches: ReadonlyMap<
    TokenId,
    readonly { readonly instance: Instance; readonly branch: BranchIr }[]
  >;
  /** Does it decide how long the workflow waits for a condition? */
  readonly decidesWaits: (source: TokenId) => boolean;
  readonly sourcesAt: (node: NodeId) => ReadonlySet<TokenId>;
}

export function computeFlows(state: GraphState, reach: Reach): Flows {
  const commands = state.roleCalls.filter(isCommand).filter((call) => reach.has(call.instance));
  const issuing = issuingInstances(state, commands);
  const inCommands = new Set<TokenId>();
  const identities: { call: RoleCall; sources: Set<TokenId> }[] = [];
  const inIdentities = new Set<TokenId>();
  // Values that the engine keeps as state are state, however they get there.
  const kept = commands.filter(isKept);
  const ids = commands.map((call) => idNodes(state, call));
  // Nodes that were made by asking have to be solved, once for all: what holds what is found out anew afterwards.
  state.solver.run();
  const seen = new Map<TokenId, number>();
  for (const [index, call] of commands.entries()) {
    if (!isKept(call)) {
      for (const arg of call.args) collect(state, arg, inCommands, seen, 0);
      if (call.op.receiver !== -1) collectTop(state, nodeOf(call.instance, call.op.receiver), inCommands);
    }
    const sources = identitySources(state, call, ids[index]!);
    if (sources.size === 0) continue;
    identities.push({ call, sources });
    for (const source of sources) inIdentities.add(source);
  }
  for (const source of sourcesInCallbacks(state, reach)) inCommands.add(source);
  const inResults = resultSources(state);
  const branches = branchSources(state, reach);
  const inWaits = new Set<TokenId>();
  for (const answer of awaitedPredicates(commands)) collectTop(state, answer, inWaits);
  const inBranches = new Set<TokenId>();
  const issuingOps = opsThatIssue(state, issuing);
  for (const [source, list] of branches) {
    if (list.some(({ instance, branch }) => decidesCommands(issuingOps(instance), branch)))
      inBranches.add(source);
  }
  const seenInOrders = new Map<TokenId, number>();
  for (const { instance, order } of state.orderings) {
    if (instance.phase === 'run' && issuing.has(instance)) collect(state, order, inBranches, seenInOrders, 0);
  }
  const inState = stateSources(state);
  const seenInState = new Map<TokenId, number>();
  for (const call of kept) for (const arg of call.args) collect(state, arg, inState, seenInState, 0);
  return {
    reaches: (source) => {
      if (inIdentities.has(source)) return 'identity';
      if (inCommands.has(source)) return 'command';
      if (inBranches.has(source) || inWaits.has(source)) return 'branch';
      if (inResults.has(source)) return 'result';
      return inState.has(source) ? 'state' : 'nothing';
    },
    identities,
    issuesCommands: (instance) => issuing.has(instance),
    branches,
    decidesWaits: (source) => inWaits.has(source),
    sourcesAt: (node) => {
      const found = new Set<TokenId>();
      collect(state, node, found, new Map(), 0);
      return found;
    },
  };
}

export function isCommand(call: RoleCall): boolean {
  const { type } = call.role;
  return type === 'command' || type === 'safe-zone' || type === 'continue-as-new';
}

const isKept = ({ role }: RoleCall): boolean => role.type === 'command' && role.kind === 'state';

function collectTop(state: GraphState, node: NodeId, into: Set<TokenId>): void {
  for (const id of state.solver.taint(node)) into.add(id);
}

/**
 * Sources in a node's values, and in what those hold. `seen` says at which depth each token was looked into; it
 * goes from one search to the next that adds to the same sources, so that all of them look into each token once.
 */
export function collect(
  state: GraphState,
  node: NodeId,
  into: Set<TokenId>,
  seen: Map<TokenId, number>,
  depth: number,
): void {
  const held = holders(state);
  for (const id of state.solver.tokens(node)) {
    const token = state.tokens.get(id);
    if (token.value.kind === 'source') {
      into.add(id);
      continue;
    }
    if (depth > 6 || !held.has(id) || (seen.get(id) ?? Infinity) <= depth) continue;
    seen.set(id, depth);
    for (const [name, property] of token.heap!.properties) {
      if (name !== '**') collect(state, property, into, seen, depth + 1);
    }
  }
}

/** Where a command's name or id may stand among its arguments. */
function idNodes(state: GraphState, { role, instance: by, op, args, to }: RoleCall): readonly NodeId[] {
  const paths = role.type === 'command' || role.type === 'safe-zone' ? (role.id ?? []) : [];
  const site = { by, at: op.at, end: op.end, args, to, op };
  return paths.flatMap((path) => argumentNodes(state, site, path));
}

function identitySources(state: GraphState, call: RoleCall, ids: readonly NodeId[]): Set<TokenId> {
  const found = new Set<TokenId>();
  const key = chosenMember(call.instance, call.op);
  const nodes = new Set(key === undefined ? [] : [key]);
  for (const node of ids) if (mayBeText(state, node)) nodes.add(node);
  for (const node of nodes) collectTop(state, node, found);
  return new Set([...found].filter((source) => arrivesByMatchedCalls(state, source, nodes)));
}

/** `activities[name](…)`: the key that chooses which command it is, also by way of a variable. */
function chosenMember(by: Instance, op: CallOp): NodeId | undefined {
  const callees = new Set([op.callee]);
  const { ops } = by.fn;
  for (let index = ops.length - 1; index >= 0; index -= 1) {
    const item = ops[index]!;
    if (!('to' in item) || !callees.has(item.to)) continue;
    if (item.type === 'get-element') return nodeOf(by, item.key);
    if (item.type === 'copy' || item.type === 'typed') callees.add(item.from);
  }
  return undefined;
}

/** An object or a function where an id may stand is not the id. */
function mayBeText(state: GraphState, node: NodeId): boolean {
  const kinds = state.solver.tokens(node).map((id) => state.tokens.get(id).value.kind);
  const isHolder = (kind: string): boolean =>
    ['array', 'object', 'function', 'bound', 'instance'].includes(kind);
  return !kinds.some(isHolder) || kinds.some((kind) => ['constant', 'primitive', 'data'].includes(kind));
}

function issuingInstances(state: GraphState, commands: readonly RoleCall[]): Set<Instance> {
  const callers = new Map<Instance, Instance[]>();
  for (const instance of state.instances) {
    for (const call of instance.calls) {
      const list = callers.get(call.to) ?? [];
      list.push(instance);
      callers.set(call.to, list);
    }
  }
  const issuing = new Set<Instance>();
  const queue = commands.map((call) => call.instance);
  for (let instance = queue.pop(); instance !== undefined; instance = queue.pop()) {
    if (issuing.has(instance)) continue;
    issuing.add(instance);
    for (const caller of callers.get(instance) ?? []) queue.push(caller);
  }
  return issuing;
}

function branchSources(state: GraphState, reach: Reach) {
  const found = new Map<TokenId, { instance: Instance; branch: BranchIr }[]>();
  for (const instance of state.instances) {
    if (instance.phase !== 'run' || !reach.has(instance)) continue;
    for (const branch of instance.fn.branches) {
      for (const token of state.solver.taint(nodeOf(instance, branch.on))) {
        const list = found.get(token) ?? [];
        list.push({ instance, branch });
        found.set(token, list);
      }
    }
  }
  return found;
}

/** The indexes of a function's calls that ask for a command, or call somebody who does, in their order. */
function opsThatIssue(
  state: GraphState,
  issuing: ReadonlySet<Instance>,
): (instance: Instance) => readonly number[] {
  const commands = new Map<Instance, Set<CallOp>>();
  for (const call of state.roleCalls) {
    if (!isCommand(call)) continue;
    const ops = commands.get(call.instance);
    if (ops === undefined) commands.set(call.instance, new Set([call.op]));
    else ops.add(call.op);
  }
  const known = new Map<Instance, readonly number[]>();
  return (instance) => {
    let found = known.get(instance);
    if (found === undefined) known.set(instance, (found = findOpsThatIssue(instance, commands, issuing)));
    return found;
  };
}

function findOpsThatIssue(
  instance: Instance,
  commands: ReadonlyMap<Instance, ReadonlySet<CallOp>>,
  issuing: ReadonlySet<Instance>,
): readonly number[] {
  const own = commands.get(instance);
  // Whoever calls somebody who issues commands issues commands.
  if (own === undefined && !issuing.has(instance)) return [];
  const places = new Set(instance.calls.flatMap((call) => (issuing.has(call.to) ? call.at : [])));
  return instance.fn.ops.flatMap((op, index) =>
    op.type === 'call' && (own?.has(op) === true || places.has(op.at)) ? index : [],
  );
}

/** Does a branch decide whether a command is asked for? A branch that leaves decides all that follows. */
function decidesCommands(issuingOps: readonly number[], { body, exits }: BranchIr): boolean {
  const last = issuingOps.at(-1);
  if (last === undefined || last < body.from) return false;
  return exits || issuingOps.some((index) => index >= body.from && index < body.to);
}

/** What workflows return, and what they fail with. */
function resultSources(state: GraphState): Set<TokenId> {
  const found = new Set<TokenId>();
  const seen = new Map<TokenId, number>();
  for (const { result, instance } of state.entered.values()) {
    collect(state, result, found, seen, 0);
    // A generator's result is not what calling it gives.
    if (instance?.fn.generator === true)
      collect(state, instance.base + instance.fn.returnSlot, found, seen, 0);
  }
  const entries = new Set([...state.entered.values()].map(({ instance }) => instance));
  for (const { instance, on, returned } of state.choices) {
    if (returned && entries.has(instance)) collectTop(state, on, found);
  }
  for (const failure of failures(state)) collect(state, failure, found, seen, 0);
  return found;
}

/** Sources held by objects, by variables that inner functions assign, and by those that handlers see. */
function stateSources(state: GraphState): Set<TokenId> {
  const found = new Set<TokenId>();
  const add = (node: NodeId): void => {
    collectTop(state, node, found);
  };
  // What a literal holds that nobody changes is on its way, not kept.
  const changed = new Set(state.mutations.map((mutation) => mutation.on));
  for (const token of state.tokens.all) {
    const { kind } = token.value;
    if (token.heap === undefined || kind === 'native' || kind === 'namespace') continue;
    if ((kind === 'object' || kind === 'array') && !changed.has(token.id)) continue;
    for (const property of token.heap.properties.values()) add(property);
  }
  for (const write of state.assignments) add(nodeOf(write.instance, write.slot));
  for (const variable of handledVariables(state)) add(variable);
  return found;
}
