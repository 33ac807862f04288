/**
 * What steps run, solved in the graph of the replayed code, by instances of a phase of their own.
 *
 * Invariants:
 * - P1 Steps come last: when they are solved, everything else was asked of the graph and answered, so nothing
 *   that is true of a step alone (a clock that it reads, a function that it puts into a table) is a finding.
 * - P2 Packages are not looked into: what they change is their own. Nor is what is called far below a step,
 *   unless it is the replayed code's.
 */

import { callBack, invoke } from './calls.js';
import type { FunctionIr } from './ir.js';
import { typeNode } from './natives.js';
import { shownToStep } from './replayed.js';
import { settleAgain } from './settle.js';
import type { GraphState, Instance, Unit } from './state.js';
import type { TokenId } from './tokens.js';

/** Solves the steps that replayed code asks for. Gives, for each instance that runs in a step, who asks for that. */
export function solveSteps(
  state: GraphState,
  isReplayed: (instance: Instance) => boolean,
): ReadonlyMap<Instance, Instance> {
  state.inSteps = true;
  const asked: { readonly step: Instance; readonly by: Instance }[] = [];
  const stepOf = (by: Instance): Instance => {
    const step = newStep(state, by);
    asked.push({ step, by });
    return step;
  };
  for (const { token, instance, op } of state.safeCallbacks) {
    if (instance.phase !== 'run' || !isReplayed(instance) || !seesExecution(state, token)) continue;
    const by = stepOf(instance);
    const given = typeNode(state, 'data', '', { by });
    invoke(
      state,
      token,
      callBack({ by, at: op.at, end: op.end }, [given, given, given], state.solver.newNode()),
    );
  }
  const isByReference = state.profile.safeFunctions.every((pattern) => pattern.type === 'decorator');
  for (const { token, site } of state.safeCalls) {
    if (site.by.phase !== 'run' || !isReplayed(site.by)) continue;
    const by = stepOf(site.by);
    const { receiver, args, at, end } = site;
    // What is written to the copies that other engines hand over is lost on the first run as on any other.
    const given = isByReference ? args.map((arg) => shownToStep(state, arg)) : [];
    const self = isByReference ? receiver : undefined;
    invoke(state, token, callBack({ by, at, end }, given, state.solver.newNode(), self));
  }
  if (asked.length > 0) settleAgain(state);
  return callersOf(asked);
}

/** Stands for the engine, which runs the step. */
function newStep(state: GraphState, { unit }: Instance): Instance {
  const step: Instance = {
    ...state.root,
    id: state.instances.length,
    unit,
    phase: 'step',
    base: state.solver.newNode(),
    calls: [],
    callKeys: undefined,
  };
  state.instances.push(step);
  return step;
}

/** Has the callback, or what is written inside it, anything of the execution at hand? */
function seesExecution(state: GraphState, token: TokenId): boolean {
  const { value } = state.tokens.get(token);
  if (value.kind === 'bound') return true;
  if (value.kind !== 'function' || value.parent.phase !== 'run') return false;
  const inside = functionsInside(value.unit, value.fn);
  return [...inside].some((fn) =>
    fn.captures.some(
      (capture, index) =>
        // Entry 0 is a placeholder; the module's variables are no execution's.
        index > 0 && capture.fn !== 0 && ![...inside].some((other) => other.index === capture.fn),
    ),
  );
}

/** A function and those written inside it. */
export function functionsInside({ ir }: Unit, outer: FunctionIr): Set<FunctionIr> {
  const inside = new Set<FunctionIr>([outer]);
  // Functions are numbered from the outside in.
  for (const fn of ir.functions.slice(outer.index + 1)) {
    const parent = ir.functions[fn.parent];
    if (parent !== undefined && inside.has(parent)) inside.add(fn);
  }
  return inside;
}

function callersOf(
  asked: readonly { readonly step: Instance; readonly by: Instance }[],
): Map<Instance, Instance> {
  const callers = new Map<Instance, Instance>(asked.map(({ step, by }) => [step, by]));
  // What is added while the map is gone through is visited, too.
  for (const [instance, by] of callers) {
    for (const { to } of instance.calls) if (to.phase === 'step' && !callers.has(to)) callers.set(to, by);
  }
  return callers;
}
