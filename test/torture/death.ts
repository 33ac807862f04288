/** How a process of the load ends. */
export interface Death {
  readonly at: 'any time' | 'before commit' | 'during commit' | 'after commit' | 'at statement' | undefined;
  /** Which COMMIT, or which statement; for `any time` so many milliseconds after it began. */
  readonly n: number;
  readonly delayMicros: number;
  /** Where commits are made. */
  readonly commitIn?: 'thread' | 'loop';
  /** The log is copied back when it has so many pages. */
  readonly checkpointPages?: number;
  /** It does not die; its files before and after each COMMIT are kept here. */
  readonly recordIn?: string;
}

export function drawDeath(random: () => number): Death {
  const below = (bound: number) => Math.floor(random() * bound);
  // Early deaths are drawn more often: a load that is done has nothing left to lose.
  const checkpointPages = [10, 40, 400][below(3)]!;
  const delayMicros = below(400);
  const commitIn = below(2) === 0 ? 'thread' : 'loop';
  const common = { delayMicros, checkpointPages, commitIn } as const;
  switch (below(6)) {
    case 0:
      return { at: 'any time', n: 5 + below(100), ...common };
    case 1:
      return { at: 'before commit', n: 1 + below(1 + below(12)), ...common };
    case 2:
      return { at: 'after commit', n: 1 + below(1 + below(12)), ...common };
    case 3:
      return { at: 'at statement', n: 1 + below(1 + below(200)), ...common };
    default:
      return { at: 'during commit', n: 1 + below(1 + below(12)), ...common };
  }
}
