import { openEngine, startServer, type Engine, type RunningServer } from '@refrain/engine';
import { SkippingClock } from './skipping-clock.js';

export interface TestServerOptions {
  /** 0 takes a free port. */
  readonly port: number;
  /** Whether time skips from the start; else once a client has unlocked it, as SDKs' test environments do. */
  readonly skipsFromStart?: boolean;
}

/**
 * Temporal's API over an engine in memory that skips time, with the TestService by which SDKs' test environments
 * control it. Each namespace has a clock of its own; a call of the TestService is for the one that its metadata
 * name (`temporal-namespace`), or for `default`. Throws `InputError` RFN8004 when the port is taken.
 */
export async function startTestServer(options: TestServerOptions): Promise<RunningServer> {
  const { port, skipsFromStart = false } = options;
  const clocks = new Map<string, SkippingClock>();
  const clockOf = (namespace: string): SkippingClock => {
    let clock = clocks.get(namespace);
    if (!clock) clocks.set(namespace, (clock = new SkippingClock({ locked: !skipsFromStart })));
    return clock;
  };
  const engine: Engine = await openEngine({
    memory: true,
    clockOf: (namespace) => {
      const clock = clockOf(namespace);
      clock.watch({
        workload: () => {
          const { backlog, tasksWithWorkers, isStoring } = engine.service.activity(namespace);
          return { tasks: backlog + tasksWithWorkers, isStoring };
        },
        settleTimers: () => engine.service.settleDueTimes(),
      });
      return clock;
    },
  });
  const server = await startServer({
    service: telling(engine.service, (namespace) => clocks.get(namespace)?.touch()),
    port,
    timeSkipping: async (namespace = firstNamespace) => {
      await engine.service.describeNamespace({ namespace });
      return clockOf(namespace);
    },
  });
  return {
    ...server,
    close: async () => {
      await server.close();
      for (const clock of clocks.values()) clock.close();
      await engine.close();
    },
  };
}

const firstNamespace = 'default';

/** The same service; after each call its namespace is told, for the call may have ended what held time up. */
function telling(service: Engine['service'], told: (namespace: string) => void): Engine['service'] {
  return new Proxy(service, {
    get(target, name) {
      const call = Reflect.get(target, name) as unknown;
      if (typeof call !== 'function') return call;
      return (...args: unknown[]) => {
        const result = Reflect.apply(call, target, args) as unknown;
        const { namespace = firstNamespace } = (args[0] ?? {}) as { readonly namespace?: string };
        const tell = () => told(namespace);
        if (result instanceof Promise) result.then(tell, tell);
        return result;
      };
    },
  });
}
