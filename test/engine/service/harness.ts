import { MemoryStore, openService, type Service, type ServiceOptions } from '@refrain/engine/internal';
import type { Clock, Command, HistoryEvent, Payload, TaskApi } from '@refrain/engine';

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(atMs: number, callback: () => void): () => void {
    const timer = { atMs, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Moves on, and fires what comes due in the order of its time. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#timers].filter((t) => t.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      if (!next) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
      await settled();
    }
    this.#nowMs = untilMs;
    await settled();
  }

  /** Moves on at once, as when the process was stopped; what came due meanwhile is fired late. */
  async jump(ms: number): Promise<void> {
    this.#nowMs += ms;
    await this.advance(0);
  }
}

/** Lets everything run that is ready to run. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

export const taskQueue = { name: 'q' };

export interface Bench {
  readonly clock: TestClock;
  readonly service: Service;
  start(workflowId?: string, more?: object): Promise<string>;
  /** Takes the next workflow task and answers it with commands. */
  task(commands: readonly Command[], more?: object): Promise<TaskApi.PollWorkflowTaskQueueResponse>;
  workflowTask(options?: { timeoutMs?: number }): Promise<TaskApi.PollWorkflowTaskQueueResponse>;
  activity(queue?: string): Promise<TaskApi.PollActivityTaskQueueResponse>;
  /** Whether a workflow task, or an activity, waits for a worker. */
  hasWorkflowTask(): Promise<boolean>;
  hasActivity(): Promise<boolean>;
  history(workflowId?: string, runId?: string): Promise<readonly HistoryEvent[]>;
  /** `eventId Type` of each event. */
  types(workflowId?: string, runId?: string): Promise<readonly string[]>;
}

export function bench(options: Partial<ServiceOptions> = {}): Bench {
  const clock = new TestClock();
  let uuids = 0;
  const random = {
    uuid: () => `00000000-0000-4000-8000-${String(++uuids).padStart(12, '0')}`,
    number: () => 0.5,
  };
  const service = openService({ store: new MemoryStore(), clock, random, ...options });
  return benchOf(service, clock);
}

export function benchOf(service: Service, clock: TestClock): Bench {
  const workflowTask = async () => {
    await settled();
    const task = await expectNow(
      service.pollWorkflowTaskQueue({ taskQueue, identity: 'w', embedded: true }),
      'workflow task',
    );
    return task!;
  };
  const history = async (workflowId = 'w', runId?: string) => {
    const execution = { workflowId, ...(runId && { runId }) };
    return (await service.getWorkflowExecutionHistory({ execution })).history.events;
  };
  return {
    clock,
    service,
    workflowTask,
    history,
    start: async (workflowId = 'w', more = {}) => {
      const request = { workflowId, workflowType: { name: 'wf' }, taskQueue, ...more };
      return (await service.startWorkflowExecution(request)).runId;
    },
    task: async (commands, more = {}) => {
      const task = await workflowTask();
      await service.respondWorkflowTaskCompleted({
        taskToken: task.taskToken,
        commands,
        identity: 'w',
        ...more,
      });
      return task;
    },
    activity: async (queue = 'q') => {
      await settled();
      const polled = service.pollActivityTaskQueue({
        taskQueue: { name: queue },
        identity: 'a',
        embedded: true,
      });
      return (await expectNow(polled, 'activity'))!;
    },
    hasWorkflowTask: async () => {
      await settled();
      return (
        (await service.describeTaskQueue({ taskQueue, taskQueueType: 'WORKFLOW' })).approximateBacklogCount >
        0
      );
    },
    hasActivity: async () => {
      await settled();
      return (
        (await service.describeTaskQueue({ taskQueue, taskQueueType: 'ACTIVITY' })).approximateBacklogCount >
        0
      );
    },
    types: async (workflowId, runId) =>
      (await history(workflowId, runId)).map((e) => `${e.eventId} ${e.type}`),
  };
}

/** The clock stands still, so what does not come now never comes. */
async function expectNow<T>(promise: Promise<T>, what: string): Promise<T> {
  const late = Symbol('late');
  const result = await Promise.race([
    promise,
    settled()
      .then(settled)
      .then(() => late),
  ]);
  if (result === late) throw new Error(`no ${what} waits`);
  return result as T;
}

export function payload(value: unknown): Payload {
  return {
    metadata: { encoding: Buffer.from('json/plain').toString('base64') },
    data: Buffer.from(JSON.stringify(value)).toString('base64'),
  };
}

export function activity(activityId: string, more: object = {}): Command {
  return {
    type: 'ScheduleActivityTask',
    attributes: { activityId, activityType: { name: 'act' }, startToCloseTimeoutMs: 10_000, ...more },
  };
}

export function timer(timerId: string, startToFireTimeoutMs: number): Command {
  return { type: 'StartTimer', attributes: { timerId, startToFireTimeoutMs } };
}

export const complete: Command = { type: 'CompleteWorkflowExecution', attributes: {} };

export function failure(message: string, info: object = {}) {
  return { message, applicationFailureInfo: { type: 'Error', ...info } };
}
