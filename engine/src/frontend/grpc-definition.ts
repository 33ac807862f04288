import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import type { Method as ProtoMethod, Root, Type } from 'protobufjs';
import { ServiceError } from '../service/errors.js';
import { decodeMessage, encodeMessage } from './wire-codec.js';

export interface ServedMethod {
  readonly name: string;
  /** Whether the request has a field `namespace`, which then must be set. */
  readonly hasNamespace: boolean;
}

export interface GrpcService {
  readonly definition: ServiceDefinition;
  /** The service's unary methods. */
  readonly methods: readonly ServedMethod[];
}

/** The gRPC definition of a service of Temporal's API, with messages in the service's form. */
export function grpcService(root: Root, fullName: string): GrpcService {
  const service = root.lookupService(fullName);
  const definition: Record<string, MethodDefinition<object, object>> = {};
  const unary = service.methodsArray.filter((method) => !method.requestStream && !method.responseStream);
  for (const method of unary) definition[method.name] = methodDefinition(fullName, method);
  const methods = unary.map((method) => ({
    name: method.name,
    hasNamespace: isWorkflowService(fullName) && 'namespace' in method.resolvedRequestType!.fields,
  }));
  return { definition: definition as ServiceDefinition, methods };
}

/** OperatorService takes a request without a namespace for the default one, and so does the service. */
function isWorkflowService(fullName: string): boolean {
  return fullName.endsWith('.WorkflowService');
}

function methodDefinition(service: string, method: ProtoMethod): MethodDefinition<object, object> {
  method.resolve();
  const request = messageSerializer(method.resolvedRequestType!);
  const response = messageSerializer(method.resolvedResponseType!);
  return {
    path: `/${service}/${method.name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: request.serialize,
    requestDeserialize: (bytes) => orMalformed(() => request.deserialize(bytes)),
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize,
  };
}

/**
 * A request that is no message of its type. gRPC would answer INTERNAL, as for a defect of the server; it is the
 * caller's, and says what is wrong.
 */
export class MalformedMessage {
  readonly refusal: ServiceError;

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `the request is not a message of its type: ${reason}`;
    this.refusal = new ServiceError('RFN8002', 'INVALID_ARGUMENT', 'InvalidArgument', message);
  }
}

function orMalformed(decode: () => object): object {
  try {
    return decode();
  } catch (error) {
    return new MalformedMessage(error);
  }
}

export function messageSerializer(type: Type) {
  return {
    serialize: (value: object) => encodeMessage(type, value),
    deserialize: (bytes: Buffer) => decodeMessage(type, bytes),
  };
}
