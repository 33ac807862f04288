import { harden } from './harden.js';
import { pruneKeys } from './prune.js';

const { getPrototypeOf } = Object;

/**
 * `segment()` prunes and freezes the prototypes of what it returns when it is called first. Nothing else leads to them,
 * and to make a segmenter while the realm is installed would be a third of that work.
 */
export function installSegmenter(): void {
  const native = Intl.Segmenter.prototype.segment;
  let isFrozen = false;
  const freezePrototypes = (segments: Intl.Segments): void => {
    const prototype = getPrototypeOf(segments) as object;
    const iteratorPrototype = getPrototypeOf(segments[Symbol.iterator]()) as object;
    pruneKeys(prototype, '%SegmentsPrototype%');
    pruneKeys(iteratorPrototype, '%SegmentIteratorPrototype%');
    const prototypes = new Set([prototype, iteratorPrototype]);
    harden(prototypes, prototypes);
    isFrozen = true;
  };
  const { segment } = {
    segment(this: Intl.Segmenter, input: string): Intl.Segments {
      const segments = Reflect.apply(native, this, [input]);
      if (!isFrozen) freezePrototypes(segments);
      return segments;
    },
  };
  Object.defineProperty(Intl.Segmenter.prototype, 'segment', {
    value: segment,
    writable: true,
    configurable: true,
  });
}
