import type { DeleteNamespaceRequest } from './api/namespaces.js';
import type { Clock } from './clock.js';
import type { DeletedNamespace, Namespaces } from './namespaces.js';
import { purge } from './purge.js';
import type { NamespaceService } from './service.js';
import type { RootStore } from './store.js';

export interface DeletionOptions {
  readonly namespaces: Namespaces;
  /** By name; that of a deleted namespace is closed and taken out. */
  readonly services: Map<string, NamespaceService>;
  readonly store: RootStore;
  readonly clock: Clock;
}

/** Deletes namespaces, and goes on with those whose deletion the last process has left unfinished. */
export function namespaceDeletions({ namespaces, services, store, clock }: DeletionOptions) {
  const stops = new Map<string, () => void>();
  const begin = (deleted: DeletedNamespace) => {
    const { key, name } = deleted;
    const done = async () => {
      await namespaces.forget(deleted);
      stops.delete(name);
    };
    stops.set(name, purge(store.partition(key), clock, deleted.deleted.purgeMs, done));
  };
  namespaces.deleted.forEach(begin);
  return {
    async deleteNamespace(request: DeleteNamespaceRequest): Promise<{ readonly deletedNamespace: string }> {
      const deleted = await namespaces.deleteNamespace(request, clock.nowMs());
      const { name } = deleted.deleted;
      const service = services.get(name);
      services.delete(name);
      await service?.close();
      begin(deleted);
      return { deletedNamespace: deleted.name };
    },
    stop(): void {
      for (const stop of stops.values()) stop();
    },
  };
}
