/** What `getVersion` refuses; the same on the embedded engine and on a Temporal cluster. Workflow bundles hold it. */

/** The version of code that has no marker in its history. */
export const defaultVersion = -1;

/** Throws a TypeError that names the argument. */
export function checkVersions(changeId: string, min: number, max: number): void {
  if (typeof changeId !== 'string' || changeId === '') {
    throw new TypeError('Invalid changeId: expected a non-empty string');
  }
  if (!Number.isInteger(min) || min < defaultVersion) {
    throw new TypeError(`Invalid min version: expected an integer ≥ ${defaultVersion}, got ${min}`);
  }
  if (!Number.isInteger(max) || max < min) {
    throw new TypeError(`Invalid max version: expected an integer ≥ min (${min}), got ${max}`);
  }
}

/** The message for a run that decided for a version which the code has left behind, or does not have yet. */
export function unsupportedVersion(changeId: string, min: number, max: number, version: number): string {
  return (
    `getVersion('${changeId}', ${min}, ${max}): this run has version ${version}, which this code does not support. ` +
    'Keep the old branch until no run needs it.'
  );
}
