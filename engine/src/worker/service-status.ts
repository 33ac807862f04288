import type { ServiceError, ServiceStatus } from '../service/errors.js';

/** Whether the service refused a call with this status. By shape: the service may be behind a connection. */
export function hasStatus(error: unknown, status: ServiceStatus): boolean {
  return error instanceof Error && (error as Partial<ServiceError>).status === status;
}
