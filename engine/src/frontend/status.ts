import { Metadata, status as grpcStatus, type StatusObject } from '@grpc/grpc-js';
import type { Root } from 'protobufjs';
import { ServiceError } from '../service/errors.js';
import { encodeMessage } from './wire-codec.js';

/** Builds the answer to a failed call: Temporal's gRPC status, and its error detail in the trailers. */
export function statusOf(root: Root, error: unknown): Partial<StatusObject> {
  if (!(error instanceof ServiceError)) {
    // An aborted long poll, or a defect: never a stack to a stranger.
    const cancelled = error instanceof Error && error.name === 'AbortError';
    const message = error instanceof Error ? error.message : String(error);
    return { code: cancelled ? grpcStatus.CANCELLED : grpcStatus.INTERNAL, details: message };
  }
  const code = grpcStatus[error.status];
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', encodeRpcStatus(root, error, code));
  return { code, details: error.message, metadata };
}

/** `google.rpc.Status` with the detail that `reason` names, where Temporal has one of that name. */
function encodeRpcStatus(root: Root, error: ServiceError, code: number): Buffer {
  const rpcStatus = root.lookupType('google.rpc.Status');
  const detail = encodeDetail(root, error);
  const message = rpcStatus.fromObject({ code, message: error.message, details: detail ? [detail] : [] });
  return Buffer.from(rpcStatus.encode(message).finish());
}

function encodeDetail(root: Root, error: ServiceError): { type_url: string; value: Uint8Array } | undefined {
  const name = `temporal.api.errordetails.v1.${error.reason}Failure`;
  const type = root.lookup(name);
  if (!type) return undefined;
  const value = encodeMessage(root.lookupType(name), error.details);
  return { type_url: `type.googleapis.com/${name}`, value };
}
