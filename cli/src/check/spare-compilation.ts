import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 compile less. It optimises functions that have run for a while, with what they call written into them: that
 * took a third of the processor time of a check, which is over before most of it has paid for itself. For processes that
 * end with the check. Flags are V8's own affair, and it complains on standard error of one that it does not know: only the
 * versions that we have tried are told.
 */
export function spareCompilation(): void {
  const version = Number.parseInt(process.versions.v8, 10);
  const later = laterOptimised.get(version);
  if (later === undefined) return;
  // A quarter of the usual size; what is large is mostly called once from each place.
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=200');
  setFlagsFromString(later);
}

/** Twice the usual wait, by V8's version: it counts bytes of bytecode that ran, and from version 12 on calls. */
const laterOptimised: ReadonlyMap<number, string> = new Map([
  [11, '--interrupt-budget=135168'],
  [12, '--invocation-count-for-turbofan=6000'],
  [13, '--invocation-count-for-turbofan=6000'],
]);
