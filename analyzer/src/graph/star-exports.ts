/**
 * Names behind `export *`. Barrels may re-export each other in circles, hundreds of them: what lies behind
 * one is found out once for all names, instead of name by name through every way that leads there.
 */

import type { ExportIr } from './ir.js';
import { unitOf } from './modules.js';
import type { GraphState, Unit } from './state.js';

export type StarExport = ExportIr & { readonly type: 'star' };

export interface StarSource {
  /** The barrel in which the `export *` stands. */
  readonly in: Unit;
  readonly entry: StarExport;
  /** The text of the file behind it; undefined where there is none, and anything may be exported. */
  readonly text: string | undefined;
}

export interface StarClosure {
  /** The barrels behind a barrel, itself left out. */
  readonly barrels: readonly Unit[];
  /** What is behind them and is no barrel. */
  readonly leaves: readonly StarSource[];
}

const closures = new WeakMap<Unit, StarClosure>();

export function starClosure(state: GraphState, unit: Unit): StarClosure {
  let closure = closures.get(unit);
  if (closure === undefined) closures.set(unit, (closure = closureOf(state, unit)));
  return closure;
}

function closureOf(state: GraphState, first: Unit): StarClosure {
  const barrels = new Set([first]);
  const leaves = new Map<string, StarSource>();
  // What is added while the set is gone through is visited, too.
  for (const unit of barrels) {
    for (const entry of unit.ir.exports) {
      if (entry.type !== 'star' || entry.typeOnly) continue;
      state.solver.countWork(1);
      const target = state.program.resolve(entry.specifier, unit.ir.path, 'import');
      const path = target.type === 'file' ? target.path : `${target.type} ${entry.specifier}`;
      if (leaves.has(path)) continue;
      const text = target.type === 'file' ? state.program.text(target.path) : undefined;
      const barrel = text !== undefined && isBarrel(text) ? unitOf(state, path) : undefined;
      if (barrel?.ir.module === 'esm') barrels.add(barrel);
      else leaves.set(path, { in: unit, entry, text });
    }
  }
  barrels.delete(first);
  return { barrels: [...barrels], leaves: [...leaves.values()] };
}

function isBarrel(text: string): boolean {
  return /export\s*\*/.test(text);
}

/** All that a module exports by name; of what lies behind `export *`, where it is the program's own. */
export function exportNames(state: GraphState, unit: Unit): ReadonlySet<string> {
  const { barrels, leaves } = starClosure(state, unit);
  const names = new Set<string>();
  const add = ({ ir }: Unit): void => {
    for (const entry of ir.exports) if (entry.type !== 'star' && !entry.typeOnly) names.add(entry.name);
  };
  add(unit);
  for (const barrel of barrels) add(barrel);
  for (const { in: from, entry } of leaves) {
    const target = state.program.resolve(entry.specifier, from.ir.path, 'import');
    const leaf = target.type === 'file' && target.kind === 'source' ? unitOf(state, target.path) : undefined;
    if (leaf !== undefined) add(leaf);
  }
  return names;
}

const byName = new WeakMap<Unit, ReadonlySet<string>>();

/** Does the unit export the name itself, not by way of `export *`? */
export function exportsByName(unit: Unit, name: string): boolean {
  let names = byName.get(unit);
  if (names === undefined) {
    names = new Set(unit.ir.exports.flatMap((entry) => (entry.type === 'star' ? [] : [entry.name])));
    byName.set(unit, names);
  }
  return names.has(name);
}
