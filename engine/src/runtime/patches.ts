import { DeterminismViolationError } from '../failures/errors.js';
import { checkVersions, defaultVersion, unsupportedVersion } from '../failures/version-errors.js';
import type { Activator } from './activator.js';

/** Temporal's rule: live code takes the new path; replayed code takes it if its history says so. */
export function decidePatch(activator: Activator, patchId: string, deprecated: boolean): boolean {
  const decided = activator.patchDecisions.get(patchId);
  if (decided !== undefined) return decided;
  // Not remembered: a cached execution that is replaying now may come here again when live.
  if (activator.info.unsafe.isReplaying && !activator.knownPatches.has(patchId)) return false;
  activator.patchDecisions.set(patchId, true);
  if (!activator.sentPatches.has(patchId)) {
    activator.sentPatches.add(patchId);
    activator.push({ type: 'setPatchMarker', patchId, deprecated });
  }
  return true;
}

/**
 * The version that this run decided for `changeId` when it first asked: `max` then, `defaultVersion` when its
 * history is older than the change. It stays for the run.
 */
export function decideVersion(activator: Activator, changeId: string, min: number, max: number): number {
  checkVersions(changeId, min, max);
  let version = activator.versionDecisions.get(changeId);
  if (version === undefined) {
    const isOld = activator.info.unsafe.isReplaying && !activator.knownVersions.has(changeId);
    version = isOld ? defaultVersion : (activator.knownVersions.get(changeId) ?? max);
    activator.versionDecisions.set(changeId, version);
    if (version !== defaultVersion) activator.push({ type: 'setVersionMarker', changeId, version });
  }
  if (version < min || version > max) {
    throw new DeterminismViolationError(unsupportedVersion(changeId, min, max, version));
  }
  return version;
}
