import {
  MemoryStore,
  openService,
  type Command,
  type Random,
  type Service,
  type TaskApi,
} from '@refrain/engine/internal';
import type { ActivityMock } from '../mocks/activity-mock.js';
import type { Activities } from '../mocks/activity-types.js';
import { MockRegistry } from '../mocks/registry.js';
import type { SearchAttributeType } from '../options.js';
import { Actors } from '../time/actors.js';
import { TimeSkipper } from '../time/time-skipper.js';
import { Traffic } from '../time/traffic.js';
import { VirtualClock } from '../time/virtual-clock.js';
import { ActivityHost, type Attempt } from './activity-host.js';
import { clientView } from './client-view.js';
import type { WorkflowCode } from './code.js';
import { defaultConversion } from './conversion.js';
import { withDecisions, type Decisions } from './decisions.js';
import { Listeners, type Execution } from './listeners.js';
import { MockedWorkflows } from './mocked-workflows.js';
import { describeOpenExecutions, historyOf } from './open-executions.js';
import { Problems } from './problems.js';
import {
  completeAsyncError,
  startTestWorker,
  unexpectedCallFailure,
  type TestWorker,
} from './test-worker.js';
import { WorkerView, type WorkerViewOptions } from './worker-view.js';

export interface StageOptions {
  readonly code: WorkflowCode;
  readonly nowMs: number;
  readonly random: Random;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly autoSkip: boolean;
  readonly maxSkips: number;
  readonly stallMs: number;
  readonly activityMs: number;
  readonly activities: Activities;
  readonly twice: boolean;
  readonly searchAttributes?: Readonly<Record<string, SearchAttributeType>> | undefined;
  /** Workflows and activities have workers of their own, so that one can be replaced without the other. */
  readonly separateWorkers?: boolean;
  /** Holds polls for workflow tasks back: explored runs. */
  readonly admitPoll?: WorkerViewOptions['admitPoll'];
  /** Goes around every activity attempt: explored runs. */
  readonly aroundAttempt?: (attempt: Attempt, perform: () => Promise<unknown>) => Promise<unknown>;
  /** A worker has answered a workflow task with a failure; the service is going to give the task out again. */
  readonly onTaskFailed?: WorkerViewOptions['onTaskFailed'];
  readonly onClosed: (execution: Partial<Execution>) => Promise<void>;
}

/**
 * One engine in virtual time: a service over a memory store, its workers, and everything that stands between them.
 * It owns the clock and the workers. Both the environment and explored runs are built on it.
 */
export class Stage {
  readonly clock: VirtualClock;
  readonly traffic = new Traffic();
  readonly actors = new Actors(this.traffic);
  readonly listeners = new Listeners();
  readonly skipper: TimeSkipper;
  readonly problems: Problems;
  readonly registry: MockRegistry;
  readonly activities: ActivityHost;
  readonly mocked: MockedWorkflows;
  readonly decisions: Decisions = { versions: new Map(), patches: new Map(), sideEffects: [] };
  /** The service itself: calls to it do not count as the test's. */
  readonly service: Service;
  /** The service for the test's client. */
  readonly clientService: Service;
  readonly #options: StageOptions;
  readonly #workerView: WorkerView;
  readonly #workers = new Map<string, TestWorker>();
  readonly #activityWorkers = new Map<string, TestWorker>();
  #code: WorkflowCode;

  constructor(options: StageOptions) {
    this.#options = options;
    this.#code = options.code;
    const { namespace, taskQueue, clock } = { ...options, clock: new VirtualClock(options.nowMs) };
    this.clock = clock;
    this.service = openService({
      store: new MemoryStore(),
      clock,
      random: options.random,
      withholdsActivity: (task) => this.#withholds(task),
      ...(options.searchAttributes ? { searchAttributes: options.searchAttributes } : {}),
    });
    const service = this.service;
    this.skipper = new TimeSkipper(clock, this.traffic, {
      autoSkip: options.autoSkip,
      maxSkips: options.maxSkips,
      stallMs: options.stallMs,
      activityMs: options.activityMs,
      heldUpSince: (looks) => this.actors.heldUpSince(looks),
      settleTimers: () => service.settleDueTimes(),
      describePending: () => describeOpenExecutions(service, namespace),
    });
    this.problems = new Problems(() => this.skipper);
    this.registry = new MockRegistry((error) => this.problems.report(error));
    this.activities = new ActivityHost({
      registered: options.activities,
      registry: this.registry,
      actors: this.actors,
      clock,
      twice: options.twice,
      unexpectedFailure: unexpectedCallFailure,
      completeAsync: (attempt, mock) => this.#completeAsync(attempt, mock),
    });
    this.mocked = new MockedWorkflows({
      service,
      registry: this.registry,
      actors: this.actors,
      conversion: defaultConversion,
      namespace,
      taskQueue,
    });
    this.clientService = this.#clientService(service);
    this.#workerView = this.#makeWorkerView(service);
    this.ensureWorker(taskQueue);
  }

  get api(): WorkflowCode['api'] {
    return this.#code.api;
  }

  /** Workers run for every task queue that anybody names. */
  ensureWorker(taskQueue: string): void {
    if (!this.#workers.has(taskQueue)) this.#workers.set(taskQueue, this.#startWorker(taskQueue, this.#code));
    if (!this.#options.separateWorkers || this.#activityWorkers.has(taskQueue)) return;
    this.#activityWorkers.set(taskQueue, this.#startWorker(taskQueue, undefined));
  }

  /** The workers that run workflows are gone at once; new ones start cold, on `code` if it is given. */
  replaceWorkers(code: WorkflowCode = this.#code): void {
    this.#code = code;
    const queues = [...this.#workers.keys()];
    for (const worker of this.#workers.values()) worker.abandon();
    this.#workers.clear();
    this.#workerView.abandonWorkflowTasks();
    for (const queue of queues) this.ensureWorker(queue);
  }

  async close(): Promise<void> {
    this.activities.close();
    for (const worker of [...this.#workers.values(), ...this.#activityWorkers.values()]) worker.abandon();
    await this.service.close();
  }

  #startWorker(taskQueue: string, code: WorkflowCode | undefined): TestWorker {
    const toPayload = (value: unknown) => defaultConversion.toPayloads(value)[0];
    return startTestWorker({
      service: this.#workerView.service,
      host: code && withDecisions(code.host, this.decisions, toPayload),
      workflowsOnly: code !== undefined && this.#options.separateWorkers === true,
      clock: this.clock,
      namespace: this.#options.namespace,
      taskQueue,
      onFailure: (error) => this.problems.report(error),
      runActivity: (attempt, args) => this.#runAttempt(attempt, args),
    });
  }

  async #runAttempt(attempt: Attempt, args: readonly unknown[]): Promise<unknown> {
    // While a local activity waits for virtual time, so does the workflow task that it is part of.
    const onPark = (isParked: boolean) => this.#workerView.pauseWorkflowTasks(attempt.runId, isParked);
    const run = () => this.activities.run(attempt, args, attempt.isLocal ? onPark : undefined);
    this.#workerView.activityStarted(attempt.taskToken);
    try {
      return await (this.#options.aroundAttempt ? this.#options.aroundAttempt(attempt, run) : run());
    } finally {
      if (!attempt.isLocal && !attempt.isOver()) this.#workerView.activityEnded(attempt.taskToken);
    }
  }

  #withholds({
    activityType,
    attempt,
    workflowExecution,
    input,
  }: TaskApi.PollActivityTaskQueueResponse): boolean {
    const { workflowId = '' } = workflowExecution;
    const named = { activityType: activityType.name, attempt, workflowId };
    return this.activities.withholds(named, () => defaultConversion.fromPayloads(input));
  }

  #clientService(service: Service): Service {
    const view = clientView(service, {
      traffic: this.traffic,
      actors: this.actors,
      skipper: this.skipper,
      onClosed: async (execution) => this.#options.onClosed(execution as Partial<Execution>),
    });
    const ensured = <R extends { readonly taskQueue: { readonly name?: string | undefined } }, T>(
      call: (request: R) => Promise<T>,
    ) => {
      return (request: R): Promise<T> => {
        const name = request.taskQueue.name ?? this.#options.taskQueue;
        this.ensureWorker(name);
        return call({ ...request, taskQueue: { ...request.taskQueue, name } });
      };
    };
    return Object.assign(Object.create(view) as Service, {
      startWorkflowExecution: ensured((request: Parameters<Service['startWorkflowExecution']>[0]) =>
        view.startWorkflowExecution(request),
      ),
      signalWithStartWorkflowExecution: ensured(
        (request: Parameters<Service['signalWithStartWorkflowExecution']>[0]) =>
          view.signalWithStartWorkflowExecution(request),
      ),
    });
  }

  #makeWorkerView(service: Service): WorkerView {
    return new WorkerView(service, {
      traffic: this.traffic,
      plainTasks: this.#options.separateWorkers ?? false,
      ...(this.#options.admitPoll ? { admitPoll: this.#options.admitPoll } : {}),
      ...(this.#options.onTaskFailed ? { onTaskFailed: this.#options.onTaskFailed } : {}),
      takeWorkflowTask: async (task) => {
        this.listeners.tell(task.workflowExecution, task.history.events);
        return this.mocked.takeTask(task);
      },
      beforeAnswer: async (_, answer) => {
        for (const queue of answer.commands.flatMap(queuesOf)) this.ensureWorker(queue);
        await this.mocked.prepareTargets(answer.commands);
      },
      afterAnswer: async (task) => {
        if (this.listeners.isEmpty) return;
        const execution = task.workflowExecution;
        this.listeners.tell(execution, await historyOf(service, this.#options.namespace, execution));
      },
    });
  }

  async #completeAsync(attempt: Attempt, mock: ActivityMock): Promise<never> {
    const { namespace } = this.#options;
    const { taskToken } = attempt;
    const base = { namespace, taskToken };
    const { toPayloads, toFailure } = defaultConversion;
    const service = this.clientService;
    mock.addUnanswered({
      taskToken,
      complete: (result) => service.respondActivityTaskCompleted({ ...base, result: toPayloads(result) }),
      fail: (error) => service.respondActivityTaskFailed({ ...base, failure: toFailure(error) }),
      cancel: (details) => service.respondActivityTaskCanceled({ ...base, details: toPayloads(details) }),
      heartbeat: async (details) => {
        await service.recordActivityTaskHeartbeat({ ...base, details: toPayloads(details) });
      },
    });
    return Promise.reject(completeAsyncError());
  }
}

/** Task queues that a command names. */
function queuesOf(command: Command): string[] {
  switch (command.type) {
    case 'ScheduleActivityTask':
    case 'StartChildWorkflowExecution':
    case 'ContinueAsNewWorkflowExecution':
      return command.attributes.taskQueue?.name ? [command.attributes.taskQueue.name] : [];
    default:
      return [];
  }
}
