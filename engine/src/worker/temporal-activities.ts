import type { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * Finds where copies of `@temporalio/activity` keep the context of the running activity.
 *
 * Owns: the list of the copies that were found, since copies do not go away. A new worker looks again: activities are
 * loaded before it, so that whatever copy they import is among the CommonJS modules of this process.
 */
const found = new Set<AsyncLocalStorage<unknown>>();

const { cache } = createRequire(import.meta.url);
const entry = join('activity', 'lib', 'index.js');

export function findTemporalActivities(): void {
  for (const path in cache) {
    if (!path.endsWith(entry)) continue;
    const exported = (cache[path]?.exports ?? {}) as {
      readonly Context?: unknown;
      readonly asyncLocalStorage?: AsyncLocalStorage<unknown>;
    };
    const { Context, asyncLocalStorage } = exported;
    if (typeof Context === 'function' && typeof asyncLocalStorage?.run === 'function') {
      found.add(asyncLocalStorage);
    }
  }
}

export function temporalActivityStorages(): ReadonlySet<AsyncLocalStorage<unknown>> {
  return found;
}
