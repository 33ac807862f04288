import type { Item } from './commands-of-history.js';

/** The first real difference between what history recorded and what the code attempted. */
export type Change =
  | { readonly type: 'inserted'; readonly attempted: Item; readonly before?: Item }
  | { readonly type: 'removed'; readonly recorded: Item; readonly instead?: Item }
  | {
      readonly type: 'moved';
      readonly recorded: Item;
      readonly attempted: Item;
      readonly earlier: boolean;
      /** Moved to an earlier place: what history has there. */
      readonly before?: Item;
      /** Moved to a later place: what the code asks for where history has the command. */
      readonly instead?: Item;
    }
  | { readonly type: 'changed'; readonly recorded: Item; readonly attempted: Item };

/** Larger differences are cut: near the first one lies what matters. */
const WINDOW = 120;

/**
 * Aligns two sequences of commands (least edit cost, where a command of the same kind may be replaced) and
 * names the first change. Equal beginnings are skipped, so that the cost is linear besides one window. `isWhole`:
 * neither sequence goes on; otherwise what one of them has more at the end costs nothing.
 */
export function firstChange(
  recorded: readonly Item[],
  attempted: readonly Item[],
  isWhole: boolean,
): Change | undefined {
  let from = 0;
  while (from < recorded.length && from < attempted.length && isSame(recorded[from]!, attempted[from]!))
    from++;
  const left = recorded.slice(from, from + WINDOW);
  const right = attempted.slice(from, from + WINDOW);
  const whole = isWhole && recorded.length - from <= WINDOW && attempted.length - from <= WINDOW;
  const steps = editSteps(left, right, whole);
  const first = steps.find((step) => step.type !== 'kept');
  if (!first) return undefined;
  return withMoves(first, steps);
}

type EditStep =
  | { readonly type: 'kept' | 'changed'; readonly recorded: Item; readonly attempted: Item }
  | { readonly type: 'removed'; readonly recorded: Item; readonly attempted?: Item | undefined }
  | { readonly type: 'inserted'; readonly attempted: Item; readonly recorded?: Item | undefined };

function withMoves(first: EditStep, steps: readonly EditStep[]): Change {
  switch (first.type) {
    case 'inserted':
      return inserted(first, steps);
    case 'removed':
      return removed(first, steps);
    default:
      return replaced(first, steps);
  }
}

/** The same command in another place, where alignment keeps neither side. */
function elsewhere(steps: readonly EditStep[], first: EditStep, side: 'recorded' | 'attempted', item: Item) {
  const step = steps.find((other) => {
    const found = other === first || other.type === 'kept' ? undefined : other[side];
    const isGap = other.type === (side === 'recorded' ? 'inserted' : 'removed');
    return !isGap && found !== undefined && isSame(found, item);
  });
  return step?.[side];
}

function inserted(step: Extract<EditStep, { type: 'inserted' }>, steps: readonly EditStep[]): Change {
  const { attempted, recorded: before } = step;
  const here = before ? { before } : {};
  const recorded = elsewhere(steps, step, 'recorded', attempted);
  return recorded
    ? { type: 'moved', recorded, attempted, earlier: true, ...here }
    : { type: 'inserted', attempted, ...here };
}

function removed(step: Extract<EditStep, { type: 'removed' }>, steps: readonly EditStep[]): Change {
  const { recorded, attempted: instead } = step;
  const here = instead ? { instead } : {};
  const attempted = elsewhere(steps, step, 'attempted', recorded);
  return attempted
    ? { type: 'moved', recorded, attempted, earlier: false, ...here }
    : { type: 'removed', recorded, ...here };
}

function replaced(
  step: Exclude<EditStep, { type: 'inserted' | 'removed' }>,
  steps: readonly EditStep[],
): Change {
  const { recorded, attempted } = step;
  const swapped = steps.find(
    (other) =>
      other !== step &&
      other.type === 'changed' &&
      isSame(other.recorded, attempted) &&
      isSame(other.attempted, recorded),
  );
  if (swapped?.type !== 'changed') return { type: 'changed', recorded, attempted };
  return { type: 'moved', recorded: swapped.recorded, attempted, earlier: true, before: recorded };
}

function isSame(left: Item, right: Item): boolean {
  return left.kind === right.kind && left.identity === right.identity && left.details === right.details;
}

function replaceCost(left: Item, right: Item): number {
  if (left.kind !== right.kind) return 5;
  if (left.identity !== right.identity) return 3;
  return left.details === right.details ? 0 : 1;
}

const GAP = 2;

/** The cheapest way from one sequence to the other, in order. */
function editSteps(left: readonly Item[], right: readonly Item[], isWhole: boolean): EditStep[] {
  const width = right.length + 1;
  const cost = new Float64Array((left.length + 1) * width);
  for (let j = 1; j <= right.length; j++) cost[j] = j * GAP;
  for (let i = 1; i <= left.length; i++) {
    cost[i * width] = i * GAP;
    for (let j = 1; j <= right.length; j++) {
      cost[i * width + j] = Math.min(
        cost[(i - 1) * width + j - 1]! + replaceCost(left[i - 1]!, right[j - 1]!),
        cost[(i - 1) * width + j]! + GAP,
        cost[i * width + j - 1]! + GAP,
      );
    }
  }
  const steps: EditStep[] = [];
  let [i, j] = isWhole ? [left.length, right.length] : cheapestEnd(cost, left.length, right.length);
  while (i > 0 || j > 0) {
    const here = cost[i * width + j]!;
    const recorded = left[i - 1];
    const attempted = right[j - 1];
    if (recorded && attempted) {
      const replace = replaceCost(recorded, attempted);
      if (here === cost[(i - 1) * width + j - 1]! + replace) {
        steps.push({ type: replace === 0 ? 'kept' : 'changed', recorded, attempted });
        i--;
        j--;
        continue;
      }
    }
    if (attempted && here === cost[i * width + j - 1]! + GAP) {
      steps.push({ type: 'inserted', attempted, recorded: left[i] });
      j--;
    } else {
      steps.push({ type: 'removed', recorded: recorded!, attempted: right[j] });
      i--;
    }
  }
  return steps.reverse();
}

/** Where one of two sequences that go on is used up at the least cost; of equal ends the one that uses most. */
function cheapestEnd(cost: Float64Array, rows: number, columns: number): [number, number] {
  const width = columns + 1;
  let best: [number, number] = [rows, columns];
  const consider = (i: number, j: number) => {
    if (cost[i * width + j]! < cost[best[0] * width + best[1]]!) best = [i, j];
  };
  for (let i = rows; i >= 0; i--) consider(i, columns);
  for (let j = columns; j >= 0; j--) consider(rows, j);
  return best;
}
