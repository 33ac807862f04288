import { openEngine, startServer, type Engine, type RunningServer } from '@refrain/engine';
import { SkippingClock } from './skipping-clock.js';

export interface TestServerOptions {
  /** 0 takes a free port. */
  readonly port: number;
  /** Whether time skips from the start; else once a client has unlocked it, as SDKs' test environments do. */
  readonly skipsFromStart?: boolean;
  readonly namespaces?: readonly string[];
}

/**
 * Temporal's API over an engine in memory that skips time, with the TestService by which SDKs' test environments
 * control it. Throws `InputError` RFN8004 when the port is taken.
 */
export async function startTestServer(options: TestServerOptions): Promise<RunningServer> {
  const { port, skipsFromStart = false, namespaces = ['default'] } = options;
  const clock = new SkippingClock({ locked: !skipsFromStart });
  const engine = await openEngine({ memory: true, clock });
  clock.watch(() => {
    const { backlog, tasksWithWorkers, isStoring } = engine.service.activity();
    return { tasks: backlog + tasksWithWorkers, isStoring };
  });
  const service = telling(engine.service, () => clock.touch());
  const server = await startServer({ service, port, namespaces, timeSkipping: clock });
  return {
    ...server,
    close: async () => {
      await server.close();
      clock.close();
      await engine.close();
    },
  };
}

/** The same service; after each call `told` is called, for the call may have ended what held time up. */
function telling(service: Engine['service'], told: () => void): Engine['service'] {
  return new Proxy(service, {
    get(target, name) {
      const call = Reflect.get(target, name) as unknown;
      if (typeof call !== 'function') return call;
      return (...args: unknown[]) => {
        const result = Reflect.apply(call, target, args) as unknown;
        if (result instanceof Promise) result.then(told, told);
        return result;
      };
    },
  });
}
