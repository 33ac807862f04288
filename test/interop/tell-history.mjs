// Tells a history (as Temporal's JSON) in a form that is the same on every server and in every run.

/** One line an event: its type, and what it says. `prefix` begins the ids of the run's workflows. */
export function tellHistory(events, prefix) {
  return events.map((event) => tellEvent(event, (value) => clean(value, prefix)));
}

/**
 * The history without the order in which independent things came: for each activity, timer, child, message and marker
 * the events that it has, in their order, and those of the workflow itself. Workflow tasks, and ids that count up with
 * what came first, are left out. Programs with races have the same strands on every server.
 */
export function strandsOf(events, prefix) {
  const strands = new Map();
  for (const event of events) {
    const type = plainType(event);
    if (type.startsWith('WorkflowTask')) continue;
    const root = rootId(event, type);
    const line = tellEvent(event, (value) => uncounted(clean(value, prefix)));
    strands.set(root, [...(strands.get(root) ?? []), line]);
  }
  return [...strands.values()].map((lines) => lines.join('\n')).sort();
}

/** The event that began what this one is about; undefined for what is about the workflow. */
function rootId(event, type) {
  const about = event[attributesKey(event)] ?? {};
  const began = about.initiatedEventId ?? about.scheduledEventId ?? about.acceptedEventId;
  if (began) return began;
  if (/^Timer(Fired|Canceled)$/.test(type)) return about.startedEventId;
  return /Scheduled$|Initiated$|^TimerStarted$|Signaled$|Accepted$|^Marker/.test(type)
    ? event.eventId
    : undefined;
}

/** Ids of events and of commands, and what an activity that was cut short had come to. */
const counted = new Set([
  ...[
    'workflowTaskCompletedEventId',
    'scheduledEventId',
    'startedEventId',
    'initiatedEventId',
    'acceptedEventId',
  ],
  ...['acceptedRequestSequencingEventId', 'timerId', 'activityId', 'latestCancelRequestedEventId'],
  ...['lastHeartbeatDetails'],
]);

function uncounted(value) {
  if (Array.isArray(value)) return value.map(uncounted);
  if (typeof value === 'string') return value.replace(/"(seq|activity_id)":("[^"]*"|\d+)/g, '"$1":0');
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !counted.has(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, uncounted(item)]));
}

/** `EVENT_TYPE_TIMER_FIRED` → `TimerFired`. */
export function plainType({ eventType }) {
  const words = eventType.replace(/^EVENT_TYPE_/, '').split('_');
  return words.map((word) => word.charAt(0) + word.slice(1).toLowerCase()).join('');
}

function tellEvent(event, cleaned) {
  const said = cleaned(event[attributesKey(event)]);
  const text = said === undefined ? '' : ` ${JSON.stringify(said)}`;
  return `${plainType(event)}${text}`;
}

function attributesKey(event) {
  return Object.keys(event).find((name) => name.endsWith('EventAttributes'));
}

/** What is different from run to run, or from server to server, and means nothing. */
const left = new Set([
  ...[
    'identity',
    'requestId',
    'runId',
    'newExecutionRunId',
    'continuedExecutionRunId',
    'originalExecutionRunId',
  ],
  ...[
    'firstExecutionRunId',
    'workerVersion',
    'sdkMetadata',
    'meteringMetadata',
    'historySizeBytes',
    'header',
  ],
  ...['binaryChecksum', 'taskQueue', 'workflowExecutionExpirationTime', 'stackTrace', 'sourceVersionStamp'],
  ...['namespaceId', 'parentWorkflowNamespaceId', 'inheritedBuildId', 'protocolInstanceId', 'updateId'],
  ...['acceptedRequestMessageId', 'initialRunId', 'encodedAttributes', 'control', 'rootWorkflowExecution'],
  ...['workflowTaskTimeout', 'priority', 'completionTime', 'nexusOperationId', 'eagerExecutionAccepted'],
  ...['startTime', 'complete_time', 'original_schedule_time', 'prevAutoResetPoints', 'workerDeploymentName'],
  ...['backoffStartInterval', 'firstWorkflowTaskBackoff', 'useWorkflowBuildId', 'inheritBuildId'],
]);

function clean(value, prefix) {
  if (value === null || value === undefined || value === '' || value === '0' || value === 0) return undefined;
  if (value === false || value === '0s' || /UNSPECIFIED$/.test(value)) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => clean(item, prefix));
    return items.length > 0 ? items : undefined;
  }
  if (typeof value === 'object') {
    if (value.metadata?.encoding) return payloadText(value, prefix);
    const entries = Object.entries(value)
      .filter(([key]) => !left.has(key))
      .map(([key, item]) => [key, clean(item, prefix)])
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  }
  if (typeof value !== 'string') return value;
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(value)) return '<id>';
  return value.replaceAll(prefix, 'wf').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>');
}

function payloadText({ data = '' }, prefix) {
  const text = Buffer.from(data, 'base64').toString('utf8');
  if (text === '0') return 'zero';
  return clean(
    text.replace(/"(complete_time|original_schedule_time|attempt)":("[^"]*"|\{[^}]*\})/g, '"$1":0'),
    prefix,
  );
}
