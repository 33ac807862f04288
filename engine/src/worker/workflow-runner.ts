// The module's own: a test that fakes the global timers must not stop the worker.
import { setImmediate } from 'node:timers';
import { beginTask, heartbeatTask } from '../core/execution.js';
import type { Step, TaskAnswer } from '../core/step.js';
import type { HistoryEvent } from '../history/event.js';
import type {
  PollWorkflowTaskQueueRequest,
  PollWorkflowTaskQueueResponse,
  RespondWorkflowTaskCompletedRequest,
  StickyExecutionAttributes,
} from '../service/api/tasks.js';
import type { ServedQueue } from '../service/task-queues.js';
import { hasStatus } from './service-status.js';
import { ActivationQueue } from './activation-queue.js';
import type { ActivityRunner } from './activity-runner.js';
import type { QueryParts } from './answer-query.js';
import { answerQuery } from './answer-query.js';
import { answerRequest, countAnswer, countTask, stickyAttributes } from './answer-request.js';
import type { CachedExecution } from './cached-execution.js';
import type { Direct } from './direct.js';
import { whenAborted, whenStored } from './direct.js';
import { eagerly } from './eager-activities.js';
import { Executions } from './executions.js';
import { broughtEvents, wholeHistory } from './history-source.js';
import { nondeterminism } from './nondeterminism.js';
import type { CompiledOptions } from './options.js';
import { pollUntil } from './poll-loop.js';
import { Slots } from './slots.js';
import { inputOf } from './task-input.js';
import type { WorkflowHost } from './workflow-host.js';

/** A heartbeat goes out when this part of the workflow task's timeout is over. */
const heartbeatAt = 0.8;
const defaultTaskTimeoutMs = 10_000;

/** A workflow task that is being worked on. */
interface Work {
  readonly execution: CachedExecution;
  readonly task: PollWorkflowTaskQueueResponse;
  readonly beganMs: number;
}

/**
 * Polls for workflow tasks and answers them. In the service's process it is given them instead (`Direct`).
 *
 * Owns: its executions and their queue's name, the workflow tasks in flight. Does not own: activities.
 *
 * Invariants:
 * 1. Of one execution one task at most is worked on at a time; of different ones several are in flight.
 * 2. Whenever the service did not take an answer, or the task failed, the execution is evicted: what is in the
 *    cache has seen exactly what history holds (E5).
 * 3. A failed workflow task never ends a run here: it is reported, and the service tries it again.
 */
export class WorkflowRunner {
  readonly #options: CompiledOptions;
  readonly #host: WorkflowHost;
  readonly #slots: Slots;
  readonly #executions: Executions;
  readonly #activations: ActivationQueue;
  readonly #stickyQueue: string;
  readonly #sticky: StickyExecutionAttributes;
  readonly #respond: (request: RespondWorkflowTaskCompletedRequest) => Promise<void>;
  readonly #direct: Direct | undefined;
  readonly #queryParts: QueryParts;
  #served: readonly ServedQueue[] = [];
  #flushes = false;

  constructor(
    options: CompiledOptions,
    host: WorkflowHost,
    stickyQueue: string,
    activities: ActivityRunner | undefined,
    direct: Direct | undefined,
  ) {
    this.#options = options;
    this.#host = host;
    this.#direct = direct;
    this.#activations = new ActivationQueue(
      host,
      direct ? (call) => direct.turns.add('activate', call) : setImmediate,
    );
    this.#stickyQueue = stickyQueue;
    this.#sticky = stickyAttributes(options, stickyQueue);
    this.#respond = eagerly(options, activities);
    this.#slots = new Slots(options.maxConcurrentWorkflowTaskExecutions);
    this.#executions = new Executions(options, host);
    this.#queryParts = {
      options,
      executions: this.#executions,
      advance: (execution) => this.#advance(execution),
    };
  }

  get cachedCount(): number {
    return this.#executions.size;
  }

  get inFlight(): number {
    return this.#slots.used;
  }

  async poll(stop: AbortSignal): Promise<void> {
    const { service, namespace, taskQueue, identity, buildId, useVersioning, logger } = this.#options;
    const version = buildId ? { workerVersionCapabilities: { buildId, useVersioning } } : {};
    const base = { namespace, identity, embedded: true, ...version };
    const sticky = { name: this.#stickyQueue, kind: 'STICKY' as const, normalName: taskQueue };
    const queues = [{ name: taskQueue }, ...(this.#executions.stay ? [sticky] : [])];
    if (this.#direct) {
      const requests = queues.map((queue) => ({ ...base, taskQueue: queue }));
      return this.#serve(this.#direct, requests, stop);
    }
    const loop = (queue: { name: string; kind?: 'STICKY'; normalName?: string }) =>
      pollUntil(stop, {
        slots: this.#slots,
        poll: () => service.pollWorkflowTaskQueue({ ...base, taskQueue: queue }, { signal: stop }),
        handle: (task) => this.#handle(task),
        failed: (error) => logger.warn('Polling for workflow tasks failed', { error }),
      });
    const count = this.#options.maxConcurrentWorkflowTaskPolls;
    await Promise.all(queues.flatMap((queue) => Array.from({ length: count }, () => loop(queue))));
  }

  async #serve(
    { tasks }: Direct,
    requests: readonly PollWorkflowTaskQueueRequest[],
    stop: AbortSignal,
  ): Promise<void> {
    const server = {
      hasRoom: (waiting = 0) => this.#slots.available > waiting,
      serve: (task: PollWorkflowTaskQueueResponse) => {
        this.#slots.tryTake();
        if (!this.#begin(task)) void this.#handle(task);
      },
    };
    this.#served = requests.map((request) => tasks.serveWorkflowTasks(request, server));
    await whenAborted(stop);
    for (const queue of this.#served) queue.stop();
  }

  async whenIdle(): Promise<void> {
    await this.#slots.whenIdle();
    if (this.#direct) await whenStored(this.#direct.tasks);
  }

  /** Frees all cached executions, and lets other workers go on with them at once. */
  async close(): Promise<void> {
    this.#executions.clear();
    const { service, namespace, identity, logger } = this.#options;
    try {
      await service.shutdownWorker({ namespace, identity, stickyTaskQueue: this.#stickyQueue });
    } catch (error) {
      logger.debug('The service did not hear that the worker goes', { error });
    }
  }

  async #handle(task: PollWorkflowTaskQueueResponse): Promise<void> {
    await this.#answered(task, task.query ? answerQuery(this.#queryParts, task) : this.#work(task));
  }

  async #answered(task: PollWorkflowTaskQueueResponse, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#unanswered(task, error);
    } finally {
      this.#freeSlot();
    }
  }

  #unanswered(task: PollWorkflowTaskQueueResponse, error: unknown): void {
    this.#executions.evict(task.workflowExecution.runId);
    if (hasStatus(error, 'NOT_FOUND')) return;
    const { logger } = this.#options;
    const attributes = { error, ...task.workflowExecution };
    // Something came while the code ended its run: it runs again and hears of it, which is nobody's fault.
    const comesAgain = error instanceof Error && error.message.startsWith('UNHANDLED_COMMAND');
    if (comesAgain) logger.debug('A workflow ended before it heard of all, and is run again', attributes);
    else logger.error('A workflow task could not be answered', attributes);
  }

  #freeSlot(): void {
    this.#slots.free();
    for (const queue of this.#served) queue.resume();
  }

  async #work(task: PollWorkflowTaskQueueResponse): Promise<void> {
    const beganMs = this.#options.clock.nowMs();
    const execution = await this.#executions.take(task);
    await this.#finish({ execution, task, beganMs }, async () => {
      const events = await this.#eventsFor(execution, task);
      beginTask(execution.state, inputOf(task, events));
      return this.#advance(execution);
    });
  }

  /** From the first step of a task, which `begin` brings, to its answer. */
  async #finish(work: Work, begin: () => Promise<Step> | Step): Promise<void> {
    const { execution, task } = work;
    try {
      const step = await this.#run(work, await begin());
      if (step.type === 'answer') {
        this.#countTask(work);
        await this.#complete(execution, task, step.answer);
      } else await this.#fail(execution, task, step);
    } catch (error) {
      this.#executions.drop(execution);
      throw error;
    } finally {
      execution.end();
    }
  }

  /**
   * Begins a task that needs no promise: its execution is ready, or its history is whole; nothing has to be decoded.
   * False when it is not such a task; nothing has been done then.
   */
  #begin(task: PollWorkflowTaskQueueResponse): boolean {
    if (task.query || this.#options.codecs.length > 0 || this.#host.settled) return false;
    const execution = this.#executions.takeNow(task);
    if (!execution) return false;
    const work = { execution, task, beganMs: this.#options.clock.nowMs() };
    try {
      beginTask(execution.state, inputOf(task, task.history.events));
      this.#activations.add({
        execution,
        stepped: (step) => {
          if (step.type === 'answer') this.#completeNow(work, step.answer);
          else
            void this.#answered(
              task,
              this.#finish(work, () => step),
            );
        },
        failed: (error) => this.#broke(work, error),
      });
    } catch (error) {
      this.#broke(work, error);
    }
    return true;
  }

  /** Answers the task in this turn; the answer counts when it is durable. */
  #completeNow(work: Work, answer: TaskAnswer): void {
    const { execution, task } = work;
    const { runId } = execution;
    const { tasks, turns } = this.#direct!;
    const stays = !answer.closes && this.#executions.stay;
    execution.end();
    try {
      if (stays) this.#executions.keep(execution);
      this.#countTask(work);
      tasks.completeWorkflowTask(
        answerRequest(this.#options, task, answer, this.#executions.stay ? this.#sticky : undefined),
      );
      countAnswer(this.#options.metrics, execution, answer);
      if (stays) tasks.whenDurable((failure) => void (failure && this.#executions.evict(runId)));
      else this.#executions.drop(execution);
    } catch (error) {
      this.#executions.drop(execution);
      this.#unanswered(task, error);
    }
    this.#freeSlot();
    if (this.#flushes) return;
    this.#flushes = true;
    turns.add('store', () => {
      this.#flushes = false;
      tasks.flush();
    });
  }

  #broke({ execution, task }: Work, error: unknown): void {
    execution.end();
    this.#executions.drop(execution);
    this.#unanswered(task, error);
    this.#freeSlot();
  }

  async #eventsFor(
    execution: CachedExecution,
    task: PollWorkflowTaskQueueResponse,
  ): Promise<readonly HistoryEvent[]> {
    const goesOn = execution.state.feed.lastEventId > 0;
    return goesOn ? broughtEvents(this.#options, task) : wholeHistory(this.#options, task);
  }

  /** Drives the code to the end of the task; sends heartbeats while local activities run. */
  async #run(
    { execution, task, beganMs }: Work,
    first: Step,
  ): Promise<Exclude<Step, { type: 'activate' | 'awaitLocalActivities' }>> {
    for (let step = first; ; step = await this.#advance(execution)) {
      if (step.type === 'activate') continue;
      if (step.type !== 'awaitLocalActivities') return step;
      // Only now the first event has been applied, which says how long a task may take.
      const timeoutMs = execution.state.started?.attributes.workflowTaskTimeoutMs || defaultTaskTimeoutMs;
      if (await execution.local.nextOutcome(beganMs + heartbeatAt * timeoutMs)) continue;
      this.#options.logger.debug('Keeping a workflow task alive', { ...task.workflowExecution });
      return { type: 'answer', answer: heartbeatTask(execution.state) };
    }
  }

  async #advance(execution: CachedExecution): Promise<Step> {
    const host = this.#host;
    const { codecs } = this.#options;
    const step = await (codecs.length > 0 ? execution.advanceWithCodecs() : this.#activations.run(execution));
    return host.settled ? execution.settle(step, () => host.settled!()) : step;
  }

  async #complete(
    execution: CachedExecution,
    task: PollWorkflowTaskQueueResponse,
    answer: TaskAnswer,
  ): Promise<void> {
    // The next task may come before the answer to this one is confirmed: it must find the execution.
    if (!answer.closes && this.#executions.stay) this.#executions.keep(execution);
    const sticky = this.#executions.stay ? this.#sticky : undefined;
    await this.#respond(answerRequest(this.#options, task, answer, sticky));
    countAnswer(this.#options.metrics, execution, answer);
    if (answer.closes || !this.#executions.stay) this.#executions.drop(execution);
  }

  /** Before the answer is given: after it the execution may be at its next task. */
  #countTask({ execution, task, beganMs }: Work): void {
    const { clock, metrics } = this.#options;
    countTask(metrics, execution, task, clock.nowMs() - beganMs);
  }

  async #fail(
    execution: CachedExecution,
    task: PollWorkflowTaskQueueResponse,
    step: Extract<Step, { type: 'mismatch' | 'failed' }>,
  ): Promise<void> {
    const { service, identity, namespace, logger, metrics } = this.#options;
    this.#executions.drop(execution);
    const { cause, failure } = step.type === 'failed' ? step : nondeterminism(step.mismatch);
    metrics.workflowTaskFailed(task.workflowType.name, cause);
    logger.warn(`A workflow task failed: ${failure.message}`, {
      cause,
      attempt: task.attempt,
      workflowType: task.workflowType.name,
      ...task.workflowExecution,
      stackTrace: failure.stackTrace,
    });
    await service.respondWorkflowTaskFailed({
      namespace,
      taskToken: task.taskToken,
      identity,
      cause,
      failure,
    });
  }
}
