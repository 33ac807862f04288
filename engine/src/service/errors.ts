import { RefrainError } from '../errors.js';

/** gRPC status names: what a front end answers with, and what a client's errors are made from. */
export type ServiceStatus =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'FAILED_PRECONDITION'
  | 'RESOURCE_EXHAUSTED'
  | 'DEADLINE_EXCEEDED'
  | 'CANCELLED'
  | 'ABORTED'
  | 'UNAVAILABLE'
  | 'UNIMPLEMENTED'
  | 'UNAUTHENTICATED'
  | 'PERMISSION_DENIED'
  | 'INTERNAL';

/**
 * A request that the service refuses. `reason` names Temporal's error detail (`WorkflowExecutionAlreadyStarted`,
 * `NotFound`, `QueryFailed` …), `details` its fields.
 */
export class ServiceError extends RefrainError {
  readonly status: ServiceStatus;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Of a call of several operations, the number of the one that was refused. */
  operation: number | undefined;

  constructor(
    code: string,
    status: ServiceStatus,
    reason: string,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(code, message);
    this.status = status;
    this.reason = reason;
    this.details = details;
  }
}

/** Does one of several operations, at once; what it throws, or rejects with, tells which. */
export function inOperation<T>(operation: number, run: () => T): T {
  const mark = (error: unknown): never => {
    if (error instanceof ServiceError) error.operation = operation;
    throw error;
  };
  try {
    const result = run();
    return result instanceof Promise ? (result.catch(mark) as T) : result;
  } catch (error) {
    return mark(error);
  }
}

export function invalidArgument(message: string): ServiceError {
  return new ServiceError('RFN2001', 'INVALID_ARGUMENT', 'InvalidArgument', message);
}

export function notFound(message: string): ServiceError {
  return new ServiceError('RFN2002', 'NOT_FOUND', 'NotFound', message);
}
