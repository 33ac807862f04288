import type { ServiceApi, Service } from '@refrain/engine/internal';
import type { Actors } from '../time/actors.js';
import type { TimeSkipper } from '../time/time-skipper.js';
import type { Traffic } from '../time/traffic.js';

export interface ClientViewOptions {
  readonly traffic: Traffic;
  readonly actors: Actors;
  readonly skipper: TimeSkipper;
  /** A wait for an execution's end has been answered; what this throws, the wait throws instead. */
  readonly onClosed: (execution: ServiceApi.GetWorkflowExecutionHistoryRequest['execution']) => Promise<void>;
}

/**
 * The service as the test's client sees it. A request that is answered at once holds time up while it is under
 * way; one that waits (for a result, for an update) is what time is skipped for.
 */
export function clientView(service: Service, options: ClientViewOptions): Service {
  const waiting: Partial<Service> = {
    getWorkflowExecutionHistory: async (request, callOptions) => {
      const call = () => service.getWorkflowExecutionHistory(request, callOptions);
      if (!request.waitNewEvent) return options.traffic.during(call);
      const response = await wait(call, options);
      if (request.historyEventFilterType === 'CLOSE_EVENT') await options.onClosed(request.execution);
      return response;
    },
    updateWorkflowExecution: (request, callOptions) =>
      wait(() => service.updateWorkflowExecution(request, callOptions), options),
    pollWorkflowExecutionUpdate: (request, callOptions) =>
      wait(() => service.pollWorkflowExecutionUpdate(request, callOptions), options),
    executeMultiOperation: (request, callOptions) =>
      wait(() => service.executeMultiOperation(request, callOptions), options),
  };
  return forwarding(service, waiting, (call) => options.traffic.during(call));
}

function wait<T>(call: () => Promise<T>, { actors, skipper }: ClientViewOptions): Promise<T> {
  return actors.isActor ? actors.parkedUntil(call()) : skipper.waitFor(call());
}

/** A service that hands every call on, except those in `own`, through `around`. */
export function forwarding<S extends object>(
  service: S,
  own: Partial<S>,
  around: (call: () => Promise<unknown>) => Promise<unknown>,
): S {
  return new Proxy(service, {
    get(target, name, receiver) {
      const replaced: unknown = Reflect.get(own, name);
      if (replaced !== undefined) return replaced;
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => around(() => value.apply(target, args) as Promise<unknown>);
    },
  });
}
