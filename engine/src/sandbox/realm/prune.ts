import { globalNames, hiddenIntrinsics, intrinsicKeys } from './intrinsics.js';

/** Only a segmenter leads to these, and V8 takes some 10 ms to make the first one: see segmenter.ts. */
const ofSegmenters = ['%SegmentsPrototype%', '%SegmentIteratorPrototype%'];

const allowedKeys = new Map(
  intrinsicKeys
    .trim()
    .split('\n')
    .map((line) => {
      const [path, ...keys] = line.split(' ');
      return [path!, keys] as const;
    }),
);

/**
 * Takes out of the realm what the oldest supported Node does not have, so that feature detection gives the same answer
 * on each version; and what cannot be deterministic.
 */
export function prune(global: object): {
  readonly names: readonly string[];
  readonly objects: readonly object[];
} {
  const names = globalNames.split(' ');
  for (const key of Reflect.ownKeys(global)) {
    if (typeof key !== 'string' || !names.includes(key)) Reflect.deleteProperty(global, key);
  }
  const objects: object[] = [];
  for (const path of allowedKeys.keys()) {
    const object = ofSegmenters.includes(path) ? undefined : resolve(global, path);
    if (object === undefined) continue;
    pruneKeys(object, path);
    objects.push(object);
  }
  return { names, objects };
}

/** Leaves the object with the keys that the oldest Node has at this path. */
export function pruneKeys(object: object, path: string): void {
  const allowed = new Set(allowedKeys.get(path));
  for (const key of Reflect.ownKeys(object)) {
    const name = typeof key === 'symbol' ? key.description!.replace(/^Symbol\./, '@@') : key;
    if (name === 'length' || name === 'name' || allowed.has(name)) continue;
    Reflect.deleteProperty(object, key);
  }
}

function resolve(global: object, path: string): object | undefined {
  const [first, ...rest] = path.split('.');
  let object: unknown = hiddenIntrinsics[first!]?.() ?? (global as Record<string, unknown>)[first!];
  for (const key of rest) object = (object as Record<string, unknown> | undefined)?.[key];
  return typeof object === 'object' || typeof object === 'function' ? (object ?? undefined) : undefined;
}
