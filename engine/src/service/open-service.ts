import { randomUUID } from 'node:crypto';
import type { WorkflowService } from './api.js';
import type { NamespaceCalls } from './api/namespaces.js';
import type { PollActivityTaskQueueResponse } from './api/tasks.js';
import type { SearchAttributeType } from './check-fields.js';
import type { Clock, Random } from './clock.js';
import { realClock } from './clock.js';
import type { DirectTasks } from './direct-tasks.js';
import type { RunLimitWarning } from './limit-warnings.js';
import { namespaceDeletions } from './delete-namespaces.js';
import type { Namespace } from './namespaces.js';
import { firstNamespace, Namespaces } from './namespaces.js';
import type { Activity, NamespaceService } from './service.js';
import { openNamespaceService } from './service.js';
import type { RootStore } from './store.js';

export interface ServiceOptions {
  readonly store: RootStore;
  readonly clock?: Clock;
  /** A clock for each namespace, instead of one for all. */
  readonly clockOf?: (namespace: string) => Clock;
  readonly random?: Random;
  /** Search attributes of every namespace, by name; others are refused. More are registered while it runs. */
  readonly searchAttributes?: Readonly<Record<string, SearchAttributeType>>;
  /** Causes of a failed workflow task that fail the run, e.g. `NON_DETERMINISTIC_ERROR`; by default none does. */
  readonly failRunOn?: readonly string[];
  /**
   * How long closed runs are kept in namespaces that do not say; `Infinity`: until somebody deletes them. Absent: the
   * same, and what namespaces say does not count, either.
   */
  readonly retentionMs?: number;
  /** Runs kept in memory while nothing of them is under way; of each namespace. */
  readonly maxLoadedRuns?: number;
  /** Keeps an activity task from every worker when it answers true; its attempt then runs into its timeouts unstarted. */
  readonly withholdsActivity?: (task: PollActivityTaskQueueResponse) => boolean;
  /** Called once for each limit that a run comes near to. */
  readonly onLimitWarning?: (warning: RunLimitWarning) => void;
  /** Called when the store has failed; requests fail with the same error until it works again. */
  readonly onStoreFailure?: (error: unknown) => void;
}

export interface Service extends Omit<NamespaceService, 'direct' | 'retentionChanged'>, NamespaceCalls {
  /** Of one namespace, or of all. */
  activity(namespace?: string): Activity;
  /** For workers of this process, in place of polls; of one namespace. */
  directTasks(namespace?: string): DirectTasks;
}

/**
 * Opens the service over a store: a service for each namespace, and calls go to the one that they name (`default`
 * when they name none). Gives out what waited or was lost when the store was last used.
 */
export function openService(options: ServiceOptions): Service {
  const { store, searchAttributes = {} } = options;
  const { retentionMs = Infinity } = options;
  const namespaces = new Namespaces({ store, searchAttributes, retentionMs });
  const services = new Map<string, NamespaceService>();
  const open = (namespace: Namespace) => {
    const { retentionMs: _, ...rest } = options;
    const service = openNamespaceService({
      ...rest,
      ...(options.retentionMs !== undefined && {
        retentionMs: () => namespaces.retentionMs(namespace),
      }),
      clock: options.clockOf?.(namespace.name) ?? options.clock ?? realClock,
      random: options.random ?? { uuid: randomUUID, number: Math.random },
      namespace: namespace.name,
      store: store.partition(namespace.key),
      searchAttributeTypes: namespace.types,
    });
    services.set(namespace.name, service);
    return service;
  };
  const first = open(namespaces.get(firstNamespace));
  for (const namespace of namespaces.all) if (namespace.name !== firstNamespace) open(namespace);
  const kept = namespaces.keepGiven().catch((error: unknown) => options.onStoreFailure?.(error));
  const clock = options.clock ?? realClock;
  const deletions = namespaceDeletions({ namespaces, services, store, clock });
  const serviceOf = (name: string = firstNamespace) => services.get(name) ?? open(namespaces.get(name));
  return {
    ...routed(first, serviceOf),
    ...namespaceCalls(namespaces, services),
    deleteNamespace: deletions.deleteNamespace,
    ...control(services, first, kept, deletions.stop),
    directTasks: (name) => serviceOf(name).direct,
  };
}

type Calls = Readonly<
  Record<string, (request: { readonly namespace?: string }, ...rest: unknown[]) => unknown>
>;

/** Each call of the service, sent to the namespace that its request names. */
function routed(first: NamespaceService, serviceOf: (name?: string) => NamespaceService): WorkflowService {
  const {
    activity: _,
    settleDueTimes: _settle,
    releaseActivityTask: _release,
    retentionChanged: _retention,
    close: _close,
    direct: _direct,
    ...calls
  } = first;
  const routes = Object.entries(calls as unknown as Calls).map(([name, ofFirst]) => {
    const elsewhere = async (request: { readonly namespace?: string }, rest: unknown[]) =>
      (serviceOf(request.namespace) as unknown as Calls)[name]!(request, ...rest);
    const route: Calls[string] = (request, ...rest) =>
      request.namespace === undefined || request.namespace === firstNamespace
        ? ofFirst(request, ...rest)
        : elsewhere(request, rest);
    return [name, route] as const;
  });
  return Object.fromEntries(routes) as unknown as WorkflowService;
}

function namespaceCalls(
  namespaces: Namespaces,
  services: ReadonlyMap<string, NamespaceService>,
): Omit<NamespaceCalls, 'deleteNamespace'> {
  return {
    registerNamespace: (request) => namespaces.registerNamespace(request),
    describeNamespace: (request) => namespaces.describeNamespace(request),
    listNamespaces: () => namespaces.listNamespaces(),
    updateNamespace: async (request) => {
      const updated = await namespaces.updateNamespace(request);
      services.get(request.namespace)?.retentionChanged();
      return updated;
    },
    addSearchAttributes: (request) => namespaces.addSearchAttributes(request),
    removeSearchAttributes: (request) => namespaces.removeSearchAttributes(request),
    listSearchAttributes: (request) => namespaces.listSearchAttributes(request),
  };
}

function control(
  services: ReadonlyMap<string, NamespaceService>,
  first: NamespaceService,
  kept: Promise<void>,
  stopDeletions: () => void,
): Pick<Service, 'activity' | 'settleDueTimes' | 'releaseActivityTask' | 'close'> {
  const all = () => [...services.values()];
  return {
    activity: (namespace) => {
      if (namespace === firstNamespace || services.size === 1) return first.activity();
      const chosen = namespace === undefined ? all() : all().filter((s) => s === services.get(namespace));
      const parts = chosen.map((service) => service.activity());
      const sum = (of: (part: (typeof parts)[number]) => number) => parts.reduce((n, p) => n + of(p), 0);
      return {
        nextDueMs: Math.min(...parts.map((p) => p.nextDueMs)),
        tasksWithWorkers: sum((p) => p.tasksWithWorkers),
        isStoring: parts.some((p) => p.isStoring),
        backlog: sum((p) => p.backlog),
        loadedRuns: sum((p) => p.loadedRuns),
        overdue: sum((p) => p.overdue),
      };
    },
    settleDueTimes: () => all().forEach((service) => service.settleDueTimes()),
    releaseActivityTask: async (taskToken) => {
      await Promise.all(all().map((service) => service.releaseActivityTask(taskToken)));
    },
    // The first one last: it closes the store, which the others write to.
    close: async () => {
      stopDeletions();
      await kept;
      await Promise.all(
        all()
          .filter((s) => s !== first)
          .map((service) => service.close()),
      );
      await first.close();
    },
  };
}
