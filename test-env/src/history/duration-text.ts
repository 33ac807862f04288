const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** `1d 2h`, `30s`, `0`: milliseconds for people. */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms)) return String(ms);
  const parts: string[] = [];
  let rest = Math.round(Math.abs(ms));
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.length === 0 ? '0' : `${ms < 0 ? '-' : ''}${parts.join(' ')}`;
}
