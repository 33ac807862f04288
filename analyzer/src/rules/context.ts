/** Answers what misuse rules ask, from the graph of what is replayed and the graph of the activities. */

import type { ArgumentPath, Role } from '../catalog/types.js';
import type { Flows } from '../flow/flows.js';
import { isCommand } from '../flow/flows.js';
import type { Reach } from '../effects/reach.js';
import { sortedEntries } from '../effects/reach.js';
import type { CallOp, FileIr, FunctionIr, Slot } from '../graph/ir.js';
import { functionBehind } from '../graph/calls.js';
import { unitOf } from '../graph/modules.js';
import { typeMember, typeShape } from '../graph/shapes.js';
import { nodeOf, type GraphState, type Instance, type PendingCall, type RoleCall } from '../graph/state.js';
import type { NodeId, Token } from '../graph/tokens.js';
import { compareText } from '../report/assemble.js';
import { keptBy } from './captured-values.js';
import type { CallTarget, FunctionNode, ResolvedCall, RuleContext, Value } from './types.js';

/** One graph with what was computed of it. */
export interface RuleWorld {
  readonly state: GraphState;
  readonly reach: Reach;
  readonly flows: Flows;
}

interface Indexed extends RuleWorld {
  readonly instances: ReadonlyMap<FunctionIr, readonly Instance[]>;
  readonly calls: ReadonlyMap<FunctionIr, readonly PendingCall[]>;
  readonly roles: ReadonlyMap<CallOp, readonly RoleCall[]>;
}

interface Built {
  readonly context: RuleContext;
  /** An instance of a function, for the chain of a finding. */
  readonly instanceOf: (
    node: FunctionNode,
  ) => { readonly world: RuleWorld; readonly instance: Instance } | undefined;
}

export function createRuleContext(replayed: RuleWorld, activities: RuleWorld | undefined): Built {
  const worlds = [indexWorld(replayed), ...(activities === undefined ? [] : [indexWorld(activities)])];
  const [main] = worlds as [Indexed];
  const nodes = new Map<FunctionIr, FunctionNode>();
  const nodeFor = (file: FileIr, ir: FunctionIr): FunctionNode => {
    let node = nodes.get(ir);
    if (node === undefined) nodes.set(ir, (node = { file, ir }));
    return node;
  };
  const worldOf = (fn: FunctionNode): Indexed => worlds.find((world) => world.instances.has(fn.ir)) ?? main;
  const functionsOf = (world: Indexed): FunctionNode[] =>
    world.reach.order
      .filter((instance) => instance.phase === 'run' && instance.id >= 0)
      .map((instance) => nodeFor(instance.unit.ir, instance.fn));
  const entriesOf = (world: Indexed): FunctionNode[] =>
    sortedEntries(world.state).map((entry) => nodeFor(entry.unit.ir, entry.fn));
  const resolve: Resolve = { nodeFor, worldOf, known: new Map() };
  const second = worlds[1];
  const loading = main.reach.order
    .filter((instance) => instance.fn.kind === 'module')
    .map((item) => nodeFor(item.unit.ir, item.fn));
  const all = inOrder([...functionsOf(main), ...loading]);
  const context: RuleContext = {
    profile: main.state.profile,
    functions: all,
    workflows: entriesOf(main),
    activities: second === undefined ? [] : inOrder(functionsOf(second)),
    activityEntries: second === undefined ? [] : entriesOf(second),
    files: [...new Set(all.map((fn) => fn.file))],
    callsWith: callsByRole(() =>
      all.flatMap((fn) => (mayHaveRole(resolve.worldOf(fn), fn) ? callsOf(resolve, fn) : none)),
    ),
    calls: (fn) => callsOf(resolve, fn),
    values: (fn, slot) => valuesOf(resolve, fn, slot),
    generators: (fn, slot) => generatorsAt(resolve, fn, slot),
    argument: (call, path) => argumentValues(resolve, call, path),
    property: (value, name) => propertyValues(resolve, worlds, value, name),
    issuesCommands: (fn) => {
      const world = worldOf(fn);
      return instancesOf(world, fn).some((instance) => world.flows.issuesCommands(instance));
    },
    commandsIn: (fn, from, to) => commandsIn(resolve, fn, from, to),
    reachesRole: (fn, role) => reachesRole(worldOf(fn), fn, role),
    keptBy: (kept) => {
      const isKept = keptBy(
        main.state,
        kept.map((fn) => fn.ir),
        (fn) => main.instances.get(fn) ?? [],
      );
      return (fn, slot) => isKept(fn.ir, slot);
    },
    resolveImport: (file, specifier) => {
      const target = main.state.program.resolve(specifier, file.path, 'import');
      return target.type === 'file' ? unitOf(main.state, target.path)?.ir : undefined;
    },
    derivesFrom: (fn, slot, role) => derivesFrom(worldOf(fn), fn, slot, role),
  };
  return {
    context,
    instanceOf: (node) => {
      const world = worldOf(node);
      const instance = instancesOf(world, node)[0];
      return instance === undefined ? undefined : { world, instance };
    },
  };
}

interface Resolve {
  readonly nodeFor: (file: FileIr, ir: FunctionIr) => FunctionNode;
  readonly worldOf: (fn: FunctionNode) => Indexed;
  /** The calls of the functions that some rule asked about. */
  readonly known: Map<FunctionNode, readonly ResolvedCall[]>;
}

function indexWorld(world: RuleWorld): Indexed {
  const instances = new Map<FunctionIr, Instance[]>();
  for (const instance of world.reach.order) push(instances, instance.fn, instance);
  const calls = new Map<FunctionIr, PendingCall[]>();
  for (const call of world.state.settledCalls) {
    if (world.reach.has(call.instance)) push(calls, call.instance.fn, call);
  }
  const roles = new Map<CallOp, RoleCall[]>();
  for (const call of world.state.roleCalls) push(roles, call.op, call);
  return { ...world, instances, calls, roles };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Each once, by file, then by position. Files are sorted for themselves: their paths take long to compare. */
function inOrder(nodes: readonly FunctionNode[]): FunctionNode[] {
  const byFile = new Map<FileIr, Set<FunctionNode>>();
  for (const node of nodes) {
    const known = byFile.get(node.file);
    if (known === undefined) byFile.set(node.file, new Set([node]));
    else known.add(node);
  }
  const files = [...byFile].sort(([left], [right]) => compareText(left.path, right.path));
  return files.flatMap(([, inFile]) =>
    [...inFile].sort((left, right) => left.ir.at - right.ir.at || left.ir.index - right.ir.index),
  );
}

function instancesOf(world: Indexed, fn: FunctionNode): readonly Instance[] {
  return world.instances.get(fn.ir) ?? [];
}

function callsOf(resolve: Resolve, fn: FunctionNode): readonly ResolvedCall[] {
  let calls = resolve.known.get(fn);
  if (calls === undefined) resolve.known.set(fn, (calls = findCalls(resolve, fn)));
  return calls;
}

function findCalls(resolve: Resolve, fn: FunctionNode): readonly ResolvedCall[] {
  const world = resolve.worldOf(fn);
  const byOp = new Map<CallOp, PendingCall[]>();
  for (const call of world.calls.get(fn.ir) ?? []) push(byOp, call.op, call);
  if (byOp.size === 0) return none;
  return fn.ir.ops.flatMap((op) => {
    const calls = op.type === 'call' ? byOp.get(op) : undefined;
    return calls === undefined || op.type !== 'call'
      ? none
      : { in: fn, op, targets: targetsOf(resolve, world, op, calls) };
  });
}

const none: readonly ResolvedCall[] = [];

/** Whether some call of a function may have a role: most functions have none, whose targets need not be put together. */
function mayHaveRole(world: Indexed, fn: FunctionNode): boolean {
  const { solver, tokens } = world.state;
  return (world.calls.get(fn.ir) ?? []).some(
    ({ op, callee }) =>
      world.roles.has(op) ||
      solver.tokens(callee).some((id) => roleOf(world, op, tokens.get(id)) !== undefined),
  );
}

/** Several rules ask for the calls of one role, which are few: all calls are gone through once for all of them. */
function callsByRole(all: () => readonly ResolvedCall[]): RuleContext['callsWith'] {
  let known: Map<Role['type'], ResolvedCall[]> | undefined;
  return (role) => {
    if (known === undefined) {
      known = new Map();
      for (const call of all()) {
        const types = new Set(
          call.targets.flatMap((target) =>
            target.type === 'api' && target.role !== undefined ? target.role.type : [],
          ),
        );
        for (const type of types) push(known, type, call);
      }
    }
    return known.get(role) ?? none;
  };
}

function targetsOf(
  resolve: Resolve,
  world: Indexed,
  op: CallOp,
  calls: readonly PendingCall[],
): CallTarget[] {
  const targets = new Map<string, CallTarget>();
  for (const { role, path } of world.roles.get(op) ?? []) {
    targets.set(`${path}:${role.type}`, { type: 'api', path, role });
  }
  for (const call of calls) {
    for (const id of world.state.solver.tokens(call.callee)) {
      const target = targetOf(resolve, world, op, world.state.tokens.get(id));
      if (target === undefined) continue;
      const key =
        target.type === 'function'
          ? `f${String(id)}`
          : target.type === 'api'
            ? `${target.path}:${target.role?.type ?? ''}`
            : target.reason;
      if (!targets.has(key)) targets.set(key, target);
    }
  }
  return [...targets.values()];
}

function targetOf(resolve: Resolve, world: Indexed, op: CallOp, token: Token): CallTarget | undefined {
  const { value } = token;
  switch (value.kind) {
    case 'function':
      return { type: 'function', fn: resolve.nodeFor(value.unit.ir, value.fn) };
    case 'class': {
      const fn = value.unit.ir.functions[value.cls.ctor];
      return fn === undefined ? undefined : { type: 'function', fn: resolve.nodeFor(value.unit.ir, fn) };
    }
    case 'native':
    case 'method':
      return { type: 'api', path: value.path, role: roleOf(world, op, token) };
    case 'native-instance':
      return { type: 'api', path: `${value.type}()`, role: roleOf(world, op, token) };
    case 'unknown':
      return { type: 'unknown', reason: value.reason };
    case 'data-method': {
      const found = typeMember(world.state, 'Array', value.name);
      if (found !== undefined) return { type: 'api', path: found.path, role: undefined };
      return { type: 'unknown', reason: 'its type is not known' };
    }
    case 'data':
    case 'typed-method':
      return { type: 'unknown', reason: 'its type is not known' };
    default:
      return undefined;
  }
}

/** The role that a catalogued value has where it is called so. */
function roleOf(world: Indexed, op: CallOp, { value }: Token): Role | undefined {
  if (value.kind === 'native-instance') return typeShape(world.state, value.type)?.call?.role;
  if (value.kind !== 'native' && value.kind !== 'method') return undefined;
  return (op.kind === 'new' ? value.shape.construct : value.shape.call)?.role;
}

function valuesOf(resolve: Resolve, fn: FunctionNode, slot: Slot): Value[] {
  const world = resolve.worldOf(fn);
  return valuesAt(
    resolve,
    world,
    instancesOf(world, fn).map((instance) => nodeOf(instance, slot)),
  );
}

function generatorsAt(resolve: Resolve, fn: FunctionNode, slot: Slot): FunctionNode[] {
  const world = resolve.worldOf(fn);
  const { state } = world;
  const ids = instancesOf(world, fn).flatMap((instance) => state.solver.tokens(nodeOf(instance, slot)));
  const values = [...new Set(ids)].map((id) => state.tokens.get(id).value);
  const made = values.filter((value) => value.kind === 'generator');
  if (made.length < values.length) return [];
  return made.map(({ instance }) => resolve.nodeFor(instance.unit.ir, instance.fn));
}

function valuesAt(resolve: Resolve, world: Indexed, nodes: readonly NodeId[]): Value[] {
  const ids = new Set(nodes.flatMap((node) => world.state.solver.tokens(node)));
  return [...ids].flatMap((id) => valueOf(resolve, world, world.state.tokens.get(id)) ?? []);
}

function valueOf(resolve: Resolve, world: Indexed, token: Token): Value | undefined {
  const { value } = token;
  switch (value.kind) {
    case 'constant':
      return { type: 'constant', value: value.value };
    case 'function':
    case 'bound': {
      const found = functionBehind(world.state, token.id);
      return found && { type: 'function', fn: resolve.nodeFor(found.unit.ir, found.fn) };
    }
    case 'object':
    case 'array': {
      const written = [...(token.heap?.properties.keys() ?? [])].filter((name) => !/^[*$[]/.test(name));
      const keys = value.kind === 'object' ? [...new Set([...value.names, ...written])] : written;
      const others = token.heap?.properties.get('*');
      const open =
        value.kind === 'object' &&
        value.open &&
        others !== undefined &&
        world.state.solver.tokens(others).length > 0;
      return { type: 'object', id: token.id, file: value.unit.ir, keys, open, at: value.at, end: value.end };
    }
    case 'native-instance':
      return { type: 'instance', of: value.type };
    case 'primitive':
      return { type: 'instance', of: value.of };
    case 'native':
    case 'method':
      return { type: 'api', path: value.path, role: value.shape.call?.role };
    case 'source':
      return undefined;
    default:
      return { type: 'unknown' };
  }
}

function argumentValues(resolve: Resolve, call: ResolvedCall, path: ArgumentPath): Value[] {
  const world = resolve.worldOf(call.in);
  const { args } = call.op;
  const slots = args.map((arg) => arg.slot);
  let chosen: Slot[];
  if (path.argument === 'each') chosen = slots;
  else if (path.argument === 'last') chosen = slots.slice(-1);
  else if (path.argument === 'last-function') {
    chosen = slots
      .filter((slot) => valuesOf(resolve, call.in, slot).some((value) => value.type === 'function'))
      .slice(-1);
  } else chosen = slots.slice(path.argument, path.argument + 1);
  let nodes = instancesOf(world, call.in).flatMap((instance) => chosen.map((slot) => nodeOf(instance, slot)));
  for (const name of path.path ?? []) nodes = nodes.flatMap((node) => membersOf(world, node, name));
  return valuesAt(resolve, world, nodes);
}

function membersOf(world: Indexed, node: NodeId, name: string): NodeId[] {
  return world.state.solver.tokens(node).flatMap((id) => {
    const properties = world.state.tokens.get(id).heap?.properties;
    if (properties === undefined) return [];
    if (name === '*') return [...properties].flatMap(([key, value]) => (/^[*$]/.test(key) ? [] : [value]));
    return [properties.get(name) ?? [], properties.get('*') ?? []].flat();
  });
}

function propertyValues(resolve: Resolve, worlds: readonly Indexed[], value: Value, name: string): Value[] {
  if (value.type !== 'object') return [];
  const world = worlds.find(({ state }) => {
    const token = state.tokens.all[value.id]?.value;
    return (
      (token?.kind === 'object' || token?.kind === 'array') &&
      token.unit.ir === value.file &&
      token.at === value.at
    );
  });
  const properties = world?.state.tokens.get(value.id).heap?.properties;
  if (world === undefined || properties === undefined) return [];
  return valuesAt(resolve, world, [properties.get(name) ?? [], properties.get('*') ?? []].flat());
}

function commandsIn(resolve: Resolve, fn: FunctionNode, from: number, to: number): ResolvedCall[] {
  const world = resolve.worldOf(fn);
  const inside = new Set<CallOp>();
  for (const op of fn.ir.ops.slice(from, to)) if (op.type === 'call') inside.add(op);
  return callsOf(resolve, fn).filter(({ op }) => {
    if (!inside.has(op)) return false;
    if ((world.roles.get(op) ?? []).some(isCommand)) return true;
    return instancesOf(world, fn).some((instance) =>
      instance.calls.some((call) => call.at === op.at && world.flows.issuesCommands(call.to)),
    );
  });
}

function reachesRole(world: Indexed, fn: FunctionNode, role: Role['type']): boolean {
  const seen = new Set<Instance>();
  const queue = [...instancesOf(world, fn)];
  const callers = new Set(
    world.state.roleCalls.filter((call) => call.role.type === role).map((call) => call.instance),
  );
  for (let instance = queue.pop(); instance !== undefined; instance = queue.pop()) {
    if (seen.has(instance)) continue;
    seen.add(instance);
    if (callers.has(instance)) return true;
    queue.push(...instance.calls.map((call) => call.to));
  }
  return false;
}

function derivesFrom(world: Indexed, fn: FunctionNode, slot: Slot, role: Role['type']): boolean {
  return instancesOf(world, fn).some((instance) =>
    [...world.flows.sourcesAt(nodeOf(instance, slot))].some((source) => {
      const { value } = world.state.tokens.get(source);
      return value.kind === 'source' && world.state.uses[value.use]?.shape.call?.role?.type === role;
    }),
  );
}
