import { beginTask, heartbeatTask, rewind } from '../core/execution.js';
import type { QueryResult } from '../core/activation.js';
import type { Mismatch } from '../core/mismatch.js';
import type { QueryInput, Step, TaskAnswer, TaskInput } from '../core/step.js';
import type { HistoryEvent } from '../history/event.js';
import type { Failure, WorkflowTaskFailedCause } from '../history/messages.js';
import type { WorkflowQueryResult } from '../service/api/common.js';
import type { PollActivityTaskQueueResponse, PollWorkflowTaskQueueResponse } from '../service/api/tasks.js';
import { hasStatus } from './service-status.js';
import { ActivationQueue } from './activation-queue.js';
import { CachedExecution } from './cached-execution.js';
import { eventsForQuery, wholeHistory } from './history-source.js';
import { LocalActivities } from './local-activities.js';
import type { CompiledOptions } from './options.js';
import { pollUntil } from './poll-loop.js';
import { Slots } from './slots.js';
import { StickyCache } from './sticky-cache.js';
import { toProtocolMessage, updateRequests } from './update-messages.js';
import type { WorkflowHost } from './workflow-host.js';

/** A heartbeat goes out when this part of the workflow task's timeout is over. */
const heartbeatAt = 0.8;
const defaultTaskTimeoutMs = 10_000;

/**
 * Polls for workflow tasks and answers them.
 *
 * Owns: the sticky cache and its queue's name, the workflow tasks in flight. Does not own: activities.
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
  readonly #localSlots: Slots;
  readonly #cache: StickyCache;
  readonly #activations: ActivationQueue;
  readonly #stickyQueue: string;
  readonly #runEagerly: (task: PollActivityTaskQueueResponse) => void;

  constructor(
    options: CompiledOptions,
    host: WorkflowHost,
    stickyQueue: string,
    runEagerly: (task: PollActivityTaskQueueResponse) => void,
  ) {
    this.#options = options;
    this.#host = host;
    this.#activations = new ActivationQueue(host);
    this.#stickyQueue = stickyQueue;
    this.#runEagerly = runEagerly;
    this.#slots = new Slots(options.maxConcurrentWorkflowTaskExecutions);
    this.#localSlots = new Slots(options.maxConcurrentLocalActivityExecutions);
    this.#cache = new StickyCache(options.maxCachedWorkflows, options.maxCachedWorkflowBytes, (size) =>
      options.metrics.stickyCache('evicted', size),
    );
  }

  get cachedCount(): number {
    return this.#cache.size;
  }

  get inFlight(): number {
    return this.#slots.used;
  }

  async poll(stop: AbortSignal): Promise<void> {
    const { service, namespace, taskQueue, identity, buildId, useVersioning, logger } = this.#options;
    const version = buildId ? { workerVersionCapabilities: { buildId, useVersioning } } : {};
    const base = { namespace, identity, embedded: true, ...version };
    const loop = (queue: { name: string; kind?: 'STICKY'; normalName?: string }) =>
      pollUntil(stop, {
        slots: this.#slots,
        poll: () => service.pollWorkflowTaskQueue({ ...base, taskQueue: queue }, { signal: stop }),
        handle: (task) => this.#handle(task),
        failed: (error) => logger.warn('Polling for workflow tasks failed', { error }),
      });
    const loops: Promise<void>[] = [];
    for (let count = 0; count < this.#options.maxConcurrentWorkflowTaskPolls; count++) {
      loops.push(loop({ name: taskQueue }));
      if (this.#cache.isOn) {
        loops.push(loop({ name: this.#stickyQueue, kind: 'STICKY', normalName: taskQueue }));
      }
    }
    await Promise.all(loops);
  }

  whenIdle(): Promise<void> {
    return this.#slots.whenIdle();
  }

  /** Frees all cached executions, and lets other workers go on with them at once. */
  async close(): Promise<void> {
    this.#cache.clear();
    const { service, namespace, identity, logger } = this.#options;
    try {
      await service.shutdownWorker({ namespace, identity, stickyTaskQueue: this.#stickyQueue });
    } catch (error) {
      logger.debug('The service did not hear that the worker goes', { error });
    }
  }

  async #handle(task: PollWorkflowTaskQueueResponse): Promise<void> {
    try {
      if (task.query) await this.#answerQuery(task);
      else await this.#work(task);
    } catch (error) {
      this.#cache.evict(task.workflowExecution.runId);
      if (!hasStatus(error, 'NOT_FOUND')) {
        this.#options.logger.error('A workflow task could not be answered', {
          error,
          ...task.workflowExecution,
        });
      }
    } finally {
      this.#slots.free();
    }
  }

  async #work(task: PollWorkflowTaskQueueResponse): Promise<void> {
    const { clock, metrics } = this.#options;
    const beganMs = clock.nowMs();
    const execution = await this.#executionFor(task);
    try {
      const events = await this.#eventsFor(execution, task);
      beginTask(execution.state, inputOf(task, events));
      const step = await this.#run(execution, task);
      if (step.type === 'answer') {
        await this.#complete(execution, task, step.answer);
        metrics.workflowTaskCompleted(task.workflowType.name, events.length, clock.nowMs() - beganMs);
      } else await this.#fail(execution, task, step);
    } catch (error) {
      this.#drop(execution);
      throw error;
    } finally {
      execution.end();
    }
  }

  /** The cached execution when it can go on from where it is; else a new one. */
  async #executionFor(task: PollWorkflowTaskQueueResponse): Promise<CachedExecution> {
    const { runId } = task.workflowExecution;
    const { metrics } = this.#options;
    const cached = this.#cache.get(runId);
    if (cached) {
      if (cached.busy) await cached.begin();
      else cached.busy = true;
      // It may have been evicted, or gone on, while this task waited for it.
      if (this.#cache.get(runId) === cached && goesOn(cached, task)) {
        metrics.stickyCache('hit', this.#cache.size);
        return cached;
      }
      cached.end();
      this.#cache.evict(runId);
    }
    metrics.stickyCache('miss', this.#cache.size);
    const execution = this.#newExecution(task);
    execution.busy = true;
    return execution;
  }

  #newExecution(task: PollWorkflowTaskQueueResponse): CachedExecution {
    const { workflowId, runId } = task.workflowExecution;
    const identity = { workflowId, runId, workflowType: task.workflowType.name };
    const newLocal = ({ state }: CachedExecution) =>
      new LocalActivities(this.#options, state, identity, this.#localSlots);
    return new CachedExecution(this.#options, this.#host, identity, newLocal);
  }

  async #eventsFor(
    execution: CachedExecution,
    task: PollWorkflowTaskQueueResponse,
  ): Promise<readonly HistoryEvent[]> {
    const { events } = task.history;
    const first = events[0]?.eventId;
    if (execution.state.feed.lastEventId > 0 || first === 1) return events;
    return wholeHistory(this.#options, task);
  }

  /** Drives the code to the end of the task; sends heartbeats while local activities run. */
  async #run(
    execution: CachedExecution,
    task: PollWorkflowTaskQueueResponse,
  ): Promise<Exclude<Step, { type: 'activate' | 'awaitLocalActivities' }>> {
    const { clock } = this.#options;
    const beganMs = clock.nowMs();
    for (;;) {
      const step = await this.#advance(execution);
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
    const { service, identity, namespace, buildId, useVersioning, metrics } = this.#options;
    // The next task may come before the answer to this one is confirmed: it must find the execution.
    if (!answer.closes && this.#cache.isOn) this.#cache.keep(execution);
    const messages = answer.messages.map(toProtocolMessage);
    const { commands, queryResults, sdkMetadata, forceCreateNewWorkflowTask } = answer;
    const { activityTasks } = await service.respondWorkflowTaskCompleted({
      namespace,
      taskToken: task.taskToken,
      identity,
      commands,
      sdkMetadata,
      forceCreateNewWorkflowTask,
      ...(messages.length > 0 ? { messages } : {}),
      ...(queryResults.length > 0 ? { queryResults: resultsById(queryResults) } : {}),
      ...(buildId ? { workerVersionStamp: { buildId, useVersioning } } : {}),
      ...(this.#cache.isOn && !answer.closes ? { stickyAttributes: this.#sticky() } : {}),
    });
    for (const activityTask of activityTasks) this.#runEagerly(activityTask);
    const { feed, clock } = execution.state;
    metrics.historySize(task.workflowType.name, feed.lastEventId, clock.historySizeBytes);
    if (commands.some(({ type }) => type === 'ContinueAsNewWorkflowExecution')) {
      metrics.continuedAsNew(task.workflowType.name);
    }
    if (answer.closes || !this.#cache.isOn) this.#drop(execution);
  }

  #sticky() {
    return {
      workerTaskQueue: {
        name: this.#stickyQueue,
        kind: 'STICKY' as const,
        normalName: this.#options.taskQueue,
      },
      scheduleToStartTimeoutMs: this.#options.stickyScheduleToStartMs,
    };
  }

  async #fail(
    execution: CachedExecution,
    task: PollWorkflowTaskQueueResponse,
    step: Extract<Step, { type: 'mismatch' | 'failed' }>,
  ): Promise<void> {
    const { service, identity, namespace, logger, metrics } = this.#options;
    this.#drop(execution);
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

  #drop(execution: CachedExecution): void {
    if (this.#cache.get(execution.runId) === execution) this.#cache.evict(execution.runId);
    else execution.dispose();
  }

  /** A query alone: answered by the cached execution, or by one that is replayed for it and thrown away. */
  async #answerQuery(task: PollWorkflowTaskQueueResponse): Promise<void> {
    const cached = this.#cache.get(task.workflowExecution.runId);
    if (cached) {
      await cached.begin();
      try {
        if (this.#cache.get(cached.runId) === cached && goesOn(cached, task)) {
          return await this.#respondToQuery(cached, task, []);
        }
      } finally {
        cached.end();
      }
    }
    const execution = this.#newExecution(task);
    try {
      const { events } = task.history;
      const whole = events[0]?.eventId === 1 ? events : await wholeHistory(this.#options, task);
      await this.#respondToQuery(execution, task, eventsForQuery(whole));
    } finally {
      execution.dispose();
    }
  }

  async #respondToQuery(
    execution: CachedExecution,
    task: PollWorkflowTaskQueueResponse,
    events: readonly HistoryEvent[],
  ): Promise<void> {
    const { service, namespace } = this.#options;
    const query = { queryId: task.taskToken, ...queryOf(task.query!) };
    const { previousStartedEventId, startedEventId } = task;
    beginTask(execution.state, { events, previousStartedEventId, startedEventId, queries: [query] });
    const step = await this.#advance(execution);
    const result = queryOutcome(step);
    await service.respondQueryTaskCompleted({
      namespace,
      taskToken: task.taskToken,
      completedType: result.resultType,
      ...(result.answer ? { queryResult: result.answer } : {}),
      ...(result.errorMessage !== undefined ? { errorMessage: result.errorMessage } : {}),
      ...(result.failure ? { failure: result.failure } : {}),
    });
  }
}

/** Whether the task brings exactly what follows what the execution has seen. */
function goesOn({ state, isLost }: CachedExecution, task: PollWorkflowTaskQueueResponse): boolean {
  if (isLost) return false;
  const first = task.history.events[0]?.eventId;
  if (first === undefined || first === state.feed.lastEventId + 1) return true;
  // A task that only rejected updates has left no events: the next one begins where it began.
  if (first > state.feed.lastEventId || state.outgoingHead < state.outgoing.length) return false;
  if (first !== task.previousStartedEventId + 1) return false;
  rewind(state, task.previousStartedEventId);
  return true;
}

function inputOf(task: PollWorkflowTaskQueueResponse, events: readonly HistoryEvent[]): TaskInput {
  const { previousStartedEventId, startedEventId, messages } = task;
  const queries: QueryInput[] = [];
  for (const queryId in task.queries) queries.push({ queryId, ...queryOf(task.queries[queryId]!) });
  return {
    events,
    previousStartedEventId,
    startedEventId,
    ...(messages.length > 0 ? { messages: updateRequests(messages) } : {}),
    ...(queries.length > 0 ? { queries } : {}),
  };
}

function queryOf(query: NonNullable<PollWorkflowTaskQueueResponse['query']>): Omit<QueryInput, 'queryId'> {
  const { queryType, queryArgs, header } = query;
  return { queryType, arguments: queryArgs ?? [], headers: header?.fields ?? {} };
}

function resultsById(results: readonly QueryResult[]): Readonly<Record<string, WorkflowQueryResult>> {
  return Object.fromEntries(results.map((result) => [result.queryId, resultOf(result)]));
}

function resultOf(result: QueryResult): WorkflowQueryResult {
  if (result.status === 'failed') {
    const { failure } = result;
    return { resultType: 'FAILED', errorMessage: failure.message ?? '', failure };
  }
  return { resultType: 'ANSWERED', answer: result.response ? [result.response] : [] };
}

function queryOutcome(step: Step): WorkflowQueryResult {
  if (step.type === 'answer') {
    const [result] = step.answer.queryResults;
    if (result) return resultOf(result);
  }
  const failure =
    step.type === 'failed'
      ? step.failure
      : step.type === 'mismatch'
        ? nondeterminism(step.mismatch).failure
        : { message: 'The query was not answered: the workflow waits for local activities' };
  return { resultType: 'FAILED', errorMessage: failure.message ?? '', failure };
}

function nondeterminism(mismatch: Mismatch): {
  readonly cause: WorkflowTaskFailedCause;
  readonly failure: Failure;
} {
  const { message, eventId, workflowTask, callSite } = mismatch;
  const where = eventId === undefined ? '' : ` (event ${eventId}, workflow task ${workflowTask})`;
  return {
    cause: 'NON_DETERMINISTIC_ERROR',
    failure: {
      message: `Nondeterminism: ${message}${where}`,
      source: 'Refrain',
      ...(callSite ? { stackTrace: callSite } : {}),
      applicationFailureInfo: { type: 'NondeterminismError', nonRetryable: true },
    },
  };
}
