import type { Service } from '@refrain/engine/internal';

/** A service that its user can be cut off from, as when the user's process dies. */
export interface CutOffService {
  readonly service: Service;
  /** From now on no call gets through, and none that is under way is answered. */
  cut(): void;
}

export function cutOffService(target: Service): CutOffService {
  const gone = new AbortController();
  const never = new Promise<never>(() => undefined);
  const poll =
    <R, T>(call: (request: R, options: { readonly signal: AbortSignal }) => Promise<T>) =>
    async (request: R, options?: { readonly signal?: AbortSignal }): Promise<T> => {
      if (gone.signal.aborted) return never;
      const signal = options?.signal ? AbortSignal.any([options.signal, gone.signal]) : gone.signal;
      try {
        const task = await call(request, { signal });
        return gone.signal.aborted ? await never : task;
      } catch (error) {
        if (gone.signal.aborted) return never;
        throw error;
      }
    };
  const own: Partial<Service> = {
    pollWorkflowTaskQueue: poll((request, options) => target.pollWorkflowTaskQueue(request, options)),
    pollActivityTaskQueue: poll((request, options) => target.pollActivityTaskQueue(request, options)),
  };
  const service = new Proxy(target, {
    get(_, name, receiver) {
      const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => (gone.signal.aborted ? never : value.apply(target, args));
    },
  });
  return { service, cut: () => gone.abort() };
}
