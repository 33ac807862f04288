import type { Command, TaskApi } from '@refrain/engine';
import { openService, ServiceError, type Service, type ServiceOptions } from '@refrain/engine/internal';
import { checkHistory } from '../../torture/check-history.js';
import type { StoredEvent } from '../../torture/image.js';
import { payload, settled, taskQueue } from '../../engine/service/harness.js';
import { MovedClock } from './clock.js';
import type { Fault } from './disk.js';
import { Disk } from './disk.js';
import type { Chain } from './model.js';
import { mostAttempts } from './model.js';

export type WorkflowTask = TaskApi.PollWorkflowTaskQueueResponse;
export type ActivityTask = TaskApi.PollActivityTaskQueueResponse;
export interface TaskAnswer {
  readonly commands: readonly Command[];
  readonly messages: NonNullable<TaskApi.RespondWorkflowTaskCompletedRequest['messages']>;
  /** The worker keeps the run in its cache. */
  readonly isSticky: boolean;
}

const stickyQueue = { name: 'sticky', kind: 'STICKY' as const };

/** How a call ended: as it should, refused by the service, or struck by a fault of the disk. */
export type Answer<T> =
  | { readonly is: 'done'; readonly value: T }
  | { readonly is: 'refused' }
  /** With a value when the service gave one out without waiting for the disk. */
  | { readonly is: 'struck'; readonly fault: Fault; readonly value?: T };

export interface UpdateCall {
  readonly workflowId: string;
  readonly updateId: string;
  end: 'answered' | 'refused' | undefined;
}

/** The real engine, in a process that can die: a service over a disk, a clock that is moved, and what workers hold. */
export class World {
  readonly clock = new MovedClock();
  readonly disk: Disk;
  service: Service;
  /** Tasks that were given out; those of a dead process stay, to see that their answers are refused. */
  readonly workflowTasks: WorkflowTask[] = [];
  readonly activityTasks: ActivityTask[] = [];
  /** Tasks of before the memory was lost. */
  readonly stale = new Set<WorkflowTask>();
  /** Callers that wait for the outcome of an update. */
  updateCalls: UpdateCall[] = [];
  /** What the first start of each workflow id was told. */
  readonly startedRuns = new Map<string, string>();
  #uuids = 0;
  #signals = 0;
  #recoveryDelayMs = 100;
  #storedBefore = 0;

  readonly #maxLoadedRuns: number;

  /** With few runs in memory, most are read from the store again and again. */
  constructor(store: ServiceOptions['store'], maxLoadedRuns: number) {
    this.disk = new Disk(store);
    this.#maxLoadedRuns = maxLoadedRuns;
    this.service = this.#open();
  }

  #open(): Service {
    const random = {
      uuid: () => `00000000-0000-4000-8000-${String(++this.#uuids).padStart(12, '0')}`,
      number: () => 0.5,
    };
    this.#recoveryDelayMs = 100;
    const store = this.disk.open();
    return openService({ store, clock: this.clock, random, maxLoadedRuns: this.#maxLoadedRuns });
  }

  nextSignal(): number {
    return ++this.#signals;
  }

  /** How long the service waits after a commit that failed; longer each time, until one succeeds. */
  nextRecoveryDelayMs(): number {
    const { stored } = this.disk.notes;
    if (stored > this.#storedBefore) this.#recoveryDelayMs = 100;
    this.#storedBefore = stored;
    const delayMs = this.#recoveryDelayMs;
    this.#recoveryDelayMs = Math.min(2 * delayMs, 10_000);
    return delayMs;
  }

  /** Everything in memory is gone. */
  restart(): void {
    this.clock.forgetTimers();
    // Its workers died with it; only tokens of activities may be with somebody else.
    this.workflowTasks.length = 0;
    this.updateCalls = [];
    this.service = this.#open();
  }

  /** Nobody remembers that these were given out. */
  loseTasks(): void {
    for (const task of this.workflowTasks) this.stale.add(task);
  }

  /** Makes a call and lets all run that is ready to. */
  async call<T>(call: () => Promise<T>): Promise<Answer<T>> {
    const { notes } = this.disk;
    notes.struck = undefined;
    let answer: Answer<T> | undefined;
    let unexpected: unknown;
    call().then(
      (value) => (answer = { is: 'done', value }),
      (error: unknown) => {
        if (error instanceof ServiceError) answer = { is: 'refused' };
        else if (!notes.struck) unexpected = error;
      },
    );
    await settled();
    await settled();
    if (unexpected) throw unexpected as Error;
    if (notes.struck) return { ...answer, is: 'struck', fault: notes.struck };
    if (!answer) throw new Error('a call has no answer though nothing is left to do');
    return answer;
  }

  /** What waits for a worker of this process; undefined when nothing does. */
  async poll<T>(poll: (signal: AbortSignal) => Promise<T | undefined>): Promise<Answer<T | undefined>> {
    const abort = new AbortController();
    void settled().then(() => abort.abort(new Error('nothing waits')));
    const call = () => poll(abort.signal).catch(() => undefined);
    const polled = this.call(call);
    return polled;
  }

  /** From the queue of the worker that has the run in its cache, or from the one that all workers have. */
  pollWorkflowTask(isSticky: boolean): Promise<Answer<WorkflowTask | undefined>> {
    const request = { taskQueue: isSticky ? stickyQueue : taskQueue, identity: 'w', embedded: true };
    return this.poll((signal) => this.service.pollWorkflowTaskQueue(request, { signal }));
  }

  pollActivityTask(): Promise<Answer<ActivityTask | undefined>> {
    return this.poll((signal) =>
      this.service.pollActivityTaskQueue({ taskQueue, identity: 'a', embedded: true }, { signal }),
    );
  }

  /** The same start when it is made again. */
  async start(workflowId: string, chain: Chain): Promise<Answer<unknown>> {
    const answer = await this.call(() =>
      this.service.startWorkflowExecution({
        workflowId,
        workflowType: { name: 'wf' },
        taskQueue,
        workflowTaskTimeoutMs: 120_000,
        requestId: workflowId,
        ...(chain === 'retried' && { retryPolicy: { maximumAttempts: mostAttempts } }),
        ...(chain === 'cron' && { cronSchedule: '* * * * *' }),
      }),
    );
    const runId = answer.is === 'refused' ? undefined : answer.value?.runId;
    const before = this.startedRuns.get(workflowId);
    if (runId !== undefined && before !== undefined && runId !== before)
      throw new Error('it was started twice');
    if (runId !== undefined) this.startedRuns.set(workflowId, runId);
    return answer;
  }

  /** Does not wait for the answer, which may come much later. */
  async update(workflowId: string, updateId: string): Promise<Fault | undefined> {
    const { notes } = this.disk;
    notes.struck = undefined;
    const call: UpdateCall = { workflowId, updateId, end: undefined };
    this.updateCalls.push(call);
    const request = { meta: { updateId }, input: { name: 'u' } };
    const waitPolicy = { lifecycleStage: 'COMPLETED' as const };
    this.service.updateWorkflowExecution({ workflowExecution: { workflowId }, request, waitPolicy }).then(
      () => (call.end = 'answered'),
      () => (call.end = 'refused'),
    );
    await settled();
    return notes.struck;
  }

  signal(workflowId: string, n: number): Promise<Answer<unknown>> {
    const request = { workflowExecution: { workflowId }, signalName: 's', input: [payload(n)] };
    return this.call(() => this.service.signalWorkflowExecution({ ...request, requestId: `signal ${n}` }));
  }

  completeTask(task: WorkflowTask, answer: TaskAnswer): Promise<Answer<unknown>> {
    const { commands, messages, isSticky } = answer;
    const stickyAttributes = { workerTaskQueue: stickyQueue, scheduleToStartTimeoutMs: 5000 };
    return this.call(() =>
      this.service.respondWorkflowTaskCompleted({
        taskToken: task.taskToken,
        commands,
        messages,
        identity: 'w',
        ...(isSticky && { stickyAttributes }),
      }),
    );
  }

  async countRuns(workflowId: string): Promise<number> {
    const query = `WorkflowId = '${workflowId}'`;
    return (await this.service.countWorkflowExecutions({ query })).count;
  }

  async events(workflowId: string): Promise<readonly StoredEvent[]> {
    const answer = await this.service.getWorkflowExecutionHistory({ execution: { workflowId } });
    return answer.history.events as unknown as readonly StoredEvent[];
  }

  async describe(workflowId: string) {
    return this.service.describeWorkflowExecution({ execution: { workflowId } });
  }

  /** What is wrong with the history of a workflow by itself. */
  async wrongIn(workflowId: string): Promise<string[]> {
    const events = await this.events(workflowId);
    const { workflowExecutionInfo } = await this.describe(workflowId);
    const isOpen = workflowExecutionInfo.status === 'RUNNING';
    return checkHistory({
      run: 1,
      workflowId,
      runId: '',
      type: '',
      status: workflowExecutionInfo.status,
      closeMs: isOpen ? null : 0,
      historyLength: events.length,
      dueMs: -Infinity,
      hasTasks: true,
      firstRunId: '',
      events,
      buffered: [],
      startedActivities: new Set(),
    });
  }
}
