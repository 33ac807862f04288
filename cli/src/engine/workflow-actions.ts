import { resolve } from 'node:path';
import { readFile } from 'node:fs/promises';
import { eventToJson, readHistory, type WorkflowHandle } from '@refrain/engine';
import { timeline } from '@refrain/test-env/internal';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import type { Connection } from './connection.js';
import { exitCodeOfOutcome, outcomeOf, outcomeText } from './outcome.js';
import { parseArguments } from './parse-arguments.js';
import { table, withConnection, type CommonArguments } from './with-connection.js';

interface OfOne extends CommonArguments {
  readonly 'workflow-id': string;
  readonly 'run-id': string | undefined;
}

function handleOf({ client }: Connection, given: OfOne): WorkflowHandle {
  return client.workflow.getHandle(given['workflow-id'], given['run-id']);
}

export async function list(
  given: CommonArguments & { query: string | undefined; limit: number },
  terminal: Terminal,
) {
  return withConnection(given, terminal, async ({ client }) => {
    const rows = [];
    for await (const found of client.workflow.list(given.query === undefined ? {} : { query: given.query })) {
      const { workflowId, runId, type, startTime, closeTime } = found;
      rows.push({ workflowId, runId, type, status: found.status.name.toLowerCase(), startTime, closeTime });
      if (rows.length >= given.limit) break;
    }
    const text = table(rows.map((r) => [r.status, r.workflowId, r.type, r.startTime.toISOString(), r.runId]));
    return { json: rows, text };
  });
}

export async function count(given: CommonArguments & { query: string | undefined }, terminal: Terminal) {
  return withConnection(given, terminal, async ({ client }) => {
    const counted = await client.workflow.count(given.query);
    const groups = counted.groups.map((group) => `${group.groupValues.join(', ')}: ${group.count}`);
    return { json: counted, text: [String(counted.count), ...groups].join('\n') };
  });
}

export async function describe(given: OfOne, terminal: Terminal) {
  return withConnection(given, terminal, async (connection) => {
    const { raw } = await handleOf(connection, given).describe();
    return { json: raw, text: descriptionText(raw) };
  });
}

function descriptionText({
  workflowExecutionInfo: info,
  pendingActivities,
  pendingChildren,
  pendingWorkflowTask,
}: Awaited<ReturnType<WorkflowHandle['describe']>>['raw']): string {
  const time = (ms: number | undefined) => (ms === undefined ? '–' : new Date(ms).toISOString());
  const lines = [
    `${info.execution.workflowId}  ${info.status.toLowerCase()}`,
    `  type          ${info.type.name}`,
    `  run           ${info.execution.runId}`,
    `  task queue    ${info.taskQueue}`,
    `  started       ${time(info.startTimeMs)}`,
    `  closed        ${time(info.closeTimeMs)}`,
    `  history       ${info.historyLength} events, ${info.historySizeBytes ?? 0} bytes`,
  ];
  for (const activity of pendingActivities) {
    const failure = activity.lastFailure?.message ? `, last failure: ${activity.lastFailure.message}` : '';
    const next = activity.nextAttemptScheduleTimeMs
      ? `, next attempt ${time(activity.nextAttemptScheduleTimeMs)}`
      : '';
    const state = activity.state.toLowerCase().replace('_', ' ');
    lines.push(
      `  activity      ${activity.activityType.name} ${state}, attempt ${activity.attempt ?? 1}${next}${failure}`,
    );
  }
  for (const child of pendingChildren)
    lines.push(`  child         ${child.workflowTypeName} ${child.workflowId}`);
  if (pendingWorkflowTask) {
    const { attempt = 1, lastFailure } = pendingWorkflowTask;
    const failure = lastFailure?.message ? `, last failure: ${lastFailure.message}` : '';
    lines.push(`  workflow task ${pendingWorkflowTask.state.toLowerCase()}, attempt ${attempt}${failure}`);
  }
  return lines.join('\n');
}

export async function show(given: OfOne, terminal: Terminal) {
  return withConnection(given, terminal, async (connection) => {
    const { events } = await handleOf(connection, given).fetchHistory();
    return { json: { events: events.map(eventToJson) }, text: timeline(events) };
  });
}

export async function result(given: OfOne, terminal: Terminal) {
  return withConnection(given, terminal, async (connection) => {
    const outcome = await outcomeOf(handleOf(connection, given));
    return { json: outcome, text: outcomeText(outcome), exitCode: exitCodeOfOutcome(outcome) };
  });
}

interface StartArguments extends CommonArguments {
  readonly type: string;
  readonly 'task-queue': string;
  readonly 'workflow-id': string | undefined;
  readonly args: string | undefined;
}

async function begin({ client }: Connection, given: StartArguments) {
  return client.workflow.start(given.type, {
    args: parseArguments('args', given.args),
    taskQueue: given['task-queue'],
    workflowId: given['workflow-id'] ?? crypto.randomUUID(),
  });
}

export async function start(given: StartArguments, terminal: Terminal) {
  return withConnection(given, terminal, async (connection) => {
    const { workflowId, firstExecutionRunId: runId } = await begin(connection, given);
    return { json: { workflowId, runId }, text: `${workflowId}  started  (run ${runId})` };
  });
}

export async function execute(given: StartArguments, terminal: Terminal) {
  return withConnection(given, terminal, async (connection) => {
    const outcome = await outcomeOf(await begin(connection, given));
    return { json: outcome, text: outcomeText(outcome), exitCode: exitCodeOfOutcome(outcome) };
  });
}

interface MessageArguments extends OfOne {
  readonly name: string;
  readonly args: string | undefined;
}

export async function signal(given: MessageArguments, terminal: Terminal) {
  const args = parseArguments('args', given.args);
  return withConnection(given, terminal, async (connection) => {
    await handleOf(connection, given).signal(given.name, ...(args as never[]));
    return { json: {}, text: 'signalled' };
  });
}

export async function query(given: MessageArguments, terminal: Terminal) {
  const args = parseArguments('args', given.args);
  return withConnection(given, terminal, async (connection) => {
    const answer: unknown = await handleOf(connection, given).query(given.name, ...(args as never[]));
    return { json: { result: answer }, text: JSON.stringify(answer, null, 2) ?? 'undefined' };
  });
}

export async function update(given: MessageArguments, terminal: Terminal) {
  const args = parseArguments('args', given.args);
  return withConnection(given, terminal, async (connection) => {
    const answer: unknown = await handleOf(connection, given).executeUpdate(given.name, {
      args: args as never,
    });
    return { json: { result: answer }, text: JSON.stringify(answer, null, 2) ?? 'undefined' };
  });
}

export async function cancel(given: OfOne & { reason: string | undefined }, terminal: Terminal) {
  return withConnection(given, terminal, async (connection) => {
    await handleOf(connection, given).cancel(given.reason);
    return { json: {}, text: 'cancellation requested' };
  });
}

export async function terminate(given: OfOne & { reason: string | undefined }, terminal: Terminal) {
  return withConnection(given, terminal, async (connection) => {
    await handleOf(connection, given).terminate(given.reason);
    return { json: {}, text: 'terminated' };
  });
}

export async function remove(given: OfOne, terminal: Terminal) {
  return withConnection(given, terminal, async ({ service }) => {
    await service.deleteWorkflowExecution({ workflowExecution: executionOf(given) });
    return { json: {}, text: 'deleted' };
  });
}

export function executionOf(given: OfOne) {
  return {
    workflowId: given['workflow-id'],
    ...(given['run-id'] !== undefined && { runId: given['run-id'] }),
  };
}

export async function importHistory(given: CommonArguments & { history: string }, terminal: Terminal) {
  const bytes = await readFile(resolve(terminal.cwd, given.history)).catch((error: Error) => {
    throw new UsageError('RFN7007', `${given.history} cannot be read: ${error.message}`, { cause: error });
  });
  const events = await readHistory(bytes);
  if (given.file === undefined) {
    throw new UsageError('RFN7013', 'Histories are imported into a file: say which with --file.');
  }
  return withConnection(given, terminal, async ({ service }) => {
    const imported = await service.importWorkflowExecution({ events });
    return { json: imported, text: `${imported.workflowId}  imported  (run ${imported.runId})` };
  });
}
