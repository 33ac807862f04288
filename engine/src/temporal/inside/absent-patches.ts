import type { Activation } from '../../core/activation.js';
import type { Activator } from './sdk-types.js';

/** The patches that were decided to be absent from this run. */
export function absentPatchesOf(activation: Activation): string[] {
  return activation.jobs.flatMap((job) =>
    job.type === 'notifyHasPatch' && job.isAbsent ? [job.patchId] : [],
  );
}

/** Makes `patched(id)` false for these, as in a run that began before they were written. */
export function withholdPatches(activator: Activator, patchIds: readonly string[]): void {
  const decide = activator.patchInternal?.bind(activator);
  if (!decide) {
    throw new TypeError(
      `A test decided that the patch '${patchIds[0]}' is absent: this needs @temporalio/workflow 1.11 or later.`,
    );
  }
  const absent = new Set(patchIds);
  activator.patchInternal = (patchId, deprecated) => !absent.has(patchId) && decide(patchId, deprecated);
}
