import { status as grpcStatus, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import type { Root } from 'protobufjs';
import { ServiceError } from '../service/errors.js';
import type { CallLimits } from './call-limits.js';
import type { Method } from './call.js';
import { longestPollMs, longPollBudgetMs } from './call.js';
import { checkRequest } from './check-request.js';
import type { ServedMethod } from './grpc-definition.js';
import { MalformedMessage } from './grpc-definition.js';
import { statusOf } from './status.js';
import { onUndelivered } from './undelivered.js';

/** What all calls of a server pass through. */
export interface Gate {
  readonly root: Root;
  readonly apiKey: string | undefined;
  /** Aborted when the server shuts down. */
  readonly closing: AbortSignal;
  /** One for each call that is not answered yet; aborted when its caller hangs up or the server shuts down. */
  readonly underWay: Set<CallEnd>;
  readonly limits: CallLimits;
}

/** Wraps a method: checks the key and the request, carries the caller's deadline, maps errors to statuses. */
export function handleCall(method: Method | undefined, served: ServedMethod, gate: Gate) {
  return (call: ServerUnaryCall<object, object>, callback: sendUnaryData<object>): void => {
    if (!method) {
      callback({
        code: grpcStatus.UNIMPLEMENTED,
        details: `${served.name} is not implemented by this server`,
      });
      return;
    }
    const end = new CallEnd();
    gate.underWay.add(end);
    // Also told of a call that was answered, once its stream closes.
    call.on('cancelled', () => {
      if (gate.underWay.delete(end)) end.abort(hungUp());
    });
    const run = async () => {
      checkKey(call, gate);
      const { request } = call;
      if (request instanceof MalformedMessage) throw request.refusal;
      checkRequest(request, served);
      const endOfCall = gate.limits.begin((request as { namespace?: string }).namespace ?? '');
      try {
        const namespace = call.metadata.get('temporal-namespace')[0]?.toString();
        const longPollMs = longPollBudgetMs(deadlineMs(call), Date.now());
        const context = {
          longPollMs,
          namespace,
          get signal() {
            return end.signal;
          },
        };
        return await method(request as never, context);
      } finally {
        endOfCall();
      }
    };
    run().then(
      (response = {}) => {
        gate.underWay.delete(end);
        if ('taskToken' in (response as object)) onUndelivered(call, () => end.abort(hungUp()));
        callback(null, response as object);
      },
      (error: unknown) => {
        gate.underWay.delete(end);
        callback(statusOf(gate.root, error));
      },
    );
  };
}

/** The signal of one call. Most calls never look at it, and signals are costly: it is made when somebody does. */
export class CallEnd {
  #controller: AbortController | undefined;
  #reason: DOMException | undefined;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  abort(reason: DOMException): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

function hungUp(): DOMException {
  return new DOMException('The caller hung up', 'AbortError');
}

/** Throws UNAUTHENTICATED unless the caller sent the server's API key, if it has one. */
export function checkKey({ metadata }: Pick<ServerUnaryCall<object, object>, 'metadata'>, gate: Gate): void {
  if (gate.apiKey === undefined || metadata.get('authorization')[0] === `Bearer ${gate.apiKey}`) return;
  throw new ServiceError('RFN8008', 'UNAUTHENTICATED', 'Unauthenticated', 'This server asks for an API key');
}

function deadlineMs(call: ServerUnaryCall<object, object>): number {
  const deadline = call.getDeadline();
  const ms = typeof deadline === 'number' ? deadline : deadline.getTime();
  return Number.isFinite(ms) ? ms : Date.now() + longestPollMs;
}
