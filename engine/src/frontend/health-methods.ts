import type { Method } from './call.js';

/** `grpc.health.v1.Health/Check`: a server that answers is serving. */
export const healthMethods: Readonly<Record<string, Method>> = {
  Check: async () => ({ status: 'SERVING' }),
};
