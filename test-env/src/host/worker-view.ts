import type { Service, TaskApi } from '@refrain/engine/internal';
import type { Traffic } from '../time/traffic.js';
import { forwarding } from './client-view.js';

type WorkflowTask = TaskApi.PollWorkflowTaskQueueResponse;
type WorkerService = Service;
type ActivityTask = TaskApi.PollActivityTaskQueueResponse;

/** What an environment does with the tasks that pass between the service and its worker. */
export interface WorkerViewOptions {
  readonly traffic: Traffic;
  /**
   * Workflow tasks come with their whole history, and activities through the queue: a worker can then be replaced
   * at any moment without waiting for a sticky queue's timeout.
   */
  readonly plainTasks?: boolean;
  /** Before a poll for workflow tasks reaches the service; explored runs hold it back. */
  readonly admitPoll?: (poll: Poll, signal: AbortSignal | undefined) => Promise<WorkflowTask | undefined>;
  /** A workflow task that the environment answers itself: true keeps it from the worker. */
  readonly takeWorkflowTask?: (task: WorkflowTask) => Promise<boolean>;
  /** An activity task that the environment answers itself. */
  readonly takeActivityTask?: (task: ActivityTask) => Promise<boolean>;
  /** A worker is about to answer a workflow task. */
  readonly beforeAnswer?: (
    task: WorkflowTask,
    answer: TaskApi.RespondWorkflowTaskCompletedRequest,
  ) => Promise<void>;
  /** A worker has answered a workflow task with a failure. */
  readonly onTaskFailed?: (task: WorkflowTask, failure: TaskApi.RespondWorkflowTaskFailedRequest) => void;
  /** The answer is recorded. */
  readonly afterAnswer?: (task: WorkflowTask) => Promise<void>;
}

/** Polls the service; ends when the worker's own signal or the given one says so. */
export type Poll = (signal?: AbortSignal) => Promise<WorkflowTask | undefined>;

/**
 * The service as the environment's worker sees it. It owns the tasks that the worker has taken and not answered:
 * while there are any, time stands still. An activity's attempt counts here until its function starts and after
 * it has ended; in between, it counts as an actor (which can be parked).
 */
export class WorkerView {
  readonly service: WorkerService;
  readonly #target: WorkerService;
  readonly #options: WorkerViewOptions;
  readonly #workflowTasks = new Map<string, { readonly task: WorkflowTask; end: () => void }>();
  readonly #pausedRuns = new Map<string, number>();
  readonly #activityTasks = new Map<string, () => void>();

  constructor(target: WorkerService, options: WorkerViewOptions) {
    this.#target = target;
    this.#options = options;
    this.service = forwarding(target, this.#taskCalls(), (call) => options.traffic.during(call));
  }

  /** The function of an activity attempt starts (its actor takes over), or has ended and is to be answered. */
  activityStarted(taskToken: string): void {
    this.#endActivity(taskToken);
  }

  activityEnded(taskToken: string): void {
    this.#activityTasks.set(taskToken, this.#options.traffic.begin());
  }

  /**
   * A local activity of the run waits for virtual time, or has gone on. Meanwhile the run's workflow task does not
   * hold time up, nor do the ones that follow it to keep it alive.
   */
  pauseWorkflowTasks(runId: string, isPaused: boolean): void {
    const paused = (this.#pausedRuns.get(runId) ?? 0) + (isPaused ? 1 : -1);
    if (paused > 0) this.#pausedRuns.set(runId, paused);
    else this.#pausedRuns.delete(runId);
    for (const entry of this.#workflowTasks.values()) {
      if (entry.task.workflowExecution.runId !== runId) continue;
      entry.end();
      if (paused === 0) entry.end = this.#options.traffic.begin();
    }
  }

  /** Forgets the workflow tasks of a worker that is gone. */
  abandonWorkflowTasks(): void {
    for (const { end } of this.#workflowTasks.values()) end();
    this.#workflowTasks.clear();
  }

  #taskCalls(): Partial<WorkerService> {
    const target = this.#target;
    const answerActivity =
      <R extends { readonly taskToken: string }, T>(call: (request: R) => Promise<T>) =>
      async (request: R): Promise<T> => {
        try {
          return await this.#options.traffic.during(() => call(request));
        } finally {
          this.#endActivity(request.taskToken);
        }
      };
    return {
      pollWorkflowTaskQueue: (request, options) => this.#pollWorkflowTask(request, options?.signal),
      respondWorkflowTaskCompleted: (request) => this.#completeWorkflowTask(request),
      respondWorkflowTaskFailed: (request) => {
        const task = this.#workflowTasks.get(request.taskToken)?.task;
        if (task) this.#options.onTaskFailed?.(task, request);
        return this.#answerWorkflowTask(request.taskToken, () => target.respondWorkflowTaskFailed(request));
      },
      respondQueryTaskCompleted: (request) =>
        this.#answerWorkflowTask(request.taskToken, () => target.respondQueryTaskCompleted(request)),
      pollActivityTaskQueue: (request, options) => this.#pollActivityTask(request, options?.signal),
      respondActivityTaskCompleted: answerActivity((request) => target.respondActivityTaskCompleted(request)),
      respondActivityTaskFailed: answerActivity((request) => target.respondActivityTaskFailed(request)),
      respondActivityTaskCanceled: answerActivity((request) => target.respondActivityTaskCanceled(request)),
      releaseActivityTask: (taskToken) => {
        this.#endActivity(taskToken);
        return target.releaseActivityTask(taskToken);
      },
    };
  }

  // Polls go out without a timeout: its timer would be one more thing to skip to, for ever.
  async #pollWorkflowTask(
    request: TaskApi.PollWorkflowTaskQueueRequest,
    signal: AbortSignal | undefined,
  ): Promise<WorkflowTask | undefined> {
    const poll: Poll = (other) => {
      const signals = [signal, other].filter((each) => each !== undefined);
      return this.#target.pollWorkflowTaskQueue(
        request,
        signals.length > 0 ? { signal: AbortSignal.any(signals) } : {},
      );
    };
    for (;;) {
      const task = await (this.#options.admitPoll?.(poll, signal) ?? poll());
      if (!task) return undefined;
      const end = this.#options.traffic.begin();
      if (await this.#options.takeWorkflowTask?.(task)) end();
      else {
        this.#workflowTasks.set(task.taskToken, { task, end });
        if (this.#pausedRuns.has(task.workflowExecution.runId)) end();
        return task;
      }
    }
  }

  async #pollActivityTask(
    request: TaskApi.PollActivityTaskQueueRequest,
    signal: AbortSignal | undefined,
  ): Promise<ActivityTask | undefined> {
    for (;;) {
      const task = await this.#target.pollActivityTaskQueue(request, signal ? { signal } : {});
      if (!task) return undefined;
      const end = this.#options.traffic.begin();
      if (await this.#options.takeActivityTask?.(task)) end();
      else {
        this.#activityTasks.set(task.taskToken, end);
        return task;
      }
    }
  }

  async #completeWorkflowTask(
    request: TaskApi.RespondWorkflowTaskCompletedRequest,
  ): Promise<TaskApi.RespondWorkflowTaskCompletedResponse> {
    return this.#answerWorkflowTask(request.taskToken, async () => {
      const task = this.#workflowTasks.get(request.taskToken)?.task;
      if (task) await this.#options.beforeAnswer?.(task, request);
      // A next task in the answer would pass by what the environment does with polled tasks.
      const response = await this.#target.respondWorkflowTaskCompleted({
        ...(this.#options.plainTasks ? withoutShortcuts(request) : request),
        returnNewWorkflowTask: false,
      });
      for (const activity of response.activityTasks) {
        this.#activityTasks.set(activity.taskToken, this.#options.traffic.begin());
      }
      if (task) await this.#options.afterAnswer?.(task);
      return response;
    });
  }

  async #answerWorkflowTask<T>(taskToken: string, call: () => Promise<T>): Promise<T> {
    try {
      return await this.#options.traffic.during(call);
    } finally {
      this.#workflowTasks.get(taskToken)?.end();
      this.#workflowTasks.delete(taskToken);
    }
  }

  #endActivity(taskToken: string): void {
    this.#activityTasks.get(taskToken)?.();
    this.#activityTasks.delete(taskToken);
  }
}

function withoutShortcuts(
  request: TaskApi.RespondWorkflowTaskCompletedRequest,
): TaskApi.RespondWorkflowTaskCompletedRequest {
  const { stickyAttributes: _, ...rest } = request;
  const commands = request.commands.map((command) =>
    command.type === 'ScheduleActivityTask'
      ? { ...command, attributes: { ...command.attributes, requestEagerExecution: false } }
      : command,
  );
  return { ...rest, commands };
}
