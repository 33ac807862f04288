/**
 * A copy of what came out of the sandbox, made of the host's own plain objects. Absent and undefined fields are the
 * same; dates become ISO text; functions and symbols are left out.
 */
export function copyOut(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    for (let i = 0; i < value.length; i++) copy.push(copyOut(value[i]));
    return copy;
  }
  const record = value as Record<string, unknown>;
  if (typeof record.toISOString === 'function' && typeof record.getTime === 'function') {
    return isoText(value as Date);
  }
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(record)) {
    if (key === '__proto__') continue;
    const field = copyOut(record[key]);
    if (field !== undefined) copy[key] = field;
  }
  return copy;
}

function isoText(date: Date): string {
  const time = Number(date.getTime());
  return Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString();
}
