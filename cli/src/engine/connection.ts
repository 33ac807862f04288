import { resolve } from 'node:path';
import {
  Client,
  connectService,
  openEngine,
  type ConnectOptions,
  type WorkflowService,
} from '@refrain/engine';
import type { Terminal } from '../terminal.js';

/** A client, of a file's engine or of a server, and how to let go of it. */
export interface Connection extends AsyncDisposable {
  readonly client: Client;
  readonly service: WorkflowService;
}

export interface ConnectionArguments {
  readonly file: string | undefined;
  readonly address: string | undefined;
  readonly namespace: string | undefined;
  readonly tls: boolean;
  readonly 'tls-ca-path': string | undefined;
  readonly 'tls-cert-path': string | undefined;
  readonly 'tls-key-path': string | undefined;
  readonly 'tls-server-name': string | undefined;
  readonly 'api-key': string | undefined;
}

const defaultAddress = '127.0.0.1:7233';

/** Opens the file, if one is given, else connects to the address (by default to a `refrain dev` on this machine). */
export async function connect(given: ConnectionArguments, { cwd, env }: Terminal): Promise<Connection> {
  if (given.file !== undefined) {
    const engine = await openEngine({ file: resolve(cwd, given.file) });
    const { client, service } = engine;
    return { client, service, [Symbol.asyncDispose]: () => engine.close() };
  }
  const address = given.address ?? env['TEMPORAL_ADDRESS'] ?? defaultAddress;
  const namespace = given.namespace ?? env['TEMPORAL_NAMESPACE'];
  const apiKey = given['api-key'] ?? env['TEMPORAL_API_KEY'];
  const tls = tlsOf(given, cwd);
  const remote = await connectService({
    address,
    ...(namespace !== undefined && { namespace }),
    ...(apiKey !== undefined && { apiKey }),
    ...(tls !== undefined && { tls }),
  });
  const { service } = remote;
  return {
    client: new Client({ connection: { service } }),
    service,
    [Symbol.asyncDispose]: async () => remote.close(),
  };
}

function tlsOf(given: ConnectionArguments, cwd: string): ConnectOptions['tls'] {
  const file = (path: string | undefined) => (path === undefined ? undefined : resolve(cwd, path));
  const entries = Object.entries({
    ca: file(given['tls-ca-path']),
    certificate: file(given['tls-cert-path']),
    key: file(given['tls-key-path']),
    serverName: given['tls-server-name'],
  }).filter(([, value]) => value !== undefined);
  if (entries.length > 0)
    return Object.fromEntries(entries) as Exclude<ConnectOptions['tls'], true | undefined>;
  return given.tls ? true : undefined;
}
