// Runs the tricky scenarios through a client and tells each history in a form that is the same on every server.
import { setTimeout as delay } from 'node:timers/promises';
import { trickyScenarios } from './tricky-scenarios.mjs';

const patienceMs = 10_000;

/**
 * `historyOf(workflowId, runId?)` gives the events as Temporal's JSON. The result has the histories by scenario; a
 * scenario that fails has its error.
 */
export async function runTricky({ client, historyOf, taskQueue, prefix, only }) {
  const names = Object.keys(trickyScenarios).filter((name) => !only || only.includes(name));
  const told = {};
  const run = async (name) => {
    told[name] = await runOne(name, { client, historyOf, taskQueue, prefix }).catch((error) => [
      `failed: ${error.message ?? error}`,
    ]);
  };
  const next = names[Symbol.iterator]();
  const lane = async () => {
    for (const name of next) await run(name);
  };
  await Promise.all(Array.from({ length: 6 }, lane));
  return Object.fromEntries(names.map((name) => [name, told[name]]));
}

async function runOne(name, { client, historyOf, taskQueue, prefix }) {
  const scenario = trickyScenarios[name];
  const workflowId = `${prefix}-${name}`;
  const seenIn = async (id, type, count) => {
    for (let waited = 0; waited < patienceMs; waited += 20) {
      const events = await historyOf(id).catch(() => []);
      if (events.filter((event) => plainType(event) === type).length >= count) return;
      await delay(20);
    }
    throw new Error(`${id}: no ${count} events ${type}`);
  };
  const tools = { client, seen: (type, count) => seenIn(workflowId, type, count), seenIn };
  const options = { taskQueue, workflowId, args: scenario.args ?? [], ...scenario.options };
  const type = scenario.type ?? name;
  const handle = options.signal
    ? await client.workflow.signalWithStart(type, options)
    : await client.workflow.start(type, options);
  await scenario.drive?.(handle, tools);
  if (scenario.open) await tools.seen(scenario.open, 1);
  else
    await client.workflow
      .getHandle(workflowId)
      .result()
      .catch(() => undefined);
  await scenario.after?.(handle, tools);
  const lines = tell(await historyOf(workflowId), prefix);
  if (scenario.loose) return loosely(lines);
  if (scenario.open) {
    await client.workflow.getHandle(workflowId).terminate('done');
    return lines.slice(0, lines.findIndex((line) => line.startsWith(scenario.open)) + 1);
  }
  if (scenario.firstRun) {
    lines.push('first run:', ...tell(await historyOf(workflowId, handle.firstExecutionRunId), prefix));
  }
  for (const child of scenario.children ?? []) {
    await client.workflow
      .getHandle(workflowId + child)
      .result()
      .catch(() => undefined);
    lines.push(`${child}:`, ...tell(await historyOf(workflowId + child), prefix));
  }
  return lines;
}

/** What does not depend on which of several outcomes came first: the events by type, and how the run ended. */
function loosely(lines) {
  const types = lines.map((line) => line.split(' ')[0]).filter((type) => !type.startsWith('WorkflowTask'));
  return [...types.sort(), lines.at(-1).replace(/"workflowTaskCompletedEventId":"\d+",?/, '')];
}

function plainType({ eventType }) {
  const words = eventType.replace(/^EVENT_TYPE_/, '').split('_');
  return words.map((word) => word.charAt(0) + word.slice(1).toLowerCase()).join('');
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

/** One line an event: its type, and what it says. */
function tell(events, prefix) {
  return events.map((event) => {
    const key = Object.keys(event).find((name) => name.endsWith('EventAttributes'));
    const said = key ? clean(event[key], prefix) : undefined;
    const text = said === undefined ? '' : ` ${JSON.stringify(said)}`;
    return `${plainType(event)}${text}`;
  });
}

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
