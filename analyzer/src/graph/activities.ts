/**
 * Activities, so far as the program shows them: the modules whose types a proxy is made from, what a
 * worker is given, and what the engine's own calls define. They are not replayed; only rules about
 * activities look at them.
 */

import type { Catalogue } from '../catalog/types.js';
import type { Profile } from '../profiles/types.js';
import type { Budget } from './budget.js';
import { buildGraph } from './build.js';
import { resolveType } from './declared-types.js';
import type { FileIr, FunctionIr, TypeIr } from './ir.js';
import type { GraphState, ProgramSource, Unit } from './state.js';

/** Files that hold the activities of a replayed program. */
export function activityFiles(state: GraphState, candidates: readonly string[]): string[] {
  const found = new Set<string>();
  for (const call of state.roleCalls) {
    if (call.role.type !== 'activity-proxy') continue;
    for (const type of call.op.typeArguments) addTypeFiles(state, call.instance.unit, type, found, 0);
  }
  for (const path of candidates) {
    const ir = state.program.load(path)?.ir;
    if (ir === undefined) continue;
    for (const option of state.profile.activityOptions ?? []) {
      if (!ir.imports.some((entry) => entry.specifier === option.callee.module)) continue;
      for (const name of option.at.path ?? []) addOptionFiles(state, ir, name, found);
    }
    const definesActivities = ir.imports.some(
      (entry) => !entry.typeOnly && /^@(temporalio|refrain\/engine)\/activity$/.test(entry.specifier),
    );
    if (definesActivities) found.add(path);
  }
  return [...found].sort();
}

function addTypeFiles(state: GraphState, unit: Unit, type: TypeIr, into: Set<string>, depth: number): void {
  if (depth > 6) return;
  if (type.type === 'typeof') {
    addImported(state, unit.ir, type.name.split('.')[0]!, into);
    return;
  }
  for (const part of partsOf(type)) addTypeFiles(state, unit, part, into, depth + 1);
  if (type.type !== 'name') return;
  const resolved = resolveType(state, unit, type.name);
  if (resolved?.type === 'declaration') {
    const { declaration } = resolved;
    for (const part of [declaration.type, ...declaration.extends])
      addTypeFiles(state, resolved.unit, part, into, depth + 1);
  } else if (resolved?.type === 'class') {
    if (resolved.unit.ir.kind === 'source') into.add(resolved.unit.ir.path);
  } else if (type.name.includes('#')) {
    // `typeof import('./activities')`, or a value of it: no type of that module has this name.
    addModule(state, unit.ir, type.name.split('#')[0]!, into);
  }
}

/** The types that a type is made of: `Pick<T, K>`, `A & B`, `{ crawl: typeof crawl }`, `T['crawl']`. */
function partsOf(type: TypeIr): readonly TypeIr[] {
  if (type.type === 'union') return type.of;
  if (type.type === 'name') return type.arguments;
  if (type.type === 'indexed') return [type.of];
  return type.type === 'object' ? type.members.flatMap((member) => member.type ?? []) : [];
}

function addImported(state: GraphState, ir: FileIr, local: string, into: Set<string>): void {
  const entry = ir.imports.find((item) => item.local === local);
  if (entry !== undefined) addModule(state, ir, entry.specifier, into);
}

function addModule(state: GraphState, ir: FileIr, specifier: string, into: Set<string>): void {
  const target = state.program.resolve(specifier, ir.path, 'import');
  if (target.type === 'file' && target.kind === 'source') into.add(target.path);
}

/** `Worker.create({ activities })`: the modules whose imports stand in that option. */
function addOptionFiles(state: GraphState, ir: FileIr, name: string, into: Set<string>): void {
  for (const fn of ir.functions) {
    for (const op of fn.ops) {
      if (op.type !== 'define' || op.name !== name) continue;
      for (const local of importsBehind(ir, fn, op.from, 0)) addImported(state, ir, local, into);
    }
  }
}

function importsBehind(ir: FileIr, fn: FunctionIr, slot: number, depth: number): string[] {
  if (depth > 6) return [];
  if (slot < 0) {
    const capture = fn.captures[~slot];
    const owner = capture === undefined ? undefined : ir.functions[capture.fn];
    return owner === undefined || capture === undefined
      ? []
      : importsBehind(ir, owner, capture.slot, depth + 1);
  }
  return fn.ops.flatMap((op) => {
    if (op.type === 'define' && op.of === slot) return importsBehind(ir, fn, op.from, depth + 1);
    if (op.type === 'spread' && op.of === slot) return importsBehind(ir, fn, op.from, depth + 1);
    if (!('to' in op) || op.to !== slot) return [];
    if (op.type === 'import') return [ir.imports[op.binding]!.local];
    if (op.type === 'copy' || op.type === 'typed') return importsBehind(ir, fn, op.from, depth + 1);
    if (op.type === 'call') return importsBehind(ir, fn, op.callee, depth + 1);
    return op.type === 'get' ? importsBehind(ir, fn, op.of, depth + 1) : [];
  });
}

/** The graph of the activities: packages are not looked into, and nothing is a workflow. */
export function buildActivityGraph(
  catalogue: Catalogue,
  profile: Profile,
  program: ProgramSource,
  files: readonly string[],
  budget: Budget | undefined,
): GraphState {
  const shallow: ProgramSource = {
    ...program,
    resolve: (specifier, from, mode) => {
      const target = program.resolve(specifier, from, mode);
      if (target.type !== 'file' || target.kind === 'source') return target;
      return {
        type: 'missing',
        package: specifier,
        reason: `the package '${specifier}' is not looked into here`,
      };
    },
  };
  const plain: Profile = { ...profile, sandboxed: false, workflows: [], safeFunctions: [] };
  return buildGraph({
    catalogue,
    profile: plain,
    program: shallow,
    candidates: [],
    modules: files,
    membersToo: true,
    budget,
  });
}
