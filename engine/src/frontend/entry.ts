import type { ConnectOptions, RemoteService } from './connect.js';
import type { RunningServer, ServerOptions } from './server.js';

/*
 * The front end's public functions. gRPC and the protobuf API are large: they are loaded by the first call, so
 * that an engine without a front end starts without them.
 */

/**
 * Serves Temporal's gRPC API over the embedded service. Throws `InputError` when the port is taken (RFN8004), or
 * when the address is not a loopback address and nothing guards it (RFN8001).
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  return (await import('./server.js')).startServer(options);
}

/**
 * The service behind an address, with the same calls and errors as the embedded one. Resolves when the server has
 * answered; throws `InputError` RFN8005 when it does not.
 */
export async function connectService(options: ConnectOptions): Promise<RemoteService> {
  return (await import('./connect.js')).connectService(options);
}
