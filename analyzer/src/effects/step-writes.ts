/**
 * What steps change of the execution around them: its variables, and the objects that it made and looks at.
 * On replay a step is not run again, so the change is not there.
 */

import { changingMethods } from '../catalog/changing-methods.js';
import type { Op, Slot, Span } from '../graph/ir.js';
import { replayedList } from '../graph/data-methods.js';
import { isReplayed } from '../graph/replayed.js';
import { nodeOf, ownerOf, type GraphState, type Instance, type Mutation, type Unit } from '../graph/state.js';
import { solveSteps } from '../graph/steps.js';
import type { NodeId, TokenId, Value } from '../graph/tokens.js';
import { adviceFor } from './advice.js';
import type { RawFinding } from './finding.js';
import type { Reach } from './reach.js';
import { keepInWorkflow } from './shared-state.js';

interface StepWrite extends Span {
  /** Where the step is. */
  readonly instance: Instance;
  /** The file of the write. */
  readonly unit: Unit;
  readonly name: string;
}

/** Solves the steps: the last that is asked of the graph. */
export function stepFindings(state: GraphState, reach: Reach): RawFinding[] {
  return stepWrites(state, reach).map(({ name, ...place }) => ({
    ...place,
    rule: 'module-state',
    severity: 'error',
    message: `${name} is changed in a callback that is not run again on replay, so replayed code sees another value.`,
    suggestion: adviceFor(state.profile, undefined, 'module-state', undefined) ?? keepInWorkflow,
    use: undefined,
    reaches: 'state',
  }));
}

function stepWrites(state: GraphState, reach: Reach): StepWrite[] {
  const askedBy = solveSteps(state, reach.has);
  if (askedBy.size === 0) return [];
  const writes: StepWrite[] = [];
  for (const { instance, slot, at, end, name } of state.assignments) {
    const by = askedBy.get(instance);
    if (by !== undefined && isOfExecution(instance, slot))
      writes.push({ instance: by, unit: instance.unit, at, end, name: `\`${name}\`` });
  }
  const isSeen = seenByReplay(state, reach);
  for (const mutation of state.mutations) {
    const by = askedBy.get(mutation.instance);
    if (by === undefined || !isSeen(mutation)) continue;
    const { instance, at, end } = mutation;
    writes.push({ instance: by, unit: instance.unit, at, end, name: nameOf(mutation) });
  }
  return writes;
}

/** Is it a variable of replayed code? */
function isOfExecution(instance: Instance, slot: Slot): boolean {
  const capture = instance.fn.captures[~slot];
  if (capture === undefined) return false;
  const owner = ownerOf(instance, capture.fn);
  return owner.phase === 'run' && owner.fn.index === capture.fn;
}

function nameOf({ text }: Mutation): string {
  return text === '*' ? 'This object' : `\`${text.split('.')[0] ?? text}\``;
}

const containers = new Set(['Map', 'Set', 'Array']);
const changing = new Set(changingMethods);

/** Tells whether replayed code looks at what a mutation changes. */
function seenByReplay(state: GraphState, reach: Reach): (mutation: Mutation) => boolean {
  let handed: ReadonlySet<TokenId> | undefined;
  const list = replayedList(state);
  return ({ on, text, instance, at, end }) => {
    const { value, phase, heap } = state.tokens.get(on);
    if (phase !== 'run' || !isChangeable(state, value)) return false;
    if (isReplayed(value) || on === list || isCaptured(instance, at, end)) return true;
    const isWhole = value.kind === 'array' || value.kind === 'native-instance' || text === '*';
    for (const [name, lookups] of heap?.lookups ?? []) {
      const isMeant = isWhole ? !changing.has(name) : name === '*' || name === text;
      if (isMeant && lookups.some(({ access }) => isReplayedCode(reach, access.by))) return true;
    }
    handed ??= handedOn(state, reach);
    return handed.has(on);
  };
}

function isReplayedCode(reach: Reach, instance: Instance): boolean {
  return instance.phase === 'run' && reach.has(instance);
}

function isChangeable(state: GraphState, value: Value): boolean {
  switch (value.kind) {
    case 'object':
    case 'array':
    case 'instance':
    case 'data':
      return true;
    case 'declared':
      return state.perExecution.has(value.cls);
    case 'native-instance':
      return containers.has(value.type);
    default:
      return false;
  }
}

/** Is the object a variable of the replayed code, by name? */
function isCaptured(instance: Instance, at: number, end: number): boolean {
  return instance.fn.ops.some(
    (op) =>
      'at' in op &&
      op.at === at &&
      op.end === end &&
      changedBy(op).some((slot) => isOfExecution(instance, slot)),
  );
}

function changedBy(op: Op): Slot[] {
  switch (op.type) {
    case 'set':
    case 'set-element':
    case 'delete':
      return [op.of];
    case 'call':
      return [op.receiver, ...op.args.slice(0, 1).map(({ slot }) => slot)];
    default:
      return [];
  }
}

/** Objects that replayed code iterates, gives to code that is not seen, or ends with. */
function handedOn(state: GraphState, reach: Reach): ReadonlySet<TokenId> {
  const found = new Set<TokenId>();
  const addNode = (node: NodeId): void => {
    for (const id of state.solver.tokens(node)) if (state.tokens.get(id).phase === 'run') found.add(id);
  };
  for (const { result } of state.entered.values()) addNode(result);
  for (const { instance, op, callee } of state.settledCalls) {
    if (!isReplayedCode(reach, instance) || isSeen(state, callee)) continue;
    for (const { slot } of op.args) addNode(nodeOf(instance, slot));
  }
  for (const instance of reach.order) {
    if (instance.phase !== 'run') continue;
    for (const op of instance.fn.ops) {
      if (op.type === 'iterate' || op.type === 'keys') addNode(nodeOf(instance, op.of));
      else if (op.type === 'spread' || op.type === 'throw') addNode(nodeOf(instance, op.from));
    }
  }
  // What is added while the set is gone through is visited, too.
  for (const id of found) {
    const { value, heap } = state.tokens.get(id);
    if (value.kind === 'function' || value.kind === 'class') continue;
    for (const node of heap?.properties.values() ?? []) addNode(node);
  }
  return found;
}

/** Its own code tells what becomes of the arguments; `bind` and its like keep them for such. */
function isSeen(state: GraphState, callee: NodeId): boolean {
  return state.solver.tokens(callee).some((id) => {
    const { value } = state.tokens.get(id);
    if (value.kind === 'method') return value.path.startsWith('Function#');
    return value.kind === 'function' || value.kind === 'class' || value.kind === 'bound';
  });
}
