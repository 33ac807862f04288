import {
  arrayFromRecorded,
  defaultFailureConverter,
  ensureTemporalFailure,
  defaultPayloadConverter,
  toRecorded,
  type EventAttributes,
  type Payload,
} from '@refrain/engine/internal';

export type Failure = NonNullable<EventAttributes<'WorkflowExecutionFailed'>['failure']>;

/** How the environment writes and reads values where it stands in for a workflow or an activity. */
export interface Conversion {
  toPayloads(value: unknown): readonly Payload[];
  fromPayloads(payloads: readonly Payload[] | undefined): unknown[];
  toFailure(error: unknown): Failure;
}

export const defaultConversion: Conversion = {
  toPayloads: (value) => [toRecorded(defaultPayloadConverter, value)],
  fromPayloads: (payloads) => arrayFromRecorded(defaultPayloadConverter, payloads),
  toFailure: (error) =>
    defaultFailureConverter.errorToFailure(ensureTemporalFailure(error), defaultPayloadConverter),
};
