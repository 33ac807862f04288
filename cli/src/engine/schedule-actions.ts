import { type ScheduleApi, type ScheduleHandle } from '@refrain/engine';
import { defaultPayloadConverter, toRecorded } from '@refrain/engine/internal';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { durationOf } from './duration.js';
import { cronOfCalendar } from './calendar-cron.js';
import { parseArguments } from './parse-arguments.js';
import { table, withConnection, type CommonArguments } from './with-connection.js';

interface OfOne extends CommonArguments {
  readonly 'schedule-id': string;
}

/** When a schedule acts, as the command line says it. */
interface SpecArguments {
  readonly cron: readonly string[];
  readonly interval: readonly string[];
  readonly calendar: readonly string[];
  readonly 'time-zone': string | undefined;
  readonly 'start-time': string | undefined;
  readonly 'end-time': string | undefined;
  readonly jitter: string | undefined;
}

export interface ScheduleArguments extends OfOne, SpecArguments {
  readonly type: string;
  readonly 'task-queue': string;
  readonly 'workflow-id': string | undefined;
  readonly args: string | undefined;
  readonly 'overlap-policy': string | undefined;
  readonly 'catchup-window': string | undefined;
  readonly 'pause-on-failure': boolean;
  readonly paused: boolean;
  readonly notes: string | undefined;
  readonly 'remaining-actions': number | undefined;
}

/** The names of `temporal schedule`, and those of the API. */
export const overlapPolicies = {
  Skip: 'SKIP',
  BufferOne: 'BUFFER_ONE',
  BufferAll: 'BUFFER_ALL',
  CancelOther: 'CANCEL_OTHER',
  TerminateOther: 'TERMINATE_OTHER',
  AllowAll: 'ALLOW_ALL',
} as const;

export async function create(given: ScheduleArguments, terminal: Terminal) {
  const schedule = scheduleOf(given);
  const scheduleId = given['schedule-id'];
  return withConnection(given, terminal, async ({ service }) => {
    await service.createSchedule({ scheduleId, schedule, identity, requestId: crypto.randomUUID() });
    return { json: { scheduleId }, text: `${scheduleId}  created` };
  });
}

/** Replaces the whole schedule by what the options say, as `temporal schedule update` does. */
export function update(given: ScheduleArguments, terminal: Terminal) {
  const schedule = scheduleOf(given);
  return ask(given, terminal, 'updated', (handle) => handle.update(() => schedule));
}

const identity = 'refrain';

function scheduleOf(given: ScheduleArguments): ScheduleApi.Schedule {
  const { notes, paused, 'catchup-window': catchupWindow, 'remaining-actions': remainingActions } = given;
  const overlapPolicy = overlapOf(given['overlap-policy']);
  const input = parseArguments('args', given.args).map((value) => toRecorded(defaultPayloadConverter, value));
  return {
    spec: specOf(given),
    action: {
      startWorkflow: {
        workflowId: given['workflow-id'] ?? `${given['schedule-id']}-workflow`,
        workflowType: { name: given.type },
        taskQueue: { name: given['task-queue'] },
        ...(input.length > 0 && { input }),
      },
    },
    policies: {
      ...(overlapPolicy && { overlapPolicy }),
      ...(catchupWindow !== undefined && { catchupWindowMs: durationOf('catchup-window', catchupWindow) }),
      pauseOnFailure: given['pause-on-failure'],
    },
    state: {
      paused,
      ...(notes !== undefined && { notes }),
      ...(remainingActions !== undefined && { limitedActions: true, remainingActions }),
    },
  };
}

function specOf(given: SpecArguments): ScheduleApi.ScheduleSpec {
  const { cron, interval, calendar, jitter, 'time-zone': timezoneName } = given;
  if (cron.length + interval.length + calendar.length === 0) {
    throw new UsageError('RFN7031', 'Say when the schedule acts: --cron, --interval or --calendar.');
  }
  const startTimeMs = timeOf('start-time', given['start-time']);
  const endTimeMs = timeOf('end-time', given['end-time']);
  return {
    cronString: [...cron, ...calendar.map(cronOfCalendar)],
    interval: interval.map((text) => {
      const [every, phase] = text.split('/').map((part) => durationOf('interval', part));
      return { intervalMs: every!, ...(phase !== undefined && { phaseMs: phase }) };
    }),
    ...(timezoneName !== undefined && { timezoneName }),
    ...(startTimeMs !== undefined && { startTimeMs }),
    ...(endTimeMs !== undefined && { endTimeMs }),
    ...(jitter !== undefined && { jitterMs: durationOf('jitter', jitter) }),
  };
}

function timeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw new UsageError('RFN7031', `--${option} takes a time such as 2026-01-31T12:00:00Z, not "${text}".`);
  }
  return time.getTime();
}

function overlapOf(name: string | undefined): ScheduleApi.ScheduleOverlapPolicy | undefined {
  return name === undefined ? undefined : overlapPolicies[name as keyof typeof overlapPolicies];
}

export async function list(given: CommonArguments & { readonly limit: number }, terminal: Terminal) {
  return withConnection(given, terminal, async ({ client }) => {
    const rows: ScheduleApi.ScheduleListEntry[] = [];
    for await (const entry of client.schedule.list()) {
      rows.push(entry);
      if (rows.length >= given.limit) break;
    }
    const text = table(
      rows.map(({ scheduleId, info }) => [
        info.paused ? 'paused' : 'active',
        scheduleId,
        info.workflowType,
        timeText(info.futureActionTimesMs[0]),
      ]),
    );
    return { json: rows, text };
  });
}

export async function describe(given: OfOne, terminal: Terminal) {
  return withConnection(given, terminal, async ({ client }) => {
    const { info, raw, state } = await client.schedule.getHandle(given['schedule-id']).describe();
    const { startWorkflow } = raw.action;
    const lines = [
      `${given['schedule-id']}  ${state.paused ? 'paused' : 'active'}${state.note ? `  (${state.note})` : ''}`,
      `  starts        ${startWorkflow.workflowType.name} ${startWorkflow.workflowId} on ${startWorkflow.taskQueue.name}`,
      `  spec          ${JSON.stringify(raw.spec)}`,
      `  policies      ${JSON.stringify(raw.policies ?? {})}`,
      `  actions       ${info.actionCount} taken, ${info.missedCatchupWindow} missed, ${info.overlapSkipped} skipped`,
      ...info.runningWorkflows.map(({ workflowId }) => `  running       ${workflowId}`),
      ...info.recentActions.map(
        (action) =>
          `  acted         ${timeText(action.actualTimeMs)} ${action.startWorkflowResult.workflowId ?? ''}`,
      ),
      ...info.nextActionTimes.map((time) => `  next          ${time.toISOString()}`),
    ];
    return { json: { schedule: raw, info }, text: lines.join('\n') };
  });
}

function timeText(ms: number | undefined): string {
  return ms === undefined ? '–' : new Date(ms).toISOString();
}

/** A command that asks one thing of a schedule and says that it was done. */
async function ask(
  given: OfOne,
  terminal: Terminal,
  done: string,
  request: (handle: ScheduleHandle) => Promise<void>,
) {
  return withConnection(given, terminal, async ({ client }) => {
    await request(client.schedule.getHandle(given['schedule-id']));
    return { json: { scheduleId: given['schedule-id'] }, text: `${given['schedule-id']}  ${done}` };
  });
}

type WithReason = OfOne & { readonly reason: string | undefined };
type WithOverlap = OfOne & { readonly 'overlap-policy': string | undefined };
type WithPeriod = WithOverlap & { readonly 'start-time': string; readonly 'end-time': string };

export function pause(given: WithReason, terminal: Terminal) {
  return ask(given, terminal, 'paused', (handle) => handle.pause(given.reason ?? 'Paused by `refrain`'));
}

export function unpause(given: WithReason, terminal: Terminal) {
  return ask(given, terminal, 'unpaused', (handle) =>
    handle.unpause(given.reason ?? 'Unpaused by `refrain`'),
  );
}

export function trigger(given: WithOverlap, terminal: Terminal) {
  return ask(given, terminal, 'triggered', (handle) => handle.trigger(overlapOf(given['overlap-policy'])));
}

export async function backfill(given: WithPeriod, terminal: Terminal) {
  const start = new Date(timeOf('start-time', given['start-time'])!);
  const end = new Date(timeOf('end-time', given['end-time'])!);
  const overlap = overlapOf(given['overlap-policy']);
  return ask(given, terminal, 'backfilled', (handle) =>
    handle.backfill({ start, end, ...(overlap && { overlap }) }),
  );
}

export function remove(given: OfOne, terminal: Terminal) {
  return ask(given, terminal, 'deleted', (handle) => handle.delete());
}
