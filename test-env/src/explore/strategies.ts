import { isFault, type Action } from './action.js';

/**
 * Chooses which of the enabled actions happens next, by its index. The actions come in a fixed order: index 0 is
 * what would happen in a calm world (first in, first out, no fault).
 */
export type Chooser = (enabled: readonly Action[]) => number;

export type StrategyName = 'calm' | 'random' | 'priorities' | 'deviations' | 'newest' | 'starve';

/**
 * Strategies that find rare orders sooner than a random walk does:
 * - `priorities`: probabilistic concurrency testing (PCT, Burckhardt et al. 2010): every actor has a random
 *   priority, the highest runs, and at a few random moments the running one drops to the lowest;
 * - `deviations`: the calm order but for one to three moments (delay bounding);
 * - `newest`: what became possible last goes first;
 * - `starve`: one actor waits until nothing else is left.
 */
export function strategy(name: StrategyName, random: () => number): Chooser {
  switch (name) {
    case 'calm':
      return () => 0;
    case 'random':
      return randomWalk(random);
    case 'priorities':
      return priorities(random);
    case 'deviations':
      return deviations(random);
    case 'newest':
      return newest(random);
    case 'starve':
      return starve(random);
  }
}

/** Which strategy the n-th run uses: the calm one first, then in turn. */
export function strategyOfRun(run: number): StrategyName {
  if (run === 0) return 'calm';
  const turn: readonly StrategyName[] = [
    'priorities',
    'deviations',
    'random',
    'newest',
    'priorities',
    'starve',
    'deviations',
  ];
  return turn[(run - 1) % turn.length]!;
}

/** Repeats recorded choices, and is calm after their end. */
export function recorded(choices: readonly number[]): Chooser {
  let at = 0;
  return (enabled) => Math.min(choices[at++] ?? 0, enabled.length - 1);
}

/** How many steps a run is taken to have, for the moments of change; a wrong guess costs only variety. */
const assumedSteps = 30;

function randomWalk(random: () => number): Chooser {
  return (enabled) => pickBetweenFaults(enabled, random, (candidates) => pick(candidates, random));
}

function priorities(random: () => number): Chooser {
  const priority = new Map<string, number>();
  const changes = new Set(
    Array.from({ length: 1 + Math.floor(random() * 3) }, () => Math.floor(random() * assumedSteps)),
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
    return enabled.indexOf(highest(enabled));
  };
}

function deviations(random: () => number): Chooser {
  const count = 1 + Math.floor(random() * 3);
  const moments = new Set(
    Array.from({ length: count }, () => Math.floor(random() * random() * assumedSteps)),
  );
  let step = 0;
  return (enabled) => (moments.has(step++) ? Math.floor(random() * enabled.length) : 0);
}

function newest(random: () => number): Chooser {
  const firstSeen = new Map<string, number>();
  let step = 0;
  return (enabled) =>
    pickBetweenFaults(enabled, random, (candidates) => {
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
  return (enabled) =>
    pickBetweenFaults(enabled, random, (candidates) => {
      if (starved === undefined && random() < 0.3) starved = pick(candidates, random).key;
      const others = candidates.filter((action) => action.key !== starved);
      return pick(others.length > 0 ? others : candidates, random);
    });
}

/** Faults are many and rare: one is taken now and then, otherwise the choice is among the ordinary actions. */
function pickBetweenFaults(
  enabled: readonly Action[],
  random: () => number,
  choose: (candidates: readonly Action[]) => Action,
): number {
  const possible = enabled.filter(isFault);
  const ordinary = enabled.filter((action) => !isFault(action));
  const takesFault = possible.length > 0 && (ordinary.length === 0 || random() < 0.15);
  return enabled.indexOf(choose(takesFault ? possible : ordinary));
}

function pick<T>(candidates: readonly T[], random: () => number): T {
  return candidates[Math.floor(random() * candidates.length)]!;
}
