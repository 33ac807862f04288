import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  ServerFailure,
  TemporalFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '../failures/failures.js';
import { optionalTimeoutMs } from '../failures/duration.js';
import { isError, isRecord } from '../failures/instance-of.js';
import type { Failure } from '../history/messages.js';
import {
  arrayFromRecorded,
  arrayToRecorded,
  fromRecorded,
  toRecorded,
  type PayloadConverter,
  type SerializationContext,
} from './payload-converter.js';

/** Turns errors into recorded failures and back. Semantics: Temporal's `FailureConverter`. */
export interface FailureConverter {
  errorToFailure(error: unknown, payloadConverter: PayloadConverter, context?: SerializationContext): Failure;
  failureToError(failure: Failure, payloadConverter: PayloadConverter, context?: SerializationContext): Error;
}

export interface DefaultFailureConverterOptions {
  /** Put message and stack into a payload, so that a codec can encrypt them. */
  encodeCommonAttributes: boolean;
}

export const failureSource = 'TypeScriptSDK';

export class DefaultFailureConverter implements FailureConverter {
  readonly options: DefaultFailureConverterOptions;

  constructor(options?: Partial<DefaultFailureConverterOptions>) {
    this.options = { encodeCommonAttributes: options?.encodeCommonAttributes ?? false };
  }

  errorToFailure(error: unknown, converter: PayloadConverter, context?: SerializationContext): Failure {
    const failure = this.#toFailure(error, converter, context);
    if (!this.options.encodeCommonAttributes) return failure;
    const { message, stackTrace } = failure;
    const encodedAttributes = toRecorded(converter, { message, stack_trace: stackTrace }, context);
    return { ...failure, message: 'Encoded failure', stackTrace: '', encodedAttributes };
  }

  failureToError(failure: Failure, converter: PayloadConverter, context?: SerializationContext): Error {
    const decoded = decodeCommonAttributes(failure, converter, context);
    const cause = decoded.cause ? this.failureToError(decoded.cause, converter, context) : undefined;
    const error = makeError(decoded, cause, converter, context);
    error.stack = decoded.stackTrace ?? '';
    error.failure = decoded;
    return error;
  }

  #toFailure(error: unknown, converter: PayloadConverter, context?: SerializationContext): Failure {
    if (error instanceof TemporalFailure) {
      if (error.failure) return error.failure;
      return { ...this.#common(error, converter, context), ...infoOf(error, converter, context) };
    }
    if (isError(error)) return this.#common(error, converter, context);
    const unusual =
      ' [A non-Error value was thrown from your code. We recommend throwing Error objects so that we can provide a stack trace]';
    const message = isRecord(error) ? readable(error) : String(error);
    return { source: failureSource, message: message + unusual };
  }

  #common(error: Error, converter: PayloadConverter, context?: SerializationContext): Failure {
    const cause = isError(error.cause) ? { cause: this.errorToFailure(error.cause, converter, context) } : {};
    return {
      message: String(error.message ?? ''),
      stackTrace: error.stack ?? '',
      source: failureSource,
      ...cause,
    };
  }
}

function readable(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function decodeCommonAttributes(
  failure: Failure,
  converter: PayloadConverter,
  context?: SerializationContext,
): Failure {
  if (!failure.encodedAttributes) return failure;
  const attributes = fromRecorded(converter, failure.encodedAttributes, context);
  if (!isRecord(attributes)) return failure;
  return {
    ...failure,
    ...(typeof attributes.message === 'string' ? { message: attributes.message } : {}),
    ...(typeof attributes.stack_trace === 'string' ? { stackTrace: attributes.stack_trace } : {}),
  };
}

function makeError(
  failure: Failure,
  cause: Error | undefined,
  converter: PayloadConverter,
  context?: SerializationContext,
): TemporalFailure {
  const message = failure.message;
  const details = (payloads: Parameters<typeof arrayFromRecorded>[1]): unknown[] =>
    arrayFromRecorded(converter, payloads, context);
  const application = failure.applicationFailureInfo;
  if (application) {
    return new ApplicationFailure(
      message,
      application.type,
      application.nonRetryable ?? false,
      details(application.details),
      cause,
      undefined,
      application.category === 'BENIGN' ? 'BENIGN' : undefined,
    );
  }
  if (failure.serverFailureInfo) {
    return new ServerFailure(message, failure.serverFailureInfo.nonRetryable ?? false, cause);
  }
  const timeout = failure.timeoutFailureInfo;
  if (timeout) {
    const type = timeout.timeoutType === 'UNSPECIFIED' ? undefined : timeout.timeoutType;
    return withCause(new TimeoutFailure(message, details(timeout.lastHeartbeatDetails)[0], type), cause);
  }
  if (failure.terminatedFailureInfo) return new TerminatedFailure(message, cause);
  if (failure.canceledFailureInfo) {
    return new CancelledFailure(message, details(failure.canceledFailureInfo.details), cause);
  }
  if (failure.resetWorkflowFailureInfo) {
    const heartbeat = details(failure.resetWorkflowFailureInfo.lastHeartbeatDetails);
    return new ApplicationFailure(message, 'ResetWorkflow', false, heartbeat, cause);
  }
  return makeWrappingError(failure, cause);
}

/** Failures that say where a cause came from. */
function makeWrappingError(failure: Failure, cause: Error | undefined): TemporalFailure {
  const child = failure.childWorkflowExecutionFailureInfo;
  if (child) {
    return new ChildWorkflowFailure(
      child.namespace,
      { ...child.workflowExecution },
      child.workflowType?.name ?? '',
      child.retryState === 'UNSPECIFIED' ? undefined : child.retryState,
      cause,
    );
  }
  const activity = failure.activityFailureInfo;
  if (activity) {
    return new ActivityFailure(
      failure.message,
      activity.activityType?.name ?? '',
      activity.activityId,
      activity.retryState === 'UNSPECIFIED' ? undefined : activity.retryState,
      activity.identity,
      cause,
    );
  }
  return new TemporalFailure(failure.message, cause);
}

function withCause<E extends TemporalFailure>(error: E, cause: Error | undefined): E {
  if (cause) Object.assign(error, { cause });
  return error;
}

function infoOf(
  error: TemporalFailure,
  converter: PayloadConverter,
  context?: SerializationContext,
): Failure {
  const details = (values: readonly unknown[] | null | undefined) =>
    values && values.length > 0 ? { details: arrayToRecorded(converter, values, context) } : {};
  if (error instanceof ActivityFailure) {
    const { activityType, activityId, retryState, identity } = error;
    return {
      activityFailureInfo: { activityType: { name: activityType }, activityId, retryState, identity },
    };
  }
  if (error instanceof ChildWorkflowFailure) {
    const { namespace, execution, workflowType, retryState } = error;
    const workflowExecution = {
      workflowId: execution.workflowId ?? undefined,
      runId: execution.runId ?? undefined,
    };
    return {
      childWorkflowExecutionFailureInfo: {
        namespace,
        workflowExecution,
        workflowType: { name: workflowType },
        retryState,
      },
    };
  }
  if (error instanceof ApplicationFailure) {
    const nextRetryDelayMs = optionalTimeoutMs(error.nextRetryDelay, 'nextRetryDelay');
    return {
      applicationFailureInfo: {
        ...(typeof error.type === 'string' ? { type: error.type } : {}),
        nonRetryable: error.nonRetryable === true,
        ...details(error.details),
        ...(nextRetryDelayMs === undefined ? {} : { nextRetryDelayMs }),
        ...(error.category ? { category: error.category } : {}),
      },
    };
  }
  if (error instanceof CancelledFailure) return { canceledFailureInfo: details(error.details) };
  if (error instanceof TimeoutFailure) {
    const heartbeat = error.lastHeartbeatDetails;
    const lastHeartbeatDetails = heartbeat ? arrayToRecorded(converter, [heartbeat], context) : undefined;
    return { timeoutFailureInfo: { timeoutType: error.timeoutType, lastHeartbeatDetails } };
  }
  if (error instanceof ServerFailure) return { serverFailureInfo: { nonRetryable: error.nonRetryable } };
  return error instanceof TerminatedFailure ? { terminatedFailureInfo: {} } : {};
}

export const defaultFailureConverter: FailureConverter = new DefaultFailureConverter();
