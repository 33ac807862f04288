import type { ServerUnaryCall } from '@grpc/grpc-js';
import type { ServerHttp2Stream } from 'node:http2';

/**
 * Tells when the stream of an answered call breaks before the answer has gone out: the connection was lost, or the
 * caller had given the call up. Called just before the answer is handed to grpc-js, which keeps the stream to itself and
 * says of a call only that it has ended. Where a release of grpc-js is built otherwise, nothing is told.
 */
export function onUndelivered(call: ServerUnaryCall<object, object>, lost: () => void): void {
  const { call: receiving } = call as unknown as { call?: { stream?: ServerHttp2Stream } };
  const stream = receiving?.stream;
  if (typeof stream?.once !== 'function') return;
  stream.once('close', () => {
    if (stream.rstCode) lost();
  });
}
