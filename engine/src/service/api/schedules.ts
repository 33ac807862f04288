import type { Memo, SearchAttributes, WorkflowExecution } from '../../history/messages.js';
import type { WorkflowExecutionStatus } from './common.js';
import type { StartWorkflowExecutionRequest } from './workflow.js';

/** Inclusive range; absent, `start` is 0; `end` 0 or absent means `start`, `step` 0 or absent means 1. */
export interface Range {
  readonly start?: number;
  readonly end?: number;
  readonly step?: number;
}

/** `temporal.api.schedule.v1.StructuredCalendarSpec`. An absent field means its whole range for `dayOf…`, `month`, `year`, and 0 for `second`, `minute`, `hour`. */
export interface StructuredCalendarSpec {
  readonly second?: readonly Range[];
  readonly minute?: readonly Range[];
  readonly hour?: readonly Range[];
  readonly dayOfMonth?: readonly Range[];
  /** 1 is January. */
  readonly month?: readonly Range[];
  readonly year?: readonly Range[];
  /** 0 is Sunday. */
  readonly dayOfWeek?: readonly Range[];
  readonly comment?: string;
}

export interface IntervalSpec {
  readonly intervalMs: number;
  readonly phaseMs?: number;
}

export interface ScheduleSpec {
  readonly structuredCalendar?: readonly StructuredCalendarSpec[];
  /**
   * 5, 6 or 7 fields, `@daily` and the like, `@every 5m`, with `CRON_TZ=…` and `# comment`; all fields have to match.
   * Kept, and described, as `structuredCalendar` and `interval`.
   */
  readonly cronString?: readonly string[];
  readonly interval?: readonly IntervalSpec[];
  readonly excludeStructuredCalendar?: readonly StructuredCalendarSpec[];
  readonly startTimeMs?: number;
  readonly endTimeMs?: number;
  readonly jitterMs?: number;
  /** IANA name; UTC when absent. */
  readonly timezoneName?: string;
}

export type ScheduleOverlapPolicy =
  'UNSPECIFIED' | 'SKIP' | 'BUFFER_ONE' | 'BUFFER_ALL' | 'CANCEL_OTHER' | 'TERMINATE_OTHER' | 'ALLOW_ALL';

export interface SchedulePolicies {
  readonly overlapPolicy?: ScheduleOverlapPolicy;
  /** How late a missed action may still be taken; a year when absent, at least 10 s. */
  readonly catchupWindowMs?: number;
  readonly pauseOnFailure?: boolean;
  readonly keepOriginalWorkflowId?: boolean;
}

export interface ScheduleState {
  readonly notes?: string;
  readonly paused?: boolean;
  readonly limitedActions?: boolean;
  readonly remainingActions?: number;
}

export interface Schedule {
  readonly spec: ScheduleSpec;
  readonly action: { readonly startWorkflow: StartWorkflowExecutionRequest };
  readonly policies?: SchedulePolicies;
  readonly state?: ScheduleState;
}

export interface BackfillRequest {
  readonly startTimeMs: number;
  readonly endTimeMs: number;
  readonly overlapPolicy?: ScheduleOverlapPolicy;
}

export interface SchedulePatch {
  readonly triggerImmediately?: { readonly overlapPolicy?: ScheduleOverlapPolicy };
  readonly backfillRequest?: readonly BackfillRequest[];
  /** The note that goes with the pause. */
  readonly pause?: string;
  readonly unpause?: string;
}

export interface CreateScheduleRequest {
  readonly namespace?: string;
  readonly scheduleId: string;
  readonly schedule: Schedule;
  readonly initialPatch?: SchedulePatch;
  readonly identity?: string;
  readonly requestId?: string;
  readonly memo?: Memo;
  readonly searchAttributes?: SearchAttributes;
}

export interface ScheduleActionResult {
  readonly scheduleTimeMs: number;
  readonly actualTimeMs: number;
  readonly startWorkflowResult: WorkflowExecution;
  /** Of a workflow that the schedule waits for; one that may overlap stays `RUNNING`. */
  readonly startWorkflowStatus?: WorkflowExecutionStatus;
}

export interface ScheduleInfo {
  readonly actionCount: number;
  readonly missedCatchupWindow: number;
  readonly overlapSkipped: number;
  readonly bufferDropped: number;
  readonly bufferSize: number;
  readonly runningWorkflows: readonly WorkflowExecution[];
  readonly recentActions: readonly ScheduleActionResult[];
  readonly futureActionTimesMs: readonly number[];
  readonly createTimeMs: number;
  readonly updateTimeMs?: number;
}

export interface DescribeScheduleRequest {
  readonly namespace?: string;
  readonly scheduleId: string;
}

export interface DescribeScheduleResponse {
  readonly schedule: Schedule;
  readonly info: ScheduleInfo;
  readonly memo?: Memo;
  readonly searchAttributes?: SearchAttributes;
  /** Guards an update against a lost write. */
  readonly conflictToken: string;
}

export interface UpdateScheduleRequest {
  readonly namespace?: string;
  readonly scheduleId: string;
  readonly schedule: Schedule;
  /** Replaces all of the schedule's own; absent: they stay. */
  readonly searchAttributes?: SearchAttributes;
  readonly conflictToken?: string;
  readonly identity?: string;
}

export interface PatchScheduleRequest {
  readonly namespace?: string;
  readonly scheduleId: string;
  readonly patch: SchedulePatch;
  readonly identity?: string;
}

export interface DeleteScheduleRequest {
  readonly namespace?: string;
  readonly scheduleId: string;
  readonly identity?: string;
}

export interface ListSchedulesRequest {
  readonly namespace?: string;
  readonly maximumPageSize?: number;
  readonly nextPageToken?: string;
}

export interface ScheduleListEntry {
  readonly scheduleId: string;
  readonly memo?: Memo;
  readonly searchAttributes?: SearchAttributes;
  readonly info: {
    readonly spec: ScheduleSpec;
    readonly workflowType: string;
    readonly notes?: string;
    readonly paused: boolean;
    readonly recentActions: readonly ScheduleActionResult[];
    readonly futureActionTimesMs: readonly number[];
  };
}

export interface ListSchedulesResponse {
  readonly schedules: readonly ScheduleListEntry[];
  readonly nextPageToken?: string;
}

export interface ListScheduleMatchingTimesRequest {
  readonly namespace?: string;
  readonly scheduleId: string;
  readonly startTimeMs: number;
  readonly endTimeMs: number;
}

export interface ListScheduleMatchingTimesResponse {
  readonly startTimesMs: readonly number[];
}
