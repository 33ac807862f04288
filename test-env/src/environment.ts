import {
  Client,
  durationToMs,
  type Duration,
  type EventType,
  type HistoryEvent,
} from '@refrain/engine/internal';
import { Callbacks } from './host/callbacks.js';
import { loadCode } from './host/code.js';
import { failedTaskError } from './host/failed-task.js';
import type { EventListener, Execution } from './host/listeners.js';
import { historyOf } from './host/open-executions.js';
import type { TestClient } from './host/test-client.js';
import { ReplayCheck } from './host/replay-check.js';
import { Stage } from './host/stage.js';
import { workflowSource } from './host/workflow-source.js';
import { throwAfterTest } from './host/test-runner.js';
import { TestConfigError, UnmetExpectationError } from './errors.js';
import { ActivityMock } from './mocks/activity-mock.js';
import type { Activities, ActivityName, ActivityNamed, AnyFunction } from './mocks/activity-types.js';
import { ChildMock } from './mocks/child-mock.js';
import { ExternalWorkflowMock } from './mocks/external-mock.js';
import { type Mock, setOrder } from './mocks/mock.js';
import { checkMockName } from './mocks/registry.js';
import type {
  RunOptions,
  TestWorkflowEnvironmentOptions,
  WorkflowArguments,
  WorkflowReference,
  WorkflowResult,
} from './options.js';
import { nowOf, seededRandomOf } from './host/stage-defaults.js';

/** A handle of a workflow that the environment started. */
export type StartedWorkflow<W> = Awaited<ReturnType<Client['workflow']['start']>> & {
  result(): Promise<WorkflowResult<W>>;
};

/**
 * Runs workflows in the test's process, in virtual time, with mocked or real activities. One environment has one
 * clock, one service and its own workers; it shares nothing with others.
 */
export class TestWorkflowEnvironment<A extends Activities = Activities> {
  readonly namespace: string;
  readonly taskQueue: string;
  /** As `@temporalio/client`; awaiting a result or an update skips time. */
  readonly client: TestClient;
  readonly #stage: Stage;
  readonly #callbacks: Callbacks;
  readonly #replays: ReplayCheck | undefined;
  #started = 0;
  #closed: Promise<void> | undefined;
  #expectationsAsserted = false;

  private constructor(stage: Stage, replays: ReplayCheck | undefined, names: Names) {
    this.namespace = names.namespace;
    this.taskQueue = names.taskQueue;
    this.#stage = stage;
    this.#replays = replays;
    this.#callbacks = new Callbacks(stage.clock, stage.actors, stage.traffic, (error) =>
      stage.problems.report(error),
    );
    const { namespace } = names;
    this.client = new Client({ connection: { service: stage.clientService }, namespace }) as TestClient;
  }

  static async create<A extends Activities = Activities>(
    options: TestWorkflowEnvironmentOptions<A>,
  ): Promise<TestWorkflowEnvironment<A>> {
    const code = await loadCode(workflowSource(options), options.workflowInterceptorModules);
    const namespace = options.namespace ?? 'default';
    const taskQueue = options.taskQueue ?? 'test';
    // The check needs the stage, and the stage tells the check what has ended.
    const check: { replays?: ReplayCheck } = {};
    const stage: Stage = new Stage({
      code,
      namespace,
      taskQueue,
      nowMs: nowOf(options.now),
      random: seededRandomOf(),
      autoSkip: options.autoSkip ?? true,
      maxSkips: options.maxSkips ?? 10_000,
      stallMs: options.stallMs ?? 2_000,
      activityMs: options.activityMs ?? 4_000,
      activities: options.activities ?? {},
      twice: options.runActivitiesTwice ?? false,
      searchAttributes: options.searchAttributes,
      onTaskFailed: (task, failure) => {
        check.replays?.skip(task.workflowExecution.runId ?? '');
        stage.problems.report(failedTaskError(task, failure));
      },
      onClosed: async (execution) => {
        stage.problems.throwUntold();
        await check.replays?.check(execution);
      },
    });
    if (namespace !== 'default') await stage.service.registerNamespace({ namespace });
    if (options.replay ?? true) check.replays = new ReplayCheck(stage, code, namespace);
    return new TestWorkflowEnvironment<A>(stage, check.replays, { namespace, taskQueue });
  }

  /** Virtual time, in milliseconds since the epoch. */
  currentTimeMs(): number {
    return this.#stage.clock.nowMs();
  }

  /** Starts a workflow and waits for its result. Throws as `handle.result()` does. */
  async run<W extends WorkflowReference>(
    workflow: W,
    args?: WorkflowArguments<W>,
    options?: RunOptions,
  ): Promise<WorkflowResult<W>> {
    const handle = await this.start(workflow, args, options);
    return handle.result();
  }

  async start<W extends WorkflowReference>(
    workflow: W,
    args?: WorkflowArguments<W>,
    options: RunOptions = {},
  ): Promise<StartedWorkflow<W>> {
    this.#assertOpen();
    const startOptions = {
      taskQueue: this.taskQueue,
      workflowId: `test-${++this.#started}`,
      ...options,
      args: [...((args ?? []) as readonly unknown[])],
    };
    return (await this.client.workflow.start(workflow as never, startOptions as never)) as StartedWorkflow<W>;
  }

  /**
   * Waits in virtual time. In the test it moves time on; in an activity or a callback it lets time pass for that
   * one alone.
   */
  async sleep(duration: Duration): Promise<void> {
    const untilMs = this.currentTimeMs() + durationToMs(duration, 'sleep');
    const { actors, clock } = this.#stage;
    if (!actors.isActor) return this.advanceTo(untilMs);
    await actors.parkedUntil(new Promise<void>((resolve) => clock.setTimer(untilMs, resolve)));
  }

  /** Moves time on by `duration`, stopping at everything that is due on the way; resolves when it has settled. */
  async advanceBy(duration: Duration): Promise<void> {
    return this.advanceTo(this.currentTimeMs() + durationToMs(duration, 'advanceBy'));
  }

  async advanceTo(time: Date | number | string): Promise<void> {
    this.#assertOpen();
    if (this.#stage.actors.isActor) {
      throw new TestConfigError(
        'RFN4011',
        'advanceBy() and advanceTo() move time for the test, and time stands still while an activity or a callback of ' +
          'env.at() runs. In there, env.sleep() lets time pass.',
      );
    }
    await this.#stage.skipper.advanceTo(nowOf(time));
    this.#stage.problems.throwUntold();
  }

  /** While `work` runs, time does not skip by itself; `advanceBy` still moves it. */
  async withTimeSkippingDisabled<T>(work: () => Promise<T> | T): Promise<T> {
    const release = this.#stage.skipper.hold();
    try {
      return await work();
    } finally {
      release();
    }
  }

  /**
   * Calls back at a virtual time: after a duration from now, or at a date. Time never skips past it, and stands
   * still until the callback has ended. Returns a function that takes it back.
   */
  at(when: Duration | Date, callback: () => unknown): () => void {
    const atMs = when instanceof Date ? when.getTime() : this.currentTimeMs() + durationToMs(when, 'at');
    return this.#callbacks.at(atMs, callback);
  }

  /** Mocks an activity, by its name or the function itself. Calling it again goes on with the same mock. */
  mock<N extends ActivityName<A>>(activity: N): ActivityMock<ActivityNamed<A, N>>;
  mock<F extends AnyFunction>(activity: F): ActivityMock<F>;
  mock(activity: string | AnyFunction): unknown {
    const { registry, activities } = this.#stage;
    const name = typeof activity === 'string' ? activity : activities.nameOf(activity);
    const known = registry.activities.get(name);
    if (known) return known;
    checkMockName(name, activities.registeredNames);
    const mock = new ActivityMock<AnyFunction>(name);
    registry.activities.set(name, mock);
    return mock;
  }

  /** Mocks a workflow where it is started as a child. */
  mockChild<W extends WorkflowReference>(
    workflow: W,
  ): ChildMock<Extract<WorkflowArguments<W>, readonly unknown[]>, WorkflowResult<W>> {
    const name = typeof workflow === 'string' ? workflow : workflow.name;
    const { children } = this.#stage.registry;
    const mock = children.get(name) ?? new ChildMock(name);
    children.set(name, mock);
    return mock as unknown as ReturnType<typeof this.mockChild<W>>;
  }

  /** Stands in for a workflow outside of the test, by its id: takes the signals and cancellations sent to it. */
  mockExternalSignal(workflowId: string): ExternalWorkflowMock {
    const { external } = this.#stage.registry;
    const mock = external.get(workflowId) ?? new ExternalWorkflowMock(workflowId);
    external.set(workflowId, mock);
    return mock;
  }

  /** What `getVersion(changeId, …)` answers in runs that start from now on; -1 for code from before the change. */
  mockVersion(changeId: string, version: number): void {
    this.#assertNative(`mockVersion('${changeId}')`, 'getVersion()');
    this.#stage.decisions.versions.set(changeId, version);
  }

  /** Whether `patched(patchId)` is true in runs that start from now on. */
  mockPatch(patchId: string, isPatched: boolean): void {
    this.#stage.decisions.patches.set(patchId, isPatched);
  }

  /** What `sideEffect(…)` gives in runs that start from now on: the first call, the second … */
  mockSideEffect(...values: readonly unknown[]): void {
    this.#assertNative('mockSideEffect()', 'sideEffect()');
    this.#stage.decisions.sideEffects = values;
  }

  /** The last rule of each mock may be used only after the last rules of those before it. */
  inOrder(...mocks: readonly Pick<Mock<readonly unknown[], unknown>, 'lastRule'>[]): void {
    setOrder(mocks);
  }

  /** Throws when a rule with `once` or `times` was used less often than it says; `close` asks the same. */
  assertExpectations(): void {
    this.#expectationsAsserted = true;
    this.#stage.registry.assertExpectations();
  }

  /** Calls back for each event of the type that is recorded from now on; returns what ends that. */
  on<T extends EventType>(type: T, listener: EventListener<T>): () => void {
    return this.#stage.listeners.add(type, listener);
  }

  /** Events of an execution, by its handle or its id. */
  async history(of: string | Partial<Execution>): Promise<readonly HistoryEvent[]> {
    const execution = typeof of === 'string' ? { workflowId: of } : of;
    const { workflowId, runId } = execution;
    return historyOf(this.#stage.service, this.namespace, { workflowId, runId });
  }

  /**
   * Replays what has not been replayed, and ends everything. Throws what went wrong and nobody was told of, and else
   * the expectations that were not met.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  teardown(): Promise<void> {
    return this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Whoever has closed it has been told.
    if (this.#closed) return this.#closed.catch(() => undefined);
    try {
      await this.close();
    } catch (error) {
      // Calls that a failed test did not get to say nothing.
      throwAfterTest(error, (hasFailed) => !hasFailed || !(error instanceof UnmetExpectationError));
    }
  }

  async #close(): Promise<void> {
    const { skipper, problems, registry } = this.#stage;
    const hasFailed = skipper.hasFailedWaiters;
    try {
      await this.#replays?.checkAll();
    } finally {
      skipper.failWaiters(new Error('the test environment is closed'));
      await this.#stage.close();
    }
    problems.throwUntold();
    if (!hasFailed && !this.#expectationsAsserted) registry.assertExpectations();
  }

  #assertNative(call: string, api: string): void {
    if (this.#stage.api !== 'temporal') return;
    throw new TestConfigError(
      'RFN4012',
      `${call}: the workflows import @temporalio/workflow, which has no ${api}. Only patched() is mocked there: ` +
        'env.mockPatch(id, isPatched).',
    );
  }

  #assertOpen(): void {
    if (this.#closed) throw new TypeError('The test environment is closed');
  }
}

interface Names {
  readonly namespace: string;
  readonly taskQueue: string;
}
