// Runs the tricky scenarios through a client and tells each history in a form that is the same on every server.
import { setTimeout as delay } from 'node:timers/promises';
import { plainType, strandsOf, tellHistory } from './tell-history.mjs';
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
  const notes = [];
  const nextRun = async () => {
    for (let waited = 0; waited < patienceMs; waited += 20) {
      const [{ workflowExecutionStartedEventAttributes: started }] = await historyOf(workflowId);
      if (started.continuedExecutionRunId) return;
      await delay(20);
    }
    throw new Error(`${workflowId}: no second run`);
  };
  const seen = (type, count) => seenIn(workflowId, type, count);
  const note = (text) => notes.push(`note: ${text}`);
  const tools = { client, seen, seenIn, note, nextRun };
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
  const events = await historyOf(workflowId);
  if (scenario.loose) return strandsOf(events, prefix);
  const lines = tellHistory(events, prefix);
  if (scenario.open) {
    await client.workflow
      .getHandle(workflowId)
      .terminate('done')
      .catch(() => undefined);
    return [...lines.slice(0, lines.findIndex((line) => line.startsWith(scenario.open)) + 1), ...notes];
  }
  lines.push(...notes);
  if (scenario.firstRun) {
    lines.push('first run:', ...tellHistory(await historyOf(workflowId, handle.firstExecutionRunId), prefix));
  }
  for (const child of scenario.children ?? []) {
    await client.workflow
      .getHandle(workflowId + child)
      .result()
      .catch(() => undefined);
    lines.push(`${child}:`, ...tellHistory(await historyOf(workflowId + child), prefix));
  }
  for (const id of (await scenario.extra?.({ client, workflowId })) ?? []) {
    await client.workflow.getHandle(id).result();
    lines.push(`${withoutTimes(id.slice(workflowId.length))}:`);
    lines.push(...tellHistory(await historyOf(id), prefix).map(withoutTimes));
  }
  return lines;
}

function withoutTimes(line) {
  return line.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');
}
