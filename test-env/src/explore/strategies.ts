import { idOf, isFault, type Action, type ActionId } from './action.js';

/**
 * Chooses which of the enabled actions happens next, by its index. The actions come in a fixed order: index 0 is
 * what would happen in a calm world (first in, first out, no fault).
 */
export type Chooser = ((enabled: readonly Action[]) => number) & {
  /** Told of what happens without a choice. */
  readonly forced?: (action: Action) => void;
};

export type StrategyName = 'calm' | 'random' | 'priorities' | 'deviations' | 'newest' | 'starve' | 'faulty';

/**
 * Strategies that find rare orders sooner than a random walk does:
 * - `priorities`: probabilistic concurrency testing (PCT, Burckhardt et al. 2010): every actor has a random
 *   priority, the highest runs, and at a few random moments the running one drops to the lowest;
 * - `deviations`: the calm order but for one to three moments (delay bounding);
 * - `newest`: what became possible last goes first;
 * - `starve`: one actor waits until nothing else is left;
 * - `faulty`: the calm order with many faults.
 *
 * How likely faults are differs from run to run, for none of the rates is good for all bugs (swarm testing, Groce et
 * al. 2012). `steps` is how many choices a run is taken to have, for the moments of change.
 */
export function strategy(name: StrategyName, random: () => number, steps = 30): Chooser {
  switch (name) {
    case 'calm':
      return () => 0;
    case 'random':
      return randomWalk(random);
    case 'priorities':
      return priorities(random, steps);
    case 'deviations':
      return deviations(random, steps);
    case 'newest':
      return newest(random);
    case 'starve':
      return starve(random);
    case 'faulty':
      return faulty(random);
  }
}

const turn: readonly StrategyName[] = [
  'priorities',
  'deviations',
  'faulty',
  'random',
  'newest',
  'priorities',
  'starve',
  'deviations',
];

/** Which strategy the n-th run uses: the calm one first, then in turn. */
export function strategyOfRun(run: number): StrategyName {
  return run === 0 ? 'calm' : turn[(run - 1) % turn.length]!;
}

/** Repeats recorded choices, and is calm after their end. */
export function recorded(choices: readonly number[]): Chooser {
  let at = 0;
  return (enabled) => Math.min(choices[at++] ?? 0, enabled.length - 1);
}

/**
 * Takes the enabled action that stands first in `order`, each place of which is used once; calm when none does. Unlike
 * recorded choices, what comes later keeps its meaning when something before it is moved or left out.
 */
export function following(order: readonly ActionId[]): Chooser {
  const left = [...order];
  const take = (id: ActionId) => {
    const at = left.indexOf(id);
    if (at >= 0) left.splice(at, 1);
  };
  const choose = (enabled: readonly Action[]) => {
    const ids = enabled.map(idOf);
    const next = left.find((id) => ids.includes(id));
    const index = next === undefined ? 0 : ids.indexOf(next);
    take(ids[index]!);
    return index;
  };
  return Object.assign(choose, { forced: (action: Action) => take(idOf(action)) });
}

function randomWalk(random: () => number): Chooser {
  return betweenFaults(random, (candidates) => pick(candidates, random));
}

function priorities(random: () => number, steps: number): Chooser {
  const priority = new Map<string, number>();
  const rate = faultRate(random);
  const changes = new Set(
    Array.from({ length: 1 + Math.floor(random() * 3) }, () => Math.floor(random() * steps)),
  );
  let step = 0;
  let lowest = 0;
  const of = (action: Action) => {
    const known = priority.get(action.key);
    if (known !== undefined) return known;
    const drawn = random();
    priority.set(action.key, drawn);
    return drawn;
  };
  const highest = (enabled: readonly Action[]) =>
    enabled.reduce((best, action) => (of(action) > of(best) ? action : best));
  return (enabled) => {
    if (changes.has(step++)) priority.set(highest(enabled).key, --lowest);
    const best = highest(enabled);
    // What an attempt does, it does well or badly: the faults of an actor have its priority.
    const faults = enabled.filter((action) => action.key === best.key && isFault(action));
    return enabled.indexOf(faults.length > 0 && random() < rate ? pick(faults, random) : best);
  };
}

function deviations(random: () => number, steps: number): Chooser {
  const count = 1 + Math.floor(random() * 3);
  const moments = new Set(Array.from({ length: count }, () => Math.floor(random() * steps)));
  let step = 0;
  return (enabled) => (moments.has(step++) ? Math.floor(random() * enabled.length) : 0);
}

function newest(random: () => number): Chooser {
  const firstSeen = new Map<string, number>();
  let step = 0;
  return betweenFaults(random, (candidates) => {
    step += 1;
    for (const action of candidates) if (!firstSeen.has(action.key)) firstSeen.set(action.key, step);
    if (random() < 0.1) return pick(candidates, random);
    return candidates.reduce((best, action) =>
      firstSeen.get(action.key)! >= firstSeen.get(best.key)! ? action : best,
    );
  });
}

function starve(random: () => number): Chooser {
  let starved: string | undefined;
  return betweenFaults(random, (candidates) => {
    if (starved === undefined && random() < 0.3) starved = pick(candidates, random).key;
    const others = candidates.filter((action) => action.key !== starved);
    return pick(others.length > 0 ? others : candidates, random);
  });
}

function faulty(random: () => number): Chooser {
  return betweenFaults(random, (candidates) => candidates[0]!);
}

/** Faults are many: now and then one of them is taken, otherwise the choice is among the ordinary actions. */
function betweenFaults(random: () => number, choose: (candidates: readonly Action[]) => Action): Chooser {
  const rate = faultRate(random);
  return (enabled) => {
    const possible = enabled.filter(isFault);
    const ordinary = enabled.filter((action) => !isFault(action));
    const takesFault = possible.length > 0 && (ordinary.length === 0 || random() < rate);
    return enabled.indexOf(takesFault ? pick(possible, random) : choose(ordinary));
  };
}

const faultRates: readonly number[] = [0.05, 0.15, 0.3, 0.6];

function faultRate(random: () => number): number {
  return pick(faultRates, random);
}

function pick<T>(candidates: readonly T[], random: () => number): T {
  return candidates[Math.floor(random() * candidates.length)]!;
}
