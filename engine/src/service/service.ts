import { enumTable } from '../history/schema/enums.js';
import { checkName } from './start.js';
import type { Store } from './store.js';
import type { PollActivityTaskQueueResponse } from './api/tasks.js';
import type { ScheduleCalls, TaskCalls, WorkflowCalls, WorkflowService } from './api.js';
import * as activityTasks from './calls/activity-tasks.js';
import * as history from './calls/history.js';
import * as imports from './calls/import.js';
import * as operator from './calls/operator.js';
import * as queries from './calls/queries.js';
import * as reset from './calls/reset.js';
import * as schedules from './calls/schedules.js';
import * as start from './calls/start.js';
import * as updates from './calls/updates.js';
import * as visibility from './calls/visibility.js';
import * as workflowTasks from './calls/workflow-tasks.js';
import type { SearchAttributeTypes } from './check-fields.js';
import type { Clock, Random } from './clock.js';
import type { ServiceContext } from './context.js';
import type { DirectTasks } from './direct-tasks.js';
import { directTasks } from './direct-tasks.js';
import { DueTimes } from './due-times.js';
import { fireDue, nextDueMs } from './due.js';
import { carryOut, terminate } from './effects.js';
import { requestCancel } from './from-outside.js';
import { isRunning } from './state.js';
import { Schedules } from './schedule/schedules.js';
import type { WorkflowExecution } from '../history/messages.js';
import type { RunLimitWarning } from './limit-warnings.js';
import { warner } from './limit-warnings.js';
import type { Recovery } from './recovery.js';
import { isStoreFailure, newRecovery } from './recovery.js';
import { Retention } from './retention.js';
import { Runs } from './runs.js';
import type { QueuedTask } from './task-queues.js';
import type { TryLater } from './task-queues.js';
import { TaskQueues } from './task-queues.js';
import { isPendingTask, isWaitingTask, TasksWithWorkers } from './tasks-with-workers.js';

export interface NamespaceServiceOptions {
  readonly namespace: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Those that are registered; it changes while the service is open. */
  readonly searchAttributeTypes: SearchAttributeTypes;
  /** Causes of a failed workflow task that fail the run, e.g. `NON_DETERMINISTIC_ERROR`; by default none does. */
  readonly failRunOn?: readonly string[];
  /** How long closed runs are kept now; `Infinity`, and absent: until somebody deletes them. */
  readonly retentionMs?: () => number;
  /** Runs kept in memory while nothing of them is under way. */
  readonly maxLoadedRuns?: number;
  /** Called once for each limit that a run comes near to. */
  readonly onLimitWarning?: (warning: RunLimitWarning) => void;
  /** Keeps a task from every worker when it answers true; the attempt then runs into its timeouts unstarted. */
  readonly withholdsActivity?: (task: PollActivityTaskQueueResponse) => boolean;
  /** Called when the store has failed; requests fail with the same error until it works again. */
  readonly onStoreFailure?: (error: unknown) => void;
}

/** What is left to wait for; a test environment skips time when nothing is busy. */
export interface Activity {
  /** When a timer, a timeout or a backoff is due next; Infinity when none is. */
  readonly nextDueMs: number;
  /** Tasks that workers have, and commits under way. */
  readonly tasksWithWorkers: number;
  readonly isStoring: boolean;
  /** Tasks that no worker has asked for. */
  readonly backlog: number;
  /** Runs in memory. */
  readonly loadedRuns: number;
  /** Runs with a timer, timeout or backoff past its time. */
  readonly overdue: number;
}

export interface NamespaceService extends WorkflowService {
  activity(): Activity;
  /**
   * Takes back the wake-ups for what has ended meanwhile: an answered activity's timeouts, a cancelled timer. Real
   * time need not care, the wake-up finds nothing to do; whoever skips time must not skip to it.
   */
  settleDueTimes(): void;
  /** The worker has handed the activity to somebody else (async completion): it no longer runs here. */
  releaseActivityTask(taskToken: string): Promise<void>;
  /** Closed runs are to be kept longer or shorter from now on. */
  retentionChanged(): void;
  readonly direct: DirectTasks;
  /** Answers all polls with nothing and waits until everything is durable. */
  close(): Promise<void>;
}

const defaultMaxLoadedRuns = 5_000;
const rereadAfterMs = 1_000;

/** Opens the service of one namespace: gives out what waited or was lost when the store was last used. */
export function openNamespaceService(options: NamespaceServiceOptions): NamespaceService {
  const { namespace, store, clock, random, searchAttributeTypes: types } = options;
  const failed = (error: unknown) => {
    options.onStoreFailure?.(error);
    recovery.begin(error);
  };
  /** What happens by itself has nobody to tell that the store cannot be read: it is tried again. */
  const tryLater: TryLater = (error, call) => {
    if (!isStoreFailure(error)) throw error;
    options.onStoreFailure?.(error);
    if (!recovery.isStopped()) ownClock.setTimer(clock.nowMs() + rereadAfterMs, call);
  };
  const ownClock = guardedClock(clock, tryLater);
  const dueTimes: DueTimes = new DueTimes(store, ownClock, (key) =>
    guarded(tryLater, () => {
      const run = runs.get(key);
      if (run) runs.transact(run, fireDue);
    })(),
  );
  const runs: Runs = new Runs({
    namespace,
    store,
    clock,
    random,
    searchAttributeTypes: types,
    dueTimes,
    maxLoadedRuns: options.maxLoadedRuns ?? defaultMaxLoadedRuns,
    carryOut: (run, effect) => carryOut(ctx, run, effect),
    failed,
    committed: () => recovery.succeeded(),
    grew: warner(namespace, options.onLimitWarning),
  });
  const ctx: ServiceContext = {
    namespace,
    store,
    clock,
    random,
    runs,
    dueTimes,
    schedules: newSchedules(() => ctx, { store, clock: ownClock }),
    workflowTasks: new TaskQueues(clock, tryLater),
    activityTasks: new TaskQueues(clock, tryLater),
    searchAttributeTypes: types,
    failRunOn: causesOf(options.failRunOn),
    inFlight: new TasksWithWorkers((token) => isPendingTask(runs, token)),
    ...(options.withholdsActivity && { withholdsActivity: options.withholdsActivity }),
  };
  const recovery = newRecovery(ctx, failed);
  const { retentionMs = () => Infinity } = options;
  const retention = new Retention({ store, clock, retentionMs, remove: (key) => runs.removeKey(key) });
  try {
    recovery.run();
    retention.begin();
  } catch (error) {
    stop(ctx, recovery, retention);
    throw error;
  }
  return {
    ...workflowCalls(ctx),
    ...taskCalls(ctx),
    ...scheduleCalls(ctx),
    ...control(ctx, recovery, retention),
    direct: directTasks(ctx),
  };
}

function guarded(tryLater: TryLater, call: () => void): () => void {
  return () => {
    try {
      call();
    } catch (error) {
      tryLater(error, call);
    }
  };
}

function guardedClock(clock: Clock, tryLater: TryLater): Clock {
  return {
    nowMs: () => clock.nowMs(),
    setTimer: (atMs, callback) => clock.setTimer(atMs, guarded(tryLater, callback)),
  };
}

function newSchedules(
  context: () => ServiceContext,
  { store, clock }: { store: Store; clock: Clock },
): Schedules {
  const current = (execution: WorkflowExecution) => context().runs.current(execution.workflowId ?? '');
  return new Schedules({
    store,
    clock,
    write: (scheduleId, text, dueMs) => context().runs.writeSchedule({ scheduleId, text, dueMs }),
    start: (request) => {
      const { run } = start.startOrUse(context(), request);
      return { workflowId: run.state.workflowId, runId: run.state.runId };
    },
    cancel: (execution) => {
      const run = current(execution);
      if (run && isRunning(run.state))
        context().runs.transact(run, (t) => requestCancel(t, { cause: 'schedule' }));
    },
    terminate: (execution) => {
      const run = current(execution);
      if (run && isRunning(run.state)) terminate(context(), run, 'terminated by schedule overlap policy');
    },
  });
}

function causesOf(causes: readonly string[] = []): ReadonlySet<string> {
  const known = Object.keys(enumTable.WorkflowTaskFailedCause.values);
  for (const cause of causes) checkName('failRunOn', cause, known);
  return new Set(causes);
}

type Call<A extends unknown[], R> = (ctx: ServiceContext, ...args: A) => R;

function bind<A extends unknown[], R>(ctx: ServiceContext, call: Call<A, R>): (...args: A) => R {
  return (...args) => call(ctx, ...args);
}

function workflowCalls(ctx: ServiceContext): WorkflowCalls {
  return {
    startWorkflowExecution: bind(ctx, start.startWorkflowExecution),
    signalWithStartWorkflowExecution: bind(ctx, start.signalWithStartWorkflowExecution),
    signalWorkflowExecution: bind(ctx, start.signalWorkflowExecution),
    executeMultiOperation: bind(ctx, updates.executeMultiOperation),
    updateWorkflowExecution: bind(ctx, updates.updateWorkflowExecution),
    pollWorkflowExecutionUpdate: bind(ctx, updates.pollWorkflowExecutionUpdate),
    queryWorkflow: bind(ctx, queries.queryWorkflow),
    getWorkflowExecutionHistory: bind(ctx, history.getWorkflowExecutionHistory),
    describeWorkflowExecution: bind(ctx, operator.describeWorkflowExecution),
    requestCancelWorkflowExecution: bind(ctx, operator.requestCancelWorkflowExecution),
    terminateWorkflowExecution: bind(ctx, operator.terminateWorkflowExecution),
    deleteWorkflowExecution: bind(ctx, operator.deleteWorkflowExecution),
    listWorkflowExecutions: bind(ctx, visibility.listWorkflowExecutions),
    countWorkflowExecutions: bind(ctx, visibility.countWorkflowExecutions),
    resetWorkflowExecution: bind(ctx, reset.resetWorkflowExecution),
    importWorkflowExecution: bind(ctx, imports.importWorkflowExecution),
  };
}

function taskCalls(ctx: ServiceContext): TaskCalls {
  const a = activityTasks;
  return {
    pollWorkflowTaskQueue: bind(ctx, workflowTasks.pollWorkflowTaskQueue),
    respondWorkflowTaskCompleted: bind(ctx, workflowTasks.respondWorkflowTaskCompleted),
    respondWorkflowTaskFailed: bind(ctx, workflowTasks.respondWorkflowTaskFailed),
    respondQueryTaskCompleted: bind(ctx, workflowTasks.respondQueryTaskCompleted),
    shutdownWorker: bind(ctx, workflowTasks.shutdownWorker),
    pollActivityTaskQueue: bind(ctx, a.pollActivityTaskQueue),
    respondActivityTaskCompleted: bind(ctx, a.respondActivityTaskCompleted),
    respondActivityTaskFailed: bind(ctx, a.respondActivityTaskFailed),
    respondActivityTaskCanceled: bind(ctx, a.respondActivityTaskCanceled),
    recordActivityTaskHeartbeat: bind(ctx, a.recordActivityTaskHeartbeat),
    respondActivityTaskCompletedById: async (request) =>
      a.respondActivityTaskCompleted(ctx, { ...request, taskToken: a.tokenById(ctx, request) }),
    respondActivityTaskFailedById: async (request) =>
      a.respondActivityTaskFailed(ctx, { ...request, taskToken: a.tokenById(ctx, request) }),
    respondActivityTaskCanceledById: async (request) =>
      a.respondActivityTaskCanceled(ctx, { ...request, taskToken: a.tokenById(ctx, request) }),
    recordActivityTaskHeartbeatById: async (request) =>
      a.recordActivityTaskHeartbeat(ctx, { ...request, taskToken: a.tokenById(ctx, request) }),
    describeTaskQueue: async ({ taskQueue, taskQueueType }) => {
      const queues = taskQueueType === 'WORKFLOW' ? ctx.workflowTasks : ctx.activityTasks;
      const { pollers, backlog } = queues.describe(taskQueue.name ?? '');
      return { pollers, approximateBacklogCount: backlog };
    },
  };
}

function scheduleCalls(ctx: ServiceContext): ScheduleCalls {
  return {
    createSchedule: bind(ctx, schedules.createSchedule),
    describeSchedule: bind(ctx, schedules.describeSchedule),
    updateSchedule: bind(ctx, schedules.updateSchedule),
    patchSchedule: bind(ctx, schedules.patchSchedule),
    deleteSchedule: bind(ctx, schedules.deleteSchedule),
    listSchedules: bind(ctx, schedules.listSchedules),
    listScheduleMatchingTimes: bind(ctx, schedules.listScheduleMatchingTimes),
  };
}

/** Nothing happens by itself any more. */
function stop(ctx: ServiceContext, recovery: Recovery, retention: Retention): void {
  retention.stop();
  recovery.stop();
  ctx.dueTimes.stop();
  ctx.schedules.stop();
  ctx.workflowTasks.close();
  ctx.activityTasks.close();
}

function control(
  ctx: ServiceContext,
  recovery: Recovery,
  retention: Retention,
): Pick<
  NamespaceService,
  'activity' | 'settleDueTimes' | 'releaseActivityTask' | 'retentionChanged' | 'close'
> {
  const isWaiting = (task: QueuedTask) => isWaitingTask(ctx.runs, task);
  return {
    activity: () => ({
      // First: to look at what waits brings runs into memory.
      loadedRuns: ctx.runs.loadedCount,
      nextDueMs: Math.min(ctx.dueTimes.nextMs, ctx.schedules.nextDueMs),
      tasksWithWorkers: ctx.inFlight.count(),
      isStoring: !ctx.runs.isSettled,
      backlog: ctx.workflowTasks.countWaiting(isWaiting) + ctx.activityTasks.countWaiting(isWaiting),
      overdue: ctx.dueTimes.overdue(ctx.clock.nowMs()),
    }),
    settleDueTimes: () =>
      ctx.dueTimes.settle((key) => {
        const state = ctx.runs.get(key)?.state;
        if (!state) return Infinity;
        state.dueMs = nextDueMs(state);
        return state.dueMs;
      }),
    releaseActivityTask: (taskToken) => activityTasks.releaseActivityTask(ctx, taskToken),
    retentionChanged: () => retention.begin(),
    close: async () => {
      stop(ctx, recovery, retention);
      await ctx.runs.durable();
      await ctx.store.close();
    },
  };
}
