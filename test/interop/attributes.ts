import type { HistoryEvent } from '@refrain/engine';

/**
 * Attributes in which the events of two servers may differ, as `EventType.path` (`*` for every event): ids that a server
 * draws, times and sizes, who did it, and the few that the embedded service does not keep.
 */
const mayDiffer: Readonly<Record<string, string>> = {
  '*.identity': 'the process of the worker or client',
  '*.requestId': 'drawn by whoever asks',
  '*.workerVersion': 'the build of the worker that polled: a real server keeps it with each start',
  '*.taskQueue.name': 'sticky queues are named after the worker',
  '*.namespaceId': 'a namespace has no id of its own here',
  '*.historySizeBytes': 'sizes are counted in another encoding',
  '*.sdkMetadata': 'core flags depend on what the server says it can',
  'WorkflowExecutionStarted.originalExecutionRunId': 'run ids',
  'WorkflowExecutionStarted.firstExecutionRunId': 'run ids',
  'WorkflowExecutionStarted.continuedExecutionRunId': 'run ids',
  'WorkflowExecutionStarted.prevAutoResetPoints': 'points to reset to by build id are not kept',
  'WorkflowExecutionStarted.firstWorkflowTaskBackoffMs':
    'a real server begins no run of a chain within a second of the one before',
  'WorkflowTaskFailed.baseRunId': 'run ids',
  'WorkflowTaskFailed.newRunId': 'run ids',
  'WorkflowExecutionContinuedAsNew.newExecutionRunId': 'run ids',
  'WorkflowExecutionContinuedAsNew.inheritBuildId': 'assignment by build id is of real servers',
  'WorkflowExecutionContinuedAsNew.initiator': 'left out by a real server when the workflow itself asked',
  'WorkflowExecutionUpdateAccepted.protocolInstanceId': 'the id of the update, drawn by the client',
  'WorkflowExecutionUpdateAccepted.acceptedRequestMessageId': 'holds the id of the update',
  'WorkflowExecutionUpdateAccepted.acceptedRequest.meta': 'the id of the update, and who asked',
  'WorkflowExecutionUpdateCompleted.meta': 'the id of the update, and who asked',
  'MarkerRecorded.details.data': 'a local activity’s marker holds its time',
  'RequestCancelExternalWorkflowExecutionInitiated.reason': 'holds the run id',
  'SignalExternalWorkflowExecutionFailed.workflowTaskCompletedEventId': 'left out by a real server',
  'RequestCancelExternalWorkflowExecutionFailed.workflowTaskCompletedEventId': 'left out by a real server',
};

/** The attributes that differ and may not, as `event id EventType.path: one ≠ other`. */
export function attributeDifferences(one: readonly HistoryEvent[], other: readonly HistoryEvent[]): string[] {
  const found: string[] = [];
  one.forEach(({ type, eventId, attributes }, index) => {
    compare(attributes, other[index]?.attributes, '', (path, left, right) => {
      if (!isAllowed(type, path)) found.push(`${eventId} ${type}.${path}: ${text(left)} ≠ ${text(right)}`);
    });
  });
  return found;
}

function isAllowed(type: string, path: string): boolean {
  const parts = path.split('.');
  return parts.some((_part, index) => {
    const prefix = parts.slice(0, index + 1).join('.');
    return `*.${prefix}` in mayDiffer || `${type}.${prefix}` in mayDiffer;
  });
}

type Report = (path: string, left: unknown, right: unknown) => void;

function compare(left: unknown, right: unknown, path: string, report: Report): void {
  if (left === right || (isEmpty(left) && isEmpty(right))) return;
  if (!isObject(left) || !isObject(right)) {
    report(path, left, right);
    return;
  }
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    // Stack traces name files of the machine, at any depth of a failure.
    if (name === 'stackTrace') continue;
    // A real server notes the type of each search attribute beside its value.
    if (name === 'type' && path.endsWith('.metadata')) continue;
    compare(left[name], right[name], path ? `${path}.${name}` : name, report);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Protobuf knows no difference between a default and nothing. */
function isEmpty(value: unknown): boolean {
  if (isObject(value)) return Object.values(value).every(isEmpty);
  return value === undefined || value === 0 || value === '' || value === false;
}

function text(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 120);
}
