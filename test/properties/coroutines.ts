import type { Program } from './programs.js';

export type Resume = (value: string) => void;
/** A coroutine waits by yielding a function that registers how to resume it. */
export type Routine = Generator<(resume: Resume) => void, string, string>;

export interface Scope {
  cancelled: boolean;
  readonly cancels: Set<() => void>;
}

/** How the combinators run the programs that they combine. */
export interface Sequences {
  run(program: Program, scope: Scope): Routine;
  ended(): boolean;
}

export function newScope(): Scope {
  return { cancelled: false, cancels: new Set() };
}

export function spawn(routine: Routine, done?: (result: string) => void): void {
  const step = (value: string): void => {
    const { done: isDone, value: next } = routine.next(value);
    if (isDone) done?.(next);
    else next(step);
  };
  step('');
}

export function* all(branches: readonly Program[], scope: Scope, sequences: Sequences): Routine {
  let open = branches.length;
  let finished: Resume | undefined;
  for (const branch of branches) {
    spawn(sequences.run(branch, scope), () => {
      open -= 1;
      if (open === 0) finished?.('all');
    });
  }
  return open === 0 ? 'all' : yield (resume) => void (finished = resume);
}

export function* race(branches: readonly Program[], parent: Scope, sequences: Sequences): Routine {
  let winner: number | undefined;
  let finished: Resume | undefined;
  const scopes = branches.map(newScope);
  const cancelAll = () => scopes.forEach((scope) => cancel(scope, sequences));
  parent.cancels.add(cancelAll);
  branches.forEach((branch, index) => {
    if (winner !== undefined) return;
    spawn(sequences.run(branch, scopes[index]!), () => {
      if (winner !== undefined) return;
      winner = index;
      parent.cancels.delete(cancelAll);
      scopes.forEach((scope, other) => other !== index && cancel(scope, sequences));
      finished?.(String(index));
    });
  });
  return winner === undefined ? yield (resume) => void (finished = resume) : String(winner);
}

export function* scoped(body: Program, until: Program, parent: Scope, sequences: Sequences): Routine {
  const scope = newScope();
  const cancelBody = () => cancel(scope, sequences);
  parent.cancels.add(cancelBody);
  let result: string | undefined;
  let finished: Resume | undefined;
  spawn(sequences.run(body, scope), (status) => {
    result = status;
    finished?.(status);
  });
  spawn(sequences.run(until, newScope()), cancelBody);
  const status = result ?? (yield (resume) => void (finished = resume));
  parent.cancels.delete(cancelBody);
  return status;
}

function cancel(scope: Scope, sequences: Sequences): void {
  if (scope.cancelled || sequences.ended()) return;
  scope.cancelled = true;
  for (const call of [...scope.cancels]) call();
}
