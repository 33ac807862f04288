import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { InputError } from '../errors.js';
import { readCertificatePair, readPemFile } from '../tls-options.js';
import type { WorkflowService } from '../service/api.js';
import type { NamespaceCalls } from '../service/api/namespaces.js';
import { apiRoot } from './api-root.js';
import { batchMethods } from './batch-operations.js';
import type { Method } from './call.js';
import { CallLimits } from './call-limits.js';
import { grpcService } from './grpc-definition.js';
import { handleCall, type Gate } from './handle-call.js';
import { healthMethods, healthWatch } from './health-methods.js';
import { inflateRequestsAtOnce } from './inflate-requests.js';
import { operatorMethods } from './operator-methods.js';
import { reflectionServices } from './reflection.js';
import { scheduleMethods } from './schedule-methods.js';
import { systemMethods } from './system-methods.js';
import { taskQueueMethods } from './task-queue-methods.js';
import type { TimeSkipping } from './test-methods.js';
import { testMethods } from './test-methods.js';
import { workerMethods } from './worker-methods.js';
import { workflowMethods } from './workflow-methods.js';

/** Temporal's own limit on a request; a larger one is refused with RESOURCE_EXHAUSTED. */
export const maximumRequestBytes = 4 * 1024 * 1024;
/** Calls under way at once on one connection, long polls included. */
export const maximumCallsPerConnection = 2_000;
const shutdownGraceMs = 3_000;

export interface TlsOptions {
  /** Paths of PEM files. With `clientCa`, clients must present a certificate that it signed. */
  readonly certificate: string;
  readonly key: string;
  readonly clientCa?: string;
}

export interface ServerOptions {
  readonly service: WorkflowService & NamespaceCalls;
  /** 0 takes a free port. Default 7233. */
  readonly port?: number;
  /** Default 127.0.0.1. Another address needs TLS with client certificates, or an API key. */
  readonly host?: string;
  readonly tls?: TlsOptions;
  /** Clients must send it as `authorization: Bearer <key>`. */
  readonly apiKey?: string;
  /** Registered when they are not yet; `default` always is. */
  readonly namespaces?: readonly string[];
  /** Adds Temporal's TestService, which controls this clock; called with the namespace that a call's metadata name. */
  readonly timeSkipping?: (namespace: string | undefined) => Promise<TimeSkipping>;
}

export interface RunningServer {
  /** `host:port` as clients take it. */
  readonly address: string;
  readonly port: number;
  /** Ends long polls and waits until calls under way are answered. */
  close(): Promise<void>;
}

/**
 * Serves Temporal's gRPC API over the embedded service. Throws `InputError` when the port is taken (RFN8004), a
 * certificate or key cannot be used (RFN8003), or the address is not a loopback address and nothing guards it (RFN8001).
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1';
  refuseUnguarded(host, options);
  inflateRequestsAtOnce();
  const root = apiRoot();
  const closing = new AbortController();
  await registerMissing(options.service, options.namespaces ?? []);
  const server = new Server({
    'grpc.max_receive_message_length': maximumRequestBytes,
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': maximumCallsPerConnection,
    // Nobody asks for grpc-js' own statistics of calls and messages.
    'grpc.enable_channelz': 0,
    // A caller that is gone without a word holds long polls, and with them tasks: it is asked whether it is there.
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 20_000,
  });
  const gate: Gate = {
    root,
    apiKey: options.apiKey,
    closing: closing.signal,
    limits: new CallLimits(),
    underWay: new Set(),
  };
  const tables = methodTables(options);
  for (const [name, methods] of Object.entries(tables)) {
    const { definition, methods: served } = grpcService(root, name);
    const calls = Object.fromEntries(
      served.map((method) => [method.name, handleCall(methods[method.name], method, gate)]),
    );
    server.addService(definition, calls as UntypedServiceImplementation);
  }
  for (const { definition, calls } of [
    healthWatch(root, closing.signal),
    ...reflectionServices(root, Object.keys(tables), gate),
  ])
    server.addService(definition, calls);
  const port = await bind(server, host, options.port ?? 7233, credentials(options.tls));
  return {
    address: `${host}:${port}`,
    port,
    close: () => {
      const reason = new DOMException('The server is shutting down', 'AbortError');
      closing.abort(reason);
      for (const call of gate.underWay) call.abort(reason);
      gate.underWay.clear();
      return shutDown(server);
    },
  };
}

/** Waits for the calls under way; a caller that does not let go is cut off. */
function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.forceShutdown(), shutdownGraceMs);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}

async function registerMissing(service: NamespaceCalls, wanted: readonly string[]): Promise<void> {
  const { namespaces } = await service.listNamespaces();
  const known = new Set(namespaces.map(({ namespaceInfo }) => namespaceInfo.name));
  for (const namespace of new Set(wanted)) {
    if (!known.has(namespace)) await service.registerNamespace({ namespace });
  }
}

function methodTables({
  service,
  timeSkipping,
}: ServerOptions): Record<string, Readonly<Record<string, Method>>> {
  return {
    'temporal.api.workflowservice.v1.WorkflowService': {
      ...systemMethods(service),
      ...workflowMethods(service),
      ...workerMethods(service),
      ...taskQueueMethods(service),
      ...batchMethods(service),
      ...scheduleMethods(service),
    },
    'temporal.api.operatorservice.v1.OperatorService': operatorMethods(service),
    'grpc.health.v1.Health': healthMethods,
    ...(timeSkipping && { 'temporal.api.testservice.v1.TestService': testMethods(timeSkipping) }),
  };
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
  const own = readCertificatePair(tls, 'server’s')!;
  const clientCa = tls.clientCa === undefined ? null : readPemFile(tls.clientCa, 'clients’ authority');
  const pair = { cert_chain: own.certificate, private_key: own.key };
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
