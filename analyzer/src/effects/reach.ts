/** Which instances replay reaches, and the shortest way to each. */

import type { CallEdge, GraphState, Instance } from '../graph/state.js';

export interface Step {
  readonly from: Instance;
  readonly at: number;
  readonly end: number;
}

export interface Reach {
  readonly has: (instance: Instance) => boolean;
  /** Instances in breadth-first order. */
  readonly order: readonly Instance[];
  /** The calls that lead to an instance, first call first; the first is made by a workflow. */
  readonly path: (instance: Instance) => readonly Step[];
  /** The instance of the workflow (or the module of one) where the path starts. */
  readonly start: (instance: Instance) => Instance;
  /** The workflow that the path starts from. */
  readonly workflow: (instance: Instance) => Instance | undefined;
  readonly workflowName: (instance: Instance) => string;
  /** What people call it: a workflow by the name it is listed with. */
  readonly nameOf: (instance: Instance) => string;
}

const none: ReadonlySet<CallEdge> = new Set();

/** Some calls can be left out, as if they were not made. */
export function computeReach(state: GraphState, without: ReadonlySet<CallEdge> = none): Reach {
  const cameFrom = new Map<Instance, Step | undefined>();
  const order: Instance[] = [];
  const workflowOfModule = new Map<Instance, Instance>();
  const starts: Instance[] = [];
  for (const entry of sortedEntries(state)) {
    if (entry.instance !== undefined) starts.push(entry.instance);
  }
  for (const start of starts) add(cameFrom, order, start, undefined);
  const walk = (from: number): void => follow(cameFrom, order, from, without);
  walk(0);
  // What happens while the workflows' modules load comes second: a run is the better explanation.
  const before = order.length;
  for (const start of starts) {
    const module = start.unit.instance;
    if (module === undefined || cameFrom.has(module)) continue;
    workflowOfModule.set(module, start);
    add(cameFrom, order, module, undefined);
  }
  walk(before);
  // Modules that reached code needs although no module on the way imports them statically.
  const late = order.length;
  for (const instance of [...order]) {
    const module = instance.unit.instance;
    if (module === undefined || cameFrom.has(module)) continue;
    const first = firstOf(cameFrom, instance);
    workflowOfModule.set(module, workflowOfModule.get(first) ?? first);
    add(cameFrom, order, module, undefined);
  }
  walk(late);
  const names = new Map(sortedEntries(state).map((entry) => [entry.instance, entry.name]));
  return {
    workflowName: (instance) => {
      const first = firstOf(cameFrom, instance);
      const workflow = workflowOfModule.get(first) ?? first;
      return names.get(workflow) ?? workflow.fn.name;
    },
    nameOf: (instance) => names.get(instance) ?? instance.fn.name,
    has: (instance) => cameFrom.has(instance),
    order,
    path: (instance) => pathTo(cameFrom, instance),
    start: (instance) => firstOf(cameFrom, instance),
    workflow: (instance) => {
      const first = firstOf(cameFrom, instance);
      return workflowOfModule.get(first) ?? first;
    },
  };
}

export function sortedEntries(state: GraphState) {
  return [...state.entered.values()].sort((left, right) => {
    const byPath =
      left.unit.ir.path < right.unit.ir.path ? -1 : left.unit.ir.path > right.unit.ir.path ? 1 : 0;
    return byPath !== 0 ? byPath : left.fn.at - right.fn.at;
  });
}

function add(
  cameFrom: Map<Instance, Step | undefined>,
  order: Instance[],
  instance: Instance,
  step: Step | undefined,
): void {
  if (cameFrom.has(instance)) return;
  cameFrom.set(instance, step);
  order.push(instance);
}

function follow(
  cameFrom: Map<Instance, Step | undefined>,
  order: Instance[],
  from: number,
  without: ReadonlySet<CallEdge>,
): void {
  for (let index = from; index < order.length; index += 1) {
    const instance = order[index]!;
    for (const call of instance.calls) {
      // A generator that nobody iterates has no body to speak of.
      if (without.has(call) || (call.to.fn.generator && !call.to.started)) continue;
      add(cameFrom, order, call.to, { from: instance, at: call.at, end: call.end });
    }
  }
}

function pathTo(cameFrom: Map<Instance, Step | undefined>, instance: Instance): Step[] {
  const path: Step[] = [];
  let step = cameFrom.get(instance);
  while (step !== undefined) {
    path.push(step);
    step = cameFrom.get(step.from);
  }
  return path.reverse();
}

function firstOf(cameFrom: Map<Instance, Step | undefined>, instance: Instance): Instance {
  const [first] = pathTo(cameFrom, instance);
  return first?.from ?? instance;
}
