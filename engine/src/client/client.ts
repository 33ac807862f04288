import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { WorkflowService } from '../service/api.js';
import type { AsyncCompletionClient } from './async-completion-client.js';
import { newAsyncCompletionClient } from './async-completion-client.js';
import type { DataConverter } from '../converter/load-converters.js';
import { conversionOf } from './conversion.js';
import type { WorkflowClientInterceptor } from './interceptors.js';
import type { ScheduleClient } from './schedule-client.js';
import { newScheduleClient } from './schedule-client.js';
import type { WorkflowClient } from './workflow-client.js';
import { newWorkflowClient } from './workflow-client.js';

export interface ClientOptions {
  /** The engine, or anything else that has its service. */
  readonly connection: { readonly service: WorkflowService };
  /** Default `default`. */
  readonly namespace?: string;
  readonly dataConverter?: DataConverter;
  readonly identity?: string;
  readonly interceptors?: { readonly workflow?: readonly WorkflowClientInterceptor[] };
  readonly queryRejectCondition?: 'NONE' | 'NOT_OPEN' | 'NOT_COMPLETED_CLEANLY';
  /** Makes request ids and update ids; a simulation passes a seeded one. */
  readonly newId?: () => string;
}

/** Starts, signals, queries, updates, cancels and lists workflows. Names as in `@temporalio/client`. */
export class Client {
  readonly options: ClientOptions;
  readonly workflow: WorkflowClient;
  readonly schedule: ScheduleClient;
  /** Ends activities by their token or ids, from outside of their worker. */
  readonly activity: AsyncCompletionClient;

  constructor(options: ClientOptions) {
    const service = inNamespace(options.connection.service, options.namespace);
    const conversion = conversionOf(options.dataConverter);
    const identity = options.identity ?? `${process.pid}@${hostname()}`;
    const newId = options.newId ?? randomUUID;
    this.options = options;
    this.workflow = newWorkflowClient({
      service,
      conversion,
      identity,
      newId,
      interceptors: options.interceptors?.workflow ?? [],
      queryRejectCondition: options.queryRejectCondition,
    });
    this.schedule = newScheduleClient(service, conversion, { identity, newId });
    this.activity = newAsyncCompletionClient(service, conversion, identity);
  }
}

/** The same service, each request of which names the namespace. */
function inNamespace(service: WorkflowService, namespace: string | undefined): WorkflowService {
  if (namespace === undefined) return service;
  return new Proxy(service, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== 'function') return call;
      return (request: object, ...rest: unknown[]): unknown =>
        Reflect.apply(call, target, [{ namespace, ...request }, ...rest]);
    },
  });
}
