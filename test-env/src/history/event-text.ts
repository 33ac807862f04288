import type { EventAttributes, EventType, HistoryEvent } from '@refrain/engine/internal';
import { durationText } from './duration-text.js';
import { failureText } from './failure-text.js';
import { payloadsText, payloadValues, valueText } from './payload-text.js';

type Describe<T extends EventType> = (attributes: EventAttributes<T>, names: EventNames) => string;

/** Names what an event refers to by event id: `chargePayment#2`. */
export type EventNames = (eventId: number | undefined) => string;

/** One line for each event that tells a reader something; the others are named by their type. */
const descriptions: { readonly [T in EventType]?: Describe<T> } = {
  WorkflowExecutionStarted: (a) =>
    `workflow ${a.workflowType.name}(${payloadsText(a.input)}) started${(a.attempt ?? 1) > 1 ? `, attempt ${a.attempt}` : ''}`,
  WorkflowExecutionCompleted: (a) => `workflow completed${resultText(a.result)}`,
  WorkflowExecutionFailed: (a) => `workflow failed: ${failureText(a.failure)}`,
  WorkflowExecutionTimedOut: () => 'workflow timed out',
  WorkflowExecutionCanceled: () => 'workflow cancelled',
  WorkflowExecutionTerminated: (a) => `workflow terminated${a.reason ? `: ${a.reason}` : ''}`,
  WorkflowExecutionContinuedAsNew: (a) =>
    `workflow continued as new: ${a.workflowType.name}(${payloadsText(a.input)})`,
  WorkflowExecutionSignaled: (a) => `signal ${a.signalName}(${payloadsText(a.input)})`,
  WorkflowExecutionCancelRequested: (a) => `cancellation requested${a.cause ? `: ${a.cause}` : ''}`,
  WorkflowExecutionUpdateAdmitted: (a) => `update ${a.request?.input?.name ?? '?'} admitted`,
  WorkflowExecutionUpdateAccepted: (a) =>
    `update ${a.acceptedRequest?.input?.name ?? '?'}(${payloadsText(a.acceptedRequest?.input?.args)}) accepted`,
  WorkflowExecutionUpdateRejected: (a) => `update rejected: ${failureText(a.failure)}`,
  WorkflowExecutionUpdateCompleted: (a) =>
    a.outcome?.failure
      ? `update failed: ${failureText(a.outcome.failure)}`
      : `update completed${resultText(a.outcome?.success)}`,
  WorkflowTaskFailed: (a) => `workflow task failed (${a.cause ?? 'no cause'}): ${failureText(a.failure)}`,
  WorkflowTaskTimedOut: () => 'workflow task timed out',
  ActivityTaskScheduled: (a, names) => `activity ${names(undefined)}(${payloadsText(a.input)}) scheduled`,
  ActivityTaskStarted: (a, names) =>
    `activity ${names(a.scheduledEventId)} started, attempt ${a.attempt ?? 1}`,
  ActivityTaskCompleted: (a, names) =>
    `activity ${names(a.scheduledEventId)} completed${resultText(a.result)}`,
  ActivityTaskFailed: (a, names) => `activity ${names(a.scheduledEventId)} failed: ${failureText(a.failure)}`,
  ActivityTaskTimedOut: (a, names) =>
    `activity ${names(a.scheduledEventId)} timed out: ${failureText(a.failure)}`,
  ActivityTaskCancelRequested: (a, names) => `activity ${names(a.scheduledEventId)}: cancellation requested`,
  ActivityTaskCanceled: (a, names) => `activity ${names(a.scheduledEventId)} cancelled`,
  TimerStarted: (a, names) =>
    `timer ${names(undefined)} started: ${durationText(a.startToFireTimeoutMs ?? 0)}`,
  TimerFired: (a, names) => `timer ${names(a.startedEventId)} fired`,
  TimerCanceled: (a, names) => `timer ${names(a.startedEventId)} cancelled`,
  MarkerRecorded: (a) => `marker ${a.markerName}${markerText(a.details)}`,
  StartChildWorkflowExecutionInitiated: (a, names) =>
    `child ${names(undefined)}(${payloadsText(a.input)}) initiated`,
  StartChildWorkflowExecutionFailed: (a, names) =>
    `child ${names(a.initiatedEventId)} not started: ${a.cause ?? 'no cause'}`,
  ChildWorkflowExecutionStarted: (a, names) => `child ${names(a.initiatedEventId)} started`,
  ChildWorkflowExecutionCompleted: (a, names) =>
    `child ${names(a.initiatedEventId)} completed${resultText(a.result)}`,
  ChildWorkflowExecutionFailed: (a, names) =>
    `child ${names(a.initiatedEventId)} failed: ${failureText(a.failure)}`,
  ChildWorkflowExecutionCanceled: (a, names) => `child ${names(a.initiatedEventId)} cancelled`,
  ChildWorkflowExecutionTimedOut: (a, names) => `child ${names(a.initiatedEventId)} timed out`,
  ChildWorkflowExecutionTerminated: (a, names) => `child ${names(a.initiatedEventId)} terminated`,
  SignalExternalWorkflowExecutionInitiated: (a) =>
    `signal ${a.signalName}(${payloadsText(a.input)}) to ${a.workflowExecution?.workflowId ?? '?'}`,
  SignalExternalWorkflowExecutionFailed: (a) =>
    `signal to ${a.workflowExecution?.workflowId ?? '?'} failed: ${a.cause ?? 'no cause'}`,
  ExternalWorkflowExecutionSignaled: (a) => `signal delivered to ${a.workflowExecution?.workflowId ?? '?'}`,
  RequestCancelExternalWorkflowExecutionInitiated: (a) =>
    `cancellation of ${a.workflowExecution?.workflowId ?? '?'} requested`,
  RequestCancelExternalWorkflowExecutionFailed: (a) =>
    `cancellation of ${a.workflowExecution?.workflowId ?? '?'} failed: ${a.cause ?? 'no cause'}`,
  ExternalWorkflowExecutionCancelRequested: (a) =>
    `cancellation delivered to ${a.workflowExecution?.workflowId ?? '?'}`,
  UpsertWorkflowSearchAttributes: (a) =>
    `search attributes set: ${Object.keys(a.searchAttributes?.indexedFields ?? {}).join(', ')}`,
  WorkflowPropertiesModified: () => 'memo changed',
};

export function eventText(event: HistoryEvent, names: EventNames): string {
  if (event.type === 'Unknown') return `event of unknown type ${event.recordedType}`;
  const describe = descriptions[event.type] as Describe<EventType> | undefined;
  // `names(undefined)` is the event's own name.
  return describe
    ? describe(event.attributes as never, (eventId) => names(eventId ?? event.eventId))
    : event.type;
}

function resultText(payloads: Parameters<typeof payloadsText>[0]): string {
  const values = payloadValues(payloads);
  return values.length === 0 || values[0] === undefined ? '' : ` → ${values.map(valueText).join(', ')}`;
}

function markerText(details: EventAttributes<'MarkerRecorded'>['details']): string {
  const parts = Object.entries(details ?? {}).map(([name, payloads]) => `${name}: ${payloadsText(payloads)}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
