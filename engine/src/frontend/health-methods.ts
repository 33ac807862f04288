import type { ServerWritableStream, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Method } from './call.js';
import { messageSerializer } from './grpc-definition.js';
import type { Root } from 'protobufjs';

/** `grpc.health.v1.Health/Check`: a server that answers is serving. */
export const healthMethods: Readonly<Record<string, Method>> = {
  Check: async () => ({ status: 'SERVING' }),
};

/** `grpc.health.v1.Health/Watch`: says that the server is serving, and nothing more while it does. */
export function healthWatch(
  root: Root,
  closing: AbortSignal,
): {
  readonly definition: ServiceDefinition;
  readonly calls: UntypedServiceImplementation;
} {
  const request = messageSerializer(root.lookupType('grpc.health.v1.HealthCheckRequest'));
  const response = messageSerializer(root.lookupType('grpc.health.v1.HealthCheckResponse'));
  const definition = {
    Watch: {
      path: '/grpc.health.v1.Health/Watch',
      requestStream: false,
      responseStream: true,
      requestSerialize: request.serialize,
      requestDeserialize: request.deserialize,
      responseSerialize: response.serialize,
      responseDeserialize: response.deserialize,
    },
  } as ServiceDefinition;
  const calls = {
    Watch: (call: ServerWritableStream<object, object>) => {
      call.write({ status: 'SERVING' });
      const end = () => call.end();
      closing.addEventListener('abort', end, { once: true });
      call.on('cancelled', () => closing.removeEventListener('abort', end));
    },
  };
  return { definition, calls };
}
