import type { EnumValue, Message } from '../../history/field-kinds.js';
import type { Failure } from '../../history/messages.js';
import type { Payload } from '../../history/payload.js';

/**
 * Messages that several requests share. Names, nesting and meaning are those of Temporal's API; the field
 * conventions are those of `history/` (numbers, `…Ms`, enum values without their prefix, lists of payloads),
 * so that the gRPC front end is a codec.
 */
export type TaskQueue = Message<'TaskQueue'>;
export type WorkflowType = Message<'WorkflowType'>;
export type ActivityType = Message<'ActivityType'>;
export type Priority = Message<'Priority'>;
export type WorkerVersionStamp = Message<'WorkerVersionStamp'>;
export type WorkerDeploymentVersion = Message<'WorkerDeploymentVersion'>;
export type VersioningOverride = Message<'VersioningOverride'>;
export type VersioningBehavior = EnumValue<'VersioningBehavior'>;

export type WorkflowExecutionStatus =
  'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELED' | 'TERMINATED' | 'CONTINUED_AS_NEW' | 'TIMED_OUT';

/** How a worker routes by version (build ids). `behavior` PINNED keeps a run on the build that began it. */
export interface WorkerVersionCapabilities {
  readonly buildId: string;
  readonly deploymentSeriesName?: string;
  readonly useVersioning?: boolean;
}

export interface WorkflowQuery {
  readonly queryType: string;
  readonly queryArgs?: readonly Payload[];
  readonly header?: Message<'Header'>;
}

export interface WorkflowQueryResult {
  readonly resultType: 'ANSWERED' | 'FAILED';
  readonly answer?: readonly Payload[];
  readonly errorMessage?: string;
  readonly failure?: Failure;
}

/** `temporal.api.protocol.v1.Message`; `body` is the unpacked `Any`. */
export interface ProtocolMessage {
  readonly id: string;
  readonly protocolInstanceId: string;
  /** The worker must have seen this event before it handles the message. */
  readonly eventId?: number;
  readonly body: UpdateMessageBody;
}

export type UpdateMessageBody =
  | ({ readonly type: 'temporal.api.update.v1.Request' } & Message<'Request'>)
  | {
      readonly type: 'temporal.api.update.v1.Acceptance';
      readonly acceptedRequestMessageId?: string;
      readonly acceptedRequestSequencingEventId?: number;
      readonly acceptedRequest?: Message<'Request'>;
    }
  | {
      readonly type: 'temporal.api.update.v1.Rejection';
      readonly rejectedRequestMessageId?: string;
      readonly rejectedRequestSequencingEventId?: number;
      readonly rejectedRequest?: Message<'Request'>;
      readonly failure: Failure;
    }
  | {
      readonly type: 'temporal.api.update.v1.Response';
      readonly meta?: Message<'Meta'>;
      readonly outcome: Message<'Outcome'>;
    };

/** Options of a call that are not part of its message. */
export interface CallOptions {
  /**
   * Ends a long poll or a wait; the call then rejects with the signal's reason. A task that a poll has given to a worker
   * of another process is taken back: the signal then says that the worker did not get it.
   */
  readonly signal?: AbortSignal;
  /** How long a long poll may wait before it answers with nothing. Absent: without end. */
  readonly timeoutMs?: number;
}
