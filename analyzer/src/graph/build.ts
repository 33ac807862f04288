/** Builds the graph of a program under one profile. */

import type { Catalogue } from '../catalog/types.js';
import type { Profile } from '../profiles/types.js';
import { findEntries, type EntryOptions } from './entries.js';
import type { FileIr, FunctionIr } from './ir.js';
import { settle } from './settle.js';
import { Solver } from './solver.js';
import type { GraphState, Instance, ProgramSource, Unit } from './state.js';
import { createTokenTable } from './tokens.js';

export interface BuildOptions extends EntryOptions {
  readonly catalogue: Catalogue;
  readonly profile: Profile;
  readonly program: ProgramSource;
}

/** Tokens moved at most; a program of 100,000 reachable lines needs about a tenth. */
const maxSteps = 60_000_000;
/** Some 500 MB of sets. */
const maxEntries = 8_000_000;

export function buildGraph(options: BuildOptions): GraphState {
  const state = createState(options);
  findEntries(state, options);
  settle(state);
  return state;
}

function createState(options: BuildOptions): GraphState {
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
    solver,
    tokens,
    units: new Map(),
    instances: [],
    instanceKeys: new Map(),
    uses: [],
    useKeys: new Map(),
    roleCalls: [],
    mutations: [],
    assignments: [],
    unresolved: new Map(),
    pendingGuards: [],
    pendingTypes: [],
    pendingCalls: [],
    settledCalls: [],
    pendingDispatch: [],
    starts: [],
    segments: [],
    parameterNodes: new Map(),
    typedIds: new Map(),
    typedArrays: new Map(),
    declaredLinked: new Set(),
    orderings: [],
    instantiated: new Set(),
    instancesOf: new Map(),
    classesByIr: new Map(),
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
    base,
    calls: [],
    callKeys: new Set(),
    started: true,
  };
}
