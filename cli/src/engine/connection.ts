import { resolve } from 'node:path';
import {
  Client,
  connectService,
  openEngine,
  type ClientTlsFiles,
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
  const tls = tlsOf(given, { cwd, env });
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

function tlsOf(
  given: ConnectionArguments,
  { cwd, env }: Pick<Terminal, 'cwd' | 'env'>,
): ConnectOptions['tls'] {
  const file = (option: string | undefined, variable: string) => {
    const path = option ?? env[variable];
    return path === undefined ? undefined : resolve(cwd, path);
  };
  const files = {
    ca: file(given['tls-ca-path'], 'TEMPORAL_TLS_SERVER_CA_CERT_PATH'),
    certificate: file(given['tls-cert-path'], 'TEMPORAL_TLS_CLIENT_CERT_PATH'),
    key: file(given['tls-key-path'], 'TEMPORAL_TLS_CLIENT_KEY_PATH'),
    serverName: given['tls-server-name'] ?? env['TEMPORAL_TLS_SERVER_NAME'],
  };
  const named = Object.entries(files).filter(([, value]) => value !== undefined);
  if (named.length > 0) return Object.fromEntries(named) as ClientTlsFiles;
  return given.tls || env['TEMPORAL_TLS'] === 'true' ? true : undefined;
}
