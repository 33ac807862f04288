/** Builds the graph of a program under one profile. */

import type { Catalogue } from '../catalog/types.js';
import type { Profile } from '../profiles/types.js';
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
}

/** Steps of the solver at most; 100,000 reachable lines of ordinary code need some millions. */
const maxSteps = 40_000_000;
/** Some 500 MB of sets. */
const maxEntries = 8_000_000;
const maxAttempts = 6;

/**
 * Builds the graph. A package that takes more work than there is for everything is left closed on
 * the next attempt: what it does is then taken from the catalogue, or unknown.
 */
export function buildGraph(options: BuildOptions): GraphState {
  const closed = new Set<string>();
  for (let attempt = 1; ; attempt += 1) {
    const state = createState(options, closed);
    findEntries(state, options);
    settle(state, options.onFollow);
    const heaviest = state.solver.exhausted() ? heaviestPackage(state) : undefined;
    if (heaviest === undefined || attempt === maxAttempts) return state;
    closed.add(heaviest);
  }
}

/** The package with the most functions in the graph. */
function heaviestPackage(state: GraphState): string | undefined {
  const counts = new Map<string, number>();
  for (const instance of state.instances) {
    const name = packageOf(instance.unit.ir.path);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + instance.fn.ops.length);
  }
  return [...counts].sort(([, left], [, right]) => right - left)[0]?.[0];
}

function createState(options: BuildOptions, closed: ReadonlySet<string>): GraphState {
  const tokens = createTokenTable();
  let string = -1;
  const solver = new Solver({
    maxSteps,
    maxEntries,
    isTaint: (token) => tokens.all[token]!.value.kind === 'source',
    widen: (token) => {
      const { value } = tokens.all[token]!;
      return value.kind === 'constant' && typeof value.value === 'string' ? string : undefined;
    },
  });
  string = tokens.intern('pstring', 'load', () => ({ kind: 'primitive', of: 'string' }));
  return {
    catalogue: options.catalogue,
    profile: options.profile,
    program: options.program,
    closedPackages: closed,
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
    started: true,
  };
}
