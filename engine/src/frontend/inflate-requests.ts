import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import { status as grpcStatus } from '@grpc/grpc-js';

/** What is used of the class inside of grpc-js that receives a call's messages. */
interface ReceivingCall {
  readonly maxReceiveMessageSize: number;
  decompressMessage(message: Buffer, encoding: string): Promise<Buffer> | Buffer;
}

const prefixBytes = 5;
let done = false;

/**
 * Lets grpc-js inflate requests in one step. It sends each through a stream of its own and the thread pool, which
 * costs ten times as much as to inflate the few hundred bytes of a request: with Temporal's workers, which compress
 * whatever they send, a quarter of the server's time. What is accepted and refused stays the same. Where a release of
 * grpc-js is built otherwise, nothing is changed.
 */
export function inflateRequestsAtOnce(): void {
  if (done) return;
  done = true;
  const prototype = receivingCallPrototype();
  if (typeof prototype?.decompressMessage !== 'function') return;
  const original = prototype.decompressMessage;
  prototype.decompressMessage = function (message, encoding) {
    const limit = this.maxReceiveMessageSize;
    if (encoding !== 'gzip' || limit === -1) return original.call(this, message, encoding);
    return inflate(message.subarray(prefixBytes), limit);
  };
}

function receivingCallPrototype(): ReceivingCall | undefined {
  try {
    const module = createRequire(import.meta.url)('@grpc/grpc-js/build/src/server-interceptors.js') as {
      readonly BaseServerInterceptingCall?: { readonly prototype: ReceivingCall };
    };
    return module.BaseServerInterceptingCall?.prototype;
  } catch {
    return undefined;
  }
}

async function inflate(bytes: Buffer, limit: number): Promise<Buffer> {
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    // The form in which grpc-js takes a refusal.
    throw tooLarge
      ? { code: grpcStatus.RESOURCE_EXHAUSTED, details: `the message inflates to more than ${limit} bytes` }
      : { code: grpcStatus.INVALID_ARGUMENT, details: 'the message is not gzip' };
  }
}
