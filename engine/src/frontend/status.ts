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
  if (error.operation !== undefined) return statusOf(root, togetherRefused(root, error, error.operation));
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
  if (!hasDetail(root, error)) return undefined;
  const name = detailName(error);
  const value = encodeMessage(root.lookupType(name), error.details);
  return { type_url: `type.googleapis.com/${name}`, value };
}

/** Not every reason has a message of Temporal's. */
function hasDetail(root: Root, error: ServiceError): boolean {
  return root.lookup(detailName(error)) !== null;
}

function detailName({ reason }: ServiceError): string {
  return `temporal.api.errordetails.v1.${reason}Failure`;
}

/** Of operations that are done together or not at all, one is refused and the other was never begun. */
function togetherRefused(root: Root, error: ServiceError, operation: number): ServiceError {
  const refused = {
    code: grpcStatus[error.status],
    message: error.message,
    details: hasDetail(root, error) ? [{ type: detailName(error), ...error.details }] : [],
  };
  const aborted = {
    code: grpcStatus.ABORTED,
    message: 'Operation was aborted.',
    details: [{ type: 'temporal.api.failure.v1.MultiOperationExecutionAborted' }],
  };
  const statuses = operation === 0 ? [refused, aborted] : [aborted, refused];
  const message = 'Update-with-Start could not be executed.';
  return new ServiceError(error.code, error.status, 'MultiOperationExecution', message, { statuses });
}
