/** Builds the graph of a program under one profile. */

import type { Catalogue } from '../catalog/types.js';
import type { Profile } from '../profiles/types.js';
import { createBudget, type Allowance, type Budget } from './budget.js';
import { crowdedParameters } from './closed-parameters.js';
import { findEntries, type EntryOptions } from './entries.js';
import type { FileIr, FunctionIr } from './ir.js';
import { packageOf } from './packages.js';
import { settle } from './settle.js';
import { Solver } from './solver.js';
import type { GraphState, Instance, ProgramSource, Unit } from './state.js';
import { createTokenTable } from './tokens.js';

export interface BuildOptions extends EntryOptions {
  readonly catalogue: Catalogue;
  readonly profile: Profile;
  readonly program: ProgramSource;
  /** Told now and then how many functions are in the graph. */
  readonly onFollow?: ((functions: number) => void) | undefined;
  /** What is left of a run's work; without it, there is enough for this graph alone. */
  readonly budget?: Budget | undefined;
}

const maxAttempts = 4;

/**
 * Builds the graph. Where that is more work than is allowed, parameters to which most came are not followed on the
 * next attempt; where there are none, packages that take most of the work are left closed: what they do is then
 * taken from the catalogue, or unknown.
 */
export function buildGraph(options: BuildOptions): GraphState {
  const budget = options.budget ?? createBudget();
  for (let attempt = 1; ; attempt += 1) {
    const state = createState(options, budget, budget.next(attempt > 1));
    findEntries(state, options);
    settle(state, options.onFollow);
    budget.spend(state.solver.steps());
    if (!state.solver.isCut() || attempt === maxAttempts || !budget.mayTryAgain()) return state;
    if (!closeMore(state, budget, attempt)) return state;
  }
}

/** Values of one parameter that make it too much, by attempt. */
const crowds = [60, 12];

/** What is not followed on the next attempt; gives whether that is anything new. */
function closeMore(state: GraphState, { closed, closedParameters }: Budget, attempt: number): boolean {
  const before = closed.size + closedParameters.size;
  const crowd = crowds[attempt - 1];
  if (crowd !== undefined) for (const key of crowdedParameters(state, crowd)) closedParameters.add(key);
  if (closedParameters.size + closed.size === before)
    for (const directory of heavyPackages(state)) closed.add(directory);
  return closed.size + closedParameters.size > before;
}

/** Of all that is kept, the share that makes a package too heavy. */
const heavyShare = 0.08;

/** The packages that hold most of what the solver keeps: what their functions and objects may be. */
function heavyPackages(state: GraphState): string[] {
  const kept = new Map<string, number>();
  let total = 0;
  const note = (path: string, amount: number): void => {
    total += amount;
    const directory = packageOf(path);
    if (directory !== undefined) kept.set(directory, (kept.get(directory) ?? 0) + amount);
  };
  for (const { unit, fn, base } of state.instances) {
    let amount = fn.ops.length;
    for (let slot = 0; slot < fn.slotCount; slot += 1) amount += state.solver.size(base + slot);
    note(unit.ir.path, amount);
  }
  for (const { value, heap } of state.tokens.all) {
    if (heap === undefined || !('unit' in value)) continue;
    let amount = 0;
    for (const node of heap.properties.values()) amount += state.solver.size(node);
    for (const lookups of heap.lookups?.values() ?? []) amount += lookups.length;
    note(value.unit.ir.path, amount);
  }
  return [...kept].filter(([, amount]) => amount > total * heavyShare).map(([directory]) => directory);
}

/** Packages as the profile's bundler sees them. */
function bundled(program: ProgramSource, { bundling }: Profile): ProgramSource {
  if (bundling === undefined) return program;
  return { ...program, resolve: (specifier, from, mode) => program.resolve(specifier, from, mode, bundling) };
}

function createState(options: BuildOptions, budget: Budget, allowance: Allowance): GraphState {
  const tokens = createTokenTable();
  const anyText = tokens.add('load', { kind: 'primitive', of: 'string' });
  tokens.primitives.set('string', anyText);
  const solver = new Solver({ allowance, marks: tokens.marks, anyText });
  return {
    catalogue: options.catalogue,
    profile: options.profile,
    program: bundled(options.program, options.profile),
    closedPackages: new Set(budget.closed),
    closedParameters: new Set(budget.closedParameters),
    solver,
    tokens,
    units: new Map(),
    instances: [],
    instanceKeys: new Map(),
    copies: new Map(),
    entries: new Set(),
    entryLists: new Set(),
    uses: [],
    useKeys: new Map(),
    roleCalls: [],
    mutations: [],
    assignments: [],
    unresolved: new Map(),
    pendingGuards: [],
    pendingTypes: [],
    pendingChoices: [],
    choices: [],
    pendingCalls: [],
    settledCalls: [],
    pendingDispatch: [],
    starts: [],
    segments: [],
    knownMembers: new Map(),
    receiversOfCalls: new Map(),
    methodTokens: new Map(),
    sharedMethods: new Map(),
    ownResults: new Map(),
    wideMethods: new Map(),
    wideCalls: new Map(),
    parameterNodes: new Map(),
    typeNodes: new Map(),
    iterations: new Map(),
    typedIds: new Map(),
    typedArrays: new Map(),
    declaredLinked: new Set(),
    perExecution: new Set(),
    orderings: [],
    instantiated: new Set(),
    instancesOf: new Map(),
    classesByIr: new Map(),
    watched: new Map(),
    safeCallbacks: [],
    safeCalls: [],
    idle: new Set(),
    inSteps: false,
    heirs: new Map(),
    pendingHeirs: [],
    foundByName: new Set(),
    pendingDefinitions: [],
    definedWorkflows: [],
    entered: new Map(),
    handlers: [],
    usedImports: [],
    settledHandlers: [],
    activityTokens: new Set(),
    root: createRoot(solver.newNodes(1)),
  };
}

/** Stands for the engine, which calls the workflows. */
function createRoot(base: number): Instance {
  const fn: FunctionIr = {
    index: 0,
    name: '<engine>',
    nameAt: 0,
    kind: 'module',
    async: false,
    generator: false,
    parent: -1,
    params: [],
    slotCount: 1,
    thisSlot: -1,
    returnSlot: 0,
    yieldSlot: -1,
    nextSlot: -1,
    argumentsSlot: -1,
    captures: [],
    variables: [],
    ops: [{ type: 'constant', to: 0, value: undefined }],
    loops: [],
    tries: [],
    branches: [],
    directives: [],
    decorators: [],
    returnType: undefined,
    statements: [],
    bodiless: true,
    at: 0,
    end: 0,
  };
  const ir: FileIr = {
    path: '',
    kind: 'package',
    module: 'esm',
    imports: [],
    exports: [],
    functions: [fn],
    classes: [],
    types: {},
    directives: [],
    suppressions: [],
    lineStarts: [0],
    syntaxErrors: [],
  };
  const unit: Unit = {
    id: -1,
    ir,
    instance: undefined,
    ran: new Set(),
    needed: new Set(),
    loaded: true,
    gaveUp: undefined,
    exportNodes: new Map(),
  };
  return {
    id: -1,
    unit,
    fn,
    phase: 'run',
    parent: undefined,
    calledBy: undefined,
    base,
    calls: [],
    callKeys: undefined,
    views: undefined,
    depth: 0,
    started: true,
  };
}
