import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import type { Method as ProtoMethod, Root, Type } from 'protobufjs';
import { wireCodecOf } from './wire-codec.js';

export interface GrpcService {
  readonly definition: ServiceDefinition;
  /** Names of the service's unary methods. */
  readonly methods: readonly string[];
}

/** The gRPC definition of a service of Temporal's API, with messages in the service's form. */
export function grpcService(root: Root, fullName: string): GrpcService {
  const service = root.lookupService(fullName);
  const definition: Record<string, MethodDefinition<object, object>> = {};
  const unary = service.methodsArray.filter((method) => !method.requestStream && !method.responseStream);
  for (const method of unary) definition[method.name] = methodDefinition(fullName, method);
  return { definition: definition as ServiceDefinition, methods: unary.map((method) => method.name) };
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
    requestDeserialize: request.deserialize,
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize,
  };
}

function messageSerializer(type: Type) {
  const codec = wireCodecOf(type);
  return {
    serialize: (value: object) => Buffer.from(type.encode(codec.toWire(value) as object).finish()),
    deserialize: (bytes: Buffer) => codec.fromWire(type.decode(bytes)) as object,
  };
}
