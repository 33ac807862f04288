import type { PollerInfo } from './api/tasks.js';
import type { CallOptions } from './api/common.js';
import { setWait, type Clock } from './clock.js';
import { ServiceError } from './errors.js';
import { limits } from './limits.js';
import { offAbort, onAbort } from './abort.js';

export interface QueuedTask {
  readonly run: number;
  /** 0: the run's workflow task, or a query. */
  readonly scheduledEventId: number;
  readonly queryId?: string;
  /** Only a worker of this build may take it. */
  readonly buildId?: string | undefined;
}

export interface PollerIdentity {
  readonly identity: string;
  readonly buildId: string | undefined;
  readonly embedded: boolean;
}

interface Poller<T> {
  readonly who: PollerIdentity;
  readonly take: (task: QueuedTask) => T | undefined;
  /** It is no longer among the pollers when it is answered, except a server that has room for more. */
  readonly answer: (result: T | undefined) => void;
}

/** A worker of this process: it is given tasks one after the other, as long as it has room. */
export interface TaskServer<T> {
  readonly who: PollerIdentity;
  take(task: QueuedTask): T | undefined;
  /** Whether it takes a task more besides `waiting` ones that it will be given. */
  hasRoom(waiting?: number): boolean;
  serve(task: T): void;
}

export interface ServedQueue {
  /** There is room again. */
  resume(): void;
  stop(): void;
}

interface TaskQueue<T> {
  tasks: QueuedTask[];
  head: number;
  readonly pollers: Set<Poller<T>>;
  lastPollMs: number;
  readonly seen: Map<string, PollerInfo>;
  /** The build whose workers came last; new runs go to it. */
  newestBuild: string | undefined;
  readonly builds: Map<string, number>;
  rate: number;
  nextAllowedMs: number;
  waitsForRate: boolean;
}

/** Makes a call some time after one that failed because the store could not be read; throws other errors. */
export type TryLater = (error: unknown, call: () => void) => void;

/**
 * Owns the tasks that wait for a poller and the pollers that wait for a task, of one kind (workflow or activity).
 * A task in a queue is a reference; whether it is still there to be done is decided when it is taken.
 * Bound (E10): `limits.backlogPerTaskQueue`, at which starts are refused.
 */
export class TaskQueues<T> {
  readonly #clock: Clock;
  readonly #tryLater: TryLater;
  readonly #queues = new Map<string, TaskQueue<T>>();
  #held: Set<TaskQueue<T>> | undefined;

  constructor(clock: Clock, tryLater: TryLater) {
    this.#clock = clock;
    this.#tryLater = tryLater;
  }

  offer(name: string, task: QueuedTask): void {
    const queue = this.#queue(name);
    queue.tasks.push(task);
    this.#drain(queue);
  }

  isRateLimited(name: string): boolean {
    return (this.#queues.get(name)?.rate ?? Infinity) < Infinity;
  }

  /** Throws when the queue holds as many tasks as it may. */
  checkBacklog(name: string): void {
    const queue = this.#queues.get(name);
    if (!queue || queue.tasks.length - queue.head < limits.backlogPerTaskQueue) return;
    throw new ServiceError(
      'RFN2004',
      'RESOURCE_EXHAUSTED',
      'ResourceExhausted',
      `task queue '${name}' holds the limit of ${limits.backlogPerTaskQueue} tasks; is a worker running?`,
    );
  }

  poll(
    name: string,
    who: PollerIdentity,
    take: (task: QueuedTask) => T | undefined,
    options: CallOptions & { readonly maxTasksPerSecond?: number | undefined } = {},
  ): Promise<T | undefined> {
    const queue = this.#queue(name);
    this.#see(queue, who);
    queue.rate = options.maxTasksPerSecond ?? queue.rate;
    return new Promise((resolve, reject) => {
      if (options.signal?.aborted) return reject(options.signal.reason as Error);
      let cancelTimer: (() => void) | undefined;
      const leave = () => {
        queue.pollers.delete(poller);
        cancelTimer?.();
        if (options.signal) offAbort(options.signal, abort);
        queue.lastPollMs = this.#clock.nowMs();
      };
      const abort = () => {
        leave();
        reject(options.signal?.reason as Error);
      };
      const poller: Poller<T> = {
        who,
        take,
        answer: (result) => {
          leave();
          resolve(result);
        },
      };
      queue.pollers.add(poller);
      if (options.signal) onAbort(options.signal, abort);
      this.#drain(queue);
      if (options.timeoutMs !== undefined && queue.pollers.has(poller)) {
        cancelTimer = setWait(this.#clock, options.timeoutMs, () => poller.answer(undefined));
      }
    });
  }

  /** Gives the server all tasks of the queue until it stops; none while it has no room. */
  serve(name: string, server: TaskServer<T>, maxTasksPerSecond?: number): ServedQueue {
    const queue = this.#queue(name);
    queue.rate = maxTasksPerSecond ?? queue.rate;
    let isStopped = false;
    const poller: Poller<T> = {
      who: server.who,
      take: (task) => server.take(task),
      answer: (result) => {
        if (result === undefined) isStopped = true;
        else server.serve(result);
        if (isStopped || !server.hasRoom()) leave();
      },
    };
    const leave = () => {
      if (queue.pollers.delete(poller)) this.#touch(queue, server.who);
    };
    const resume = () => {
      if (isStopped || !server.hasRoom()) return;
      if (!queue.pollers.has(poller)) {
        this.#see(queue, server.who);
        queue.pollers.add(poller);
      }
      this.#drain(queue);
    };
    resume();
    return {
      resume,
      stop: () => {
        isStopped = true;
        leave();
      },
    };
  }

  /** Whether a worker polls this queue, or did a moment ago. */
  isPolled(name: string): boolean {
    const queue = this.#queues.get(name);
    if (!queue) return false;
    return queue.pollers.size > 0 || this.#clock.nowMs() - queue.lastPollMs < limits.stickyPollerGoneMs;
  }

  describe(name: string): { readonly pollers: readonly PollerInfo[]; readonly backlog: number } {
    const queue = this.#queues.get(name);
    if (!queue) return { pollers: [], backlog: 0 };
    // Who waits in the queue has access now.
    for (const { who } of queue.pollers) this.#touch(queue, who);
    return { pollers: [...queue.seen.values()], backlog: queue.tasks.length - queue.head };
  }

  /** Tasks that a poller is free to take at once wait in no queue; those here wait for a worker. */
  countWaiting(isWaiting: (task: QueuedTask) => boolean): number {
    let count = 0;
    for (const { tasks, head } of this.#queues.values()) {
      for (let at = head; at < tasks.length; at++) if (isWaiting(tasks[at]!)) count++;
    }
    return count;
  }

  /** Nobody will poll the queue again. Returns the tasks that waited in it. */
  remove(name: string): readonly QueuedTask[] {
    const queue = this.#queues.get(name);
    if (!queue) return [];
    this.#queues.delete(name);
    return queue.tasks.slice(queue.head);
  }

  clear(): void {
    for (const queue of this.#queues.values()) {
      queue.tasks = [];
      queue.head = 0;
    }
  }

  /** Answers all who wait with nothing. */
  close(): void {
    this.clear();
    for (const queue of this.#queues.values())
      for (const poller of [...queue.pollers]) poller.answer(undefined);
  }

  #queue(name: string): TaskQueue<T> {
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = {
        tasks: [],
        head: 0,
        pollers: new Set(),
        lastPollMs: -Infinity,
        seen: new Map(),
        newestBuild: undefined,
        builds: new Map(),
        rate: Infinity,
        nextAllowedMs: 0,
        waitsForRate: false,
      };
      this.#queues.set(name, queue);
    }
    return queue;
  }

  /** A poller comes. A build that comes (again) is the one that was deployed last. */
  #see(queue: TaskQueue<T>, who: PollerIdentity): void {
    const { buildId } = who;
    if (buildId !== undefined) {
      const lastMs = queue.builds.get(buildId) ?? -Infinity;
      const polls = [...queue.pollers].some((p) => p.who.buildId === buildId);
      if (!polls && this.#clock.nowMs() - lastMs > limits.stickyPollerGoneMs) queue.newestBuild = buildId;
    }
    this.#touch(queue, who);
  }

  #touch(queue: TaskQueue<T>, { identity, buildId }: PollerIdentity): void {
    const nowMs = this.#clock.nowMs();
    queue.lastPollMs = nowMs;
    if (queue.seen.size > 1000) queue.seen.clear();
    queue.seen.set(identity, {
      identity,
      lastAccessTimeMs: nowMs,
      ...(buildId !== undefined && { buildId }),
    });
    if (buildId !== undefined) queue.builds.set(buildId, nowMs);
  }

  /** Gives nothing to any worker before `run` has returned: what it brings goes out together. */
  holdBack<R>(run: () => R): R {
    if (this.#held) return run();
    const held = (this.#held = new Set<TaskQueue<T>>());
    try {
      return run();
    } finally {
      this.#held = undefined;
      for (const queue of held) this.#drain(queue);
    }
  }

  #drain(queue: TaskQueue<T>): void {
    if (this.#held) {
      this.#held.add(queue);
      return;
    }
    while (queue.head < queue.tasks.length && queue.pollers.size > 0) {
      if (!this.#isAllowed(queue)) return;
      const match = firstMatch(queue);
      if (!match) return;
      const { task, poller, index } = match;
      removeTask(queue, index);
      const result = this.#take(queue, task, poller);
      if (result === undefined) continue;
      if (queue.rate < Infinity) {
        queue.nextAllowedMs = Math.max(queue.nextAllowedMs, this.#clock.nowMs()) + 1000 / queue.rate;
      }
      poller.answer(result);
    }
  }

  /** When the run cannot be read, the task comes again later, for whoever waits then. */
  #take(queue: TaskQueue<T>, task: QueuedTask, poller: Poller<T>): T | undefined {
    try {
      return poller.take(task);
    } catch (error) {
      this.#tryLater(error, () => {
        queue.tasks.push(task);
        this.#drain(queue);
      });
      return undefined;
    }
  }

  #isAllowed(queue: TaskQueue<T>): boolean {
    if (queue.rate === Infinity || queue.nextAllowedMs <= this.#clock.nowMs()) return true;
    if (!queue.waitsForRate) {
      queue.waitsForRate = true;
      this.#clock.setTimer(queue.nextAllowedMs, () => {
        queue.waitsForRate = false;
        this.#drain(queue);
      });
    }
    return false;
  }
}

/** The oldest task for which a poller waits. Without build ids that is the first task and the first poller. */
function firstMatch<T>(queue: TaskQueue<T>) {
  if (queue.builds.size === 0) {
    const task = queue.tasks[queue.head]!;
    if (task.buildId === undefined) {
      const [poller] = queue.pollers;
      return { task, poller: poller!, index: queue.head };
    }
  }
  for (let index = queue.head; index < queue.tasks.length; index++) {
    const task = queue.tasks[index]!;
    const build = task.buildId ?? queue.newestBuild;
    for (const poller of queue.pollers) {
      const fits = build === undefined || poller.who.buildId === build;
      const unversioned = task.buildId === undefined && poller.who.buildId === undefined;
      if (fits || unversioned) return { task, poller, index };
    }
  }
  return undefined;
}

function removeTask<T>(queue: TaskQueue<T>, index: number): void {
  if (index !== queue.head) {
    queue.tasks.splice(index, 1);
    return;
  }
  queue.head++;
  if (queue.head > 1024 && queue.head * 2 > queue.tasks.length) {
    queue.tasks = queue.tasks.slice(queue.head);
    queue.head = 0;
  }
}
