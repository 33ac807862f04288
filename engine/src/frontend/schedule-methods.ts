import type { WorkflowService } from '../service/api.js';
import type * as S from '../service/api/schedules.js';
import type { Method } from './call.js';

/** Schedules. Two messages differ from the service's in the form of a field; the rest is the codec's. */
export function scheduleMethods(service: WorkflowService): Readonly<Record<string, Method>> {
  return {
    CreateSchedule: (request: S.CreateScheduleRequest) => service.createSchedule(request),
    DescribeSchedule: (request: S.DescribeScheduleRequest) => service.describeSchedule(request),
    UpdateSchedule: (request: S.UpdateScheduleRequest) => service.updateSchedule(request),
    PatchSchedule: (request: S.PatchScheduleRequest) => service.patchSchedule(request),
    DeleteSchedule: (request: S.DeleteScheduleRequest) => service.deleteSchedule(request),
    ListSchedules: async (request: S.ListSchedulesRequest) => {
      const { schedules, nextPageToken } = await service.listSchedules(request);
      return { schedules: schedules.map(listEntry), ...(nextPageToken && { nextPageToken }) };
    },
    ListScheduleMatchingTimes: async (request: S.ListScheduleMatchingTimesRequest) => {
      const { startTimesMs } = await service.listScheduleMatchingTimes(request);
      return { startTimeMs: startTimesMs };
    },
  };
}

function listEntry(entry: S.ScheduleListEntry): object {
  return { ...entry, info: { ...entry.info, workflowType: { name: entry.info.workflowType } } };
}
