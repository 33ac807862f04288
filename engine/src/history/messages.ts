import type { EnumValue, Message } from './field-kinds.js';

/** Temporal's `temporal.api.failure.v1.Failure`. */
export type Failure = Message<'Failure'>;
export type RetryPolicy = Message<'RetryPolicy'>;
export type WorkflowExecution = Message<'WorkflowExecution'>;
export type Header = Message<'Header'>;
export type Memo = Message<'Memo'>;
export type SearchAttributes = Message<'SearchAttributes'>;
export type UserMetadata = Message<'UserMetadata'>;
export type Link = Message<'Link'>;
export type UpdateRequest = Message<'Request'>;
export type UpdateOutcome = Message<'Outcome'>;

export type TimeoutType = EnumValue<'TimeoutType'>;
export type RetryState = EnumValue<'RetryState'>;
export type ParentClosePolicy = EnumValue<'ParentClosePolicy'>;
export type WorkflowIdReusePolicy = EnumValue<'WorkflowIdReusePolicy'>;
export type ContinueAsNewInitiator = EnumValue<'ContinueAsNewInitiator'>;
export type WorkflowTaskFailedCause = EnumValue<'WorkflowTaskFailedCause'>;
