import { readFileSync } from 'node:fs';
import {
  Server,
  ServerCredentials,
  status as grpcStatus,
  type sendUnaryData,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Root } from 'protobufjs';
import { InputError } from '../errors.js';
import type { WorkflowService } from '../service/api.js';
import { apiRoot } from './api-root.js';
import type { Method } from './call.js';
import { longestPollMs, longPollBudgetMs } from './call.js';
import { grpcService } from './grpc-definition.js';
import { healthMethods } from './health-methods.js';
import { Namespaces } from './namespaces.js';
import { scheduleMethods } from './schedule-methods.js';
import { statusOf } from './status.js';
import { systemMethods } from './system-methods.js';
import type { TimeSkipping } from './test-methods.js';
import { testMethods } from './test-methods.js';
import { workerMethods } from './worker-methods.js';
import { workflowMethods } from './workflow-methods.js';

/** Temporal's own limit on a request; a larger one is refused with RESOURCE_EXHAUSTED. */
export const maximumRequestBytes = 4 * 1024 * 1024;
/** Calls under way at once on one connection, long polls included. */
export const maximumCallsPerConnection = 2_000;

export interface TlsOptions {
  /** Paths of PEM files. With `clientCa`, clients must present a certificate that it signed. */
  readonly certificate: string;
  readonly key: string;
  readonly clientCa?: string;
}

export interface ServerOptions {
  readonly service: WorkflowService;
  /** 0 takes a free port. Default 7233. */
  readonly port?: number;
  /** Default 127.0.0.1. Another address needs TLS with client certificates, or an API key. */
  readonly host?: string;
  readonly tls?: TlsOptions;
  /** Clients must send it as `authorization: Bearer <key>`. */
  readonly apiKey?: string;
  /** Default: `default`. */
  readonly namespaces?: readonly string[];
  /** Adds Temporal's TestService, which controls this clock. */
  readonly timeSkipping?: TimeSkipping;
}

export interface RunningServer {
  /** `host:port` as clients take it. */
  readonly address: string;
  readonly port: number;
  /** Ends long polls and waits until calls under way are answered. */
  close(): Promise<void>;
}

/**
 * Serves Temporal's gRPC API over the embedded service. Throws `InputError` when the port is taken (RFN8004), or
 * when the address is not a loopback address and nothing guards it (RFN8001).
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1';
  refuseUnguarded(host, options);
  const root = apiRoot();
  const closing = new AbortController();
  const namespaces = new Namespaces(options.namespaces ?? ['default']);
  const server = new Server({
    'grpc.max_receive_message_length': maximumRequestBytes,
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': maximumCallsPerConnection,
  });
  const guard: Guard = { root, namespaces, apiKey: options.apiKey, closing: closing.signal };
  for (const [name, methods] of Object.entries(methodTables(options, namespaces))) {
    const { definition, methods: names } = grpcService(root, name);
    const served = Object.fromEntries(names.map((method) => [method, handle(methods[method], guard)]));
    server.addService(definition, served as UntypedServiceImplementation);
  }
  const port = await bind(server, host, options.port ?? 7233, credentials(options.tls));
  return {
    address: `${host}:${port}`,
    port,
    close: () => {
      closing.abort(new DOMException('The server is shutting down', 'AbortError'));
      return new Promise((resolve) => server.tryShutdown(() => resolve()));
    },
  };
}

function methodTables(
  { service, timeSkipping }: ServerOptions,
  namespaces: Namespaces,
): Record<string, Readonly<Record<string, Method>>> {
  return {
    'temporal.api.workflowservice.v1.WorkflowService': {
      ...systemMethods(namespaces),
      ...workflowMethods(service),
      ...workerMethods(service),
      ...scheduleMethods(service),
    },
    'grpc.health.v1.Health': healthMethods,
    ...(timeSkipping && { 'temporal.api.testservice.v1.TestService': testMethods(timeSkipping) }),
  };
}

interface Guard {
  readonly root: Root;
  readonly namespaces: Namespaces;
  readonly apiKey: string | undefined;
  readonly closing: AbortSignal;
}

const namespaceFree = new Set(['RegisterNamespace', 'DescribeNamespace', 'UpdateNamespace']);

/** Wraps a method: checks the key and the namespace, carries the caller's deadline, maps errors to statuses. */
function handle(method: Method | undefined, guard: Guard) {
  return (call: ServerUnaryCall<object, object>, callback: sendUnaryData<object>): void => {
    const name = call.getPath().split('/').at(-1)!;
    if (!method) {
      callback({ code: grpcStatus.UNIMPLEMENTED, details: `${name} is not implemented by this server` });
      return;
    }
    if (guard.apiKey && call.metadata.get('authorization')[0] !== `Bearer ${guard.apiKey}`) {
      callback({ code: grpcStatus.UNAUTHENTICATED, details: 'This server asks for an API key' });
      return;
    }
    const hungUp = new AbortController();
    call.on('cancelled', () => hungUp.abort(new DOMException('The caller hung up', 'AbortError')));
    const run = async () => {
      const request = call.request as { namespace?: string };
      if (request.namespace !== undefined && !namespaceFree.has(name))
        guard.namespaces.check(request.namespace);
      const signal = AbortSignal.any([hungUp.signal, guard.closing]);
      return method(request as never, { signal, longPollMs: longPollBudgetMs(deadlineMs(call), Date.now()) });
    };
    run().then(
      (response) => callback(null, (response as object | undefined) ?? {}),
      (error: unknown) => callback(statusOf(guard.root, error)),
    );
  };
}

function deadlineMs(call: ServerUnaryCall<object, object>): number {
  const deadline = call.getDeadline();
  const ms = typeof deadline === 'number' ? deadline : deadline.getTime();
  return Number.isFinite(ms) ? ms : Date.now() + longestPollMs;
}

function refuseUnguarded(host: string, { tls, apiKey }: ServerOptions): void {
  const isLoopback = host === 'localhost' || host === '::1' || /^127\./.test(host);
  if (isLoopback || tls?.clientCa || apiKey) return;
  throw new InputError(
    'RFN8001',
    `Refusing to listen on ${host} without protection: anyone who reaches it could start and read workflows. ` +
      'Configure TLS with client certificates (tls.clientCa), or an API key, or listen on 127.0.0.1.',
  );
}

function credentials(tls: TlsOptions | undefined): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  const pair = { cert_chain: readFileSync(tls.certificate), private_key: readFileSync(tls.key) };
  const clientCa = tls.clientCa === undefined ? null : readFileSync(tls.clientCa);
  return ServerCredentials.createSsl(clientCa, [pair], clientCa !== null);
}

function bind(server: Server, host: string, port: number, using: ServerCredentials): Promise<number> {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, using, (error, bound) => {
      if (!error) return resolve(bound);
      reject(new InputError('RFN8004', `Cannot listen on ${address}: ${error.message}`, { cause: error }));
    });
  });
}
