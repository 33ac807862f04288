/** One run's choices, with how many there were to choose from each time. */
export interface Choices {
  readonly taken: readonly number[];
  readonly widths: readonly number[];
}

/**
 * The next schedule in depth-first order: the last choice that had an untried alternative takes it, everything
 * before stays. Undefined: all schedules have been run.
 */
export function nextSchedule({ taken, widths }: Choices): number[] | undefined {
  for (let at = taken.length - 1; at >= 0; at--) {
    if (taken[at]! + 1 < widths[at]!) return [...taken.slice(0, at), taken[at]! + 1];
  }
  return undefined;
}
