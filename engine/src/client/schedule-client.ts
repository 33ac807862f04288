import { ValueError } from '../failures/errors.js';
import type { Duration } from '../failures/duration.js';
import { durationToMs, optionalDurationToMs } from '../failures/duration.js';
import type { Workflow } from '../runtime/function-types.js';
import type { ScheduleCalls } from '../service/api.js';
import type {
  Schedule,
  ScheduleInfo,
  ScheduleListEntry,
  ScheduleOverlapPolicy,
  ScheduleSpec as RecordedSpec,
} from '../service/api/schedules.js';
import type { Conversion } from './conversion.js';
import { isRefusal, ScheduleAlreadyRunning, ScheduleNotFoundError } from './errors.js';
import { calendarSpecOf } from './calendar-spec.js';
import type { CalendarSpec } from './calendar-spec.js';
import { workflowTypeOf } from './workflow-client.js';
import type { WorkflowOptions } from './workflow-options.js';
import { startRequestOf } from './workflow-options.js';

export interface ScheduleSpec {
  readonly calendars?: readonly CalendarSpec[];
  readonly intervals?: readonly { readonly every: Duration; readonly offset?: Duration }[];
  readonly cronExpressions?: readonly string[];
  readonly skip?: readonly CalendarSpec[];
  readonly startAt?: Date;
  readonly endAt?: Date;
  readonly jitter?: Duration;
  readonly timezone?: string;
}

export interface ScheduleAction extends Omit<
  WorkflowOptions,
  'workflowId' | 'cronSchedule' | 'startDelay' | 'requestId'
> {
  readonly type: 'startWorkflow';
  readonly workflowType: string | Workflow;
  readonly args?: readonly unknown[];
  /** Default: `<scheduleId>-workflow`. Each run adds its time. */
  readonly workflowId?: string;
}

export interface ScheduleOptions {
  readonly scheduleId: string;
  readonly spec: ScheduleSpec;
  readonly action: ScheduleAction;
  readonly policies?: {
    readonly overlap?: ScheduleOverlapPolicy;
    readonly catchupWindow?: Duration;
    readonly pauseOnFailure?: boolean;
  };
  readonly state?: {
    readonly paused?: boolean;
    readonly note?: string;
    readonly remainingActions?: number;
    readonly triggerImmediately?: boolean;
    readonly backfill?: readonly Backfill[];
  };
  readonly memo?: Readonly<Record<string, unknown>>;
}

export interface Backfill {
  readonly start: Date;
  readonly end: Date;
  readonly overlap?: ScheduleOverlapPolicy;
}

export interface ScheduleDescription {
  readonly scheduleId: string;
  readonly state: { readonly paused: boolean; readonly note?: string; readonly remainingActions?: number };
  readonly memo: Readonly<Record<string, unknown>>;
  /** As recorded, and by the names of `@temporalio/client`. */
  readonly info: ScheduleInfo & {
    readonly numActionsTaken: number;
    readonly numActionsMissedCatchUp: number;
    readonly numActionsSkippedOverlap: number;
    readonly nextActionTimes: readonly Date[];
    readonly createdAt: Date;
    readonly lastUpdatedAt: Date | undefined;
  };
  readonly raw: Schedule;
}

export interface ScheduleHandle {
  readonly scheduleId: string;
  describe(): Promise<ScheduleDescription>;
  /** Replaces the schedule by what the function makes of it. */
  update(change: (current: Schedule) => Schedule | Promise<Schedule>): Promise<void>;
  trigger(overlap?: ScheduleOverlapPolicy): Promise<void>;
  backfill(options: Backfill | readonly Backfill[]): Promise<void>;
  pause(note?: string): Promise<void>;
  unpause(note?: string): Promise<void>;
  delete(): Promise<void>;
}

/** By the names of `@temporalio/client`'s `ScheduleClient`. */
export interface ScheduleClient {
  create(options: ScheduleOptions): Promise<ScheduleHandle>;
  getHandle(scheduleId: string): ScheduleHandle;
  list(options?: { readonly pageSize?: number }): AsyncIterable<ScheduleListEntry>;
}

export function newScheduleClient(
  service: ScheduleCalls,
  conversion: Conversion,
  { identity, newId }: { readonly identity: string; readonly newId: () => string },
): ScheduleClient {
  return {
    async create(options) {
      const { scheduleId, state, memo } = options;
      const call = service.createSchedule({
        scheduleId,
        schedule: await scheduleOf(conversion, options),
        identity,
        requestId: newId(),
        ...(memo && { memo: { fields: await conversion.encodeMap(memo) } }),
        initialPatch: {
          ...(state?.triggerImmediately && { triggerImmediately: {} }),
          ...(state?.backfill && { backfillRequest: state.backfill.map(backfillOf) }),
        },
      });
      await named(scheduleId, call);
      return handleOf(service, conversion, scheduleId, identity);
    },
    getHandle: (scheduleId) => handleOf(service, conversion, scheduleId, identity),
    list: (options) => listAll(service, options?.pageSize),
  };
}

async function scheduleOf(conversion: Conversion, options: ScheduleOptions): Promise<Schedule> {
  const { spec, action, policies, state, scheduleId } = options;
  for (const [name, given] of Object.entries({ spec, action }) as [string, unknown][]) {
    if (typeof given !== 'object' || given === null)
      throw new ValueError(`${name}: expected an object, found ${String(given)}`);
  }
  const { type: _, workflowType, args = [], workflowId = `${scheduleId}-workflow`, ...start } = action;
  const request = await startRequestOf(conversion, workflowTypeOf(workflowType), {
    ...start,
    workflowId,
    args,
  });
  const catchupWindowMs = optionalDurationToMs(policies?.catchupWindow, 'policies.catchupWindow');
  return {
    spec: specOf(spec),
    action: { startWorkflow: request },
    policies: {
      ...(policies?.overlap && { overlapPolicy: policies.overlap }),
      ...(catchupWindowMs !== undefined && { catchupWindowMs }),
      ...(policies?.pauseOnFailure !== undefined && { pauseOnFailure: policies.pauseOnFailure }),
    },
    state: {
      paused: state?.paused ?? false,
      ...(state?.note !== undefined && { notes: state.note }),
      ...(state?.remainingActions !== undefined && {
        limitedActions: true,
        remainingActions: state.remainingActions,
      }),
    },
  };
}

function specOf(spec: ScheduleSpec): RecordedSpec {
  const jitterMs = optionalDurationToMs(spec.jitter, 'spec.jitter');
  return {
    structuredCalendar: (spec.calendars ?? []).map(calendarSpecOf),
    excludeStructuredCalendar: (spec.skip ?? []).map(calendarSpecOf),
    cronString: [...(spec.cronExpressions ?? [])],
    interval: (spec.intervals ?? []).map(({ every, offset }) => ({
      intervalMs: durationToMs(every, 'spec.intervals.every'),
      phaseMs: optionalDurationToMs(offset, 'spec.intervals.offset') ?? 0,
    })),
    ...(spec.startAt && { startTimeMs: spec.startAt.getTime() }),
    ...(spec.endAt && { endTimeMs: spec.endAt.getTime() }),
    ...(jitterMs !== undefined && { jitterMs }),
    ...(spec.timezone !== undefined && { timezoneName: spec.timezone }),
  };
}

function backfillOf({ start, end, overlap }: Backfill) {
  return {
    startTimeMs: start.getTime(),
    endTimeMs: end.getTime(),
    ...(overlap && { overlapPolicy: overlap }),
  };
}

function handleOf(
  service: ScheduleCalls,
  conversion: Conversion,
  scheduleId: string,
  identity: string,
): ScheduleHandle {
  const patch = (change: Parameters<ScheduleCalls['patchSchedule']>[0]['patch']) =>
    named(scheduleId, service.patchSchedule({ scheduleId, patch: change, identity }));
  return {
    scheduleId,
    async describe() {
      const { schedule, info, memo } = await named(scheduleId, service.describeSchedule({ scheduleId }));
      const { paused = false, notes, limitedActions, remainingActions } = schedule.state ?? {};
      return {
        scheduleId,
        state: {
          paused,
          ...(notes !== undefined && { note: notes }),
          ...(limitedActions && { remainingActions: remainingActions ?? 0 }),
        },
        memo: await conversion.decodeMap(memo?.fields),
        info: namedInfo(info),
        raw: schedule,
      };
    },
    async update(change) {
      const { schedule, conflictToken } = await named(scheduleId, service.describeSchedule({ scheduleId }));
      const changed = await change(schedule);
      await named(
        scheduleId,
        service.updateSchedule({ scheduleId, schedule: changed, conflictToken, identity }),
      );
    },
    trigger: (overlap) => patch({ triggerImmediately: overlap ? { overlapPolicy: overlap } : {} }),
    backfill: (options) => patch({ backfillRequest: [options].flat().map((b) => backfillOf(b as Backfill)) }),
    pause: (note = 'Paused via TypeScript SDK') => patch({ pause: note }),
    unpause: (note = 'Unpaused via TypeScript SDK') => patch({ unpause: note }),
    delete: () => named(scheduleId, service.deleteSchedule({ scheduleId, identity })),
  };
}

async function* listAll(
  service: ScheduleCalls,
  pageSize: number | undefined,
): AsyncIterable<ScheduleListEntry> {
  let nextPageToken: string | undefined;
  do {
    const page = await service.listSchedules({
      ...(pageSize !== undefined && { maximumPageSize: pageSize }),
      ...(nextPageToken !== undefined && { nextPageToken }),
    });
    yield* page.schedules;
    nextPageToken = page.nextPageToken;
  } while (nextPageToken !== undefined);
}

async function named<T>(scheduleId: string, call: Promise<T>): Promise<T> {
  return call.catch((error: unknown) => {
    if (isRefusal(error, 'NOT_FOUND')) throw new ScheduleNotFoundError(error.message, scheduleId);
    if (isRefusal(error, 'ALREADY_EXISTS')) throw new ScheduleAlreadyRunning(error.message, scheduleId);
    throw error;
  });
}

function namedInfo(info: ScheduleInfo): ScheduleDescription['info'] {
  const { actionCount, missedCatchupWindow, overlapSkipped, createTimeMs, updateTimeMs } = info;
  return {
    ...info,
    numActionsTaken: actionCount,
    numActionsMissedCatchUp: missedCatchupWindow,
    numActionsSkippedOverlap: overlapSkipped,
    nextActionTimes: info.futureActionTimesMs.map((ms) => new Date(ms)),
    createdAt: new Date(createTimeMs),
    lastUpdatedAt: updateTimeMs === undefined ? undefined : new Date(updateTimeMs),
  };
}
