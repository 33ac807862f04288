import { globalNames, hiddenIntrinsics, intrinsicKeys } from './intrinsics.js';

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
  for (const line of intrinsicKeys.trim().split('\n')) {
    const [path, ...keys] = line.split(' ');
    const object = resolve(global, path!);
    if (object === undefined) continue;
    objects.push(object);
    const allowed = new Set(keys);
    for (const key of Reflect.ownKeys(object)) {
      const name = typeof key === 'symbol' ? key.description!.replace(/^Symbol\./, '@@') : key;
      if (name === 'length' || name === 'name' || allowed.has(name)) continue;
      Reflect.deleteProperty(object, key);
    }
  }
  return { names, objects };
}

function resolve(global: object, path: string): object | undefined {
  const [first, ...rest] = path.split('.');
  let object: unknown = hiddenIntrinsics[first!]?.() ?? (global as Record<string, unknown>)[first!];
  for (const key of rest) object = (object as Record<string, unknown> | undefined)?.[key];
  return typeof object === 'object' || typeof object === 'function' ? (object ?? undefined) : undefined;
}
