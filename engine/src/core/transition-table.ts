/**
 * A state machine as data. A row says: in state `from`, on `input`, go to `to` and perform the effects, in
 * order. What has no row is impossible: the core reports it as a mismatch. The diagrams in the docs are made
 * from the rows.
 */
export type Row<State extends string, Input extends string, Effect extends string> = readonly [
  from: State,
  input: Input,
  to: State,
  ...effects: Effect[],
];

export interface TransitionTable {
  readonly name: string;
  readonly initial: readonly string[];
  /** In these states nothing can come any more: the machine is forgotten. */
  readonly final: readonly string[];
  readonly rows: readonly (readonly [string, string, string, ...string[]])[];
}

export interface Transition {
  readonly to: string;
  readonly final: boolean;
  readonly effects: readonly string[];
}

/** Looks up rows in constant time. */
export type Transitions = ReadonlyMap<string, ReadonlyMap<string, Transition>>;

export function transitionTable<State extends string, Input extends string, Effect extends string>(table: {
  readonly name: string;
  readonly initial: readonly State[];
  readonly final: readonly State[];
  readonly rows: readonly Row<State, Input, Effect>[];
}): TransitionTable & { readonly find: Transitions } {
  const find = new Map<string, Map<string, Transition>>();
  for (const [from, input, to, ...effects] of table.rows) {
    let byInput = find.get(from);
    if (!byInput) find.set(from, (byInput = new Map()));
    byInput.set(input, { to, effects, final: table.final.includes(to) });
  }
  return { ...table, find };
}
