import type { ActivityMock } from '../mocks/activity-mock.js';
import type { Activities, AnyFunction } from '../mocks/activity-types.js';
import type { MockCall } from '../mocks/mock.js';
import { performRule, type CallContext } from '../mocks/perform.js';
import { didYouMean, type MockRegistry } from '../mocks/registry.js';
import { describeCall } from '../mocks/rule.js';
import type { Actors } from '../time/actors.js';
import type { Clock } from '@refrain/engine/internal';

/** What an attempt tells about itself, and what it can do; made from the worker's activity context. */
export interface Attempt {
  readonly activityType: string;
  readonly activityId: string;
  readonly attempt: number;
  readonly workflowId: string;
  readonly runId: string;
  readonly taskToken: string;
  readonly isLocal: boolean;
  readonly maximumAttempts: number | undefined;
  /** Virtual time at which the service gives the attempt up; Infinity when nothing limits it. */
  readonly deadlineMs: number;
  heartbeat(details: unknown): void;
  /** Rejects when the workflow has asked for the attempt's cancellation and a heartbeat has brought the news. */
  readonly cancelled: Promise<never>;
  /** The service has given the attempt up: its answer will not be sent. */
  isOver(): boolean;
}

export interface ActivityHostOptions {
  readonly registered: Activities;
  readonly registry: MockRegistry;
  readonly actors: Actors;
  readonly clock: Clock;
  /** Runs each attempt's function twice: see `runActivitiesTwice`. */
  readonly twice: boolean;
  /** Makes the error that tells the workflow, without a retry, what the test did not expect. */
  readonly unexpectedFailure: (message: string) => Error;
  readonly completeAsync: (attempt: Attempt, mock: ActivityMock) => Promise<never>;
}

/**
 * Runs the attempts of activities: mocks first, then what is registered. It owns the attempts that will never
 * answer, so that they can be let go when the environment closes.
 */
export class ActivityHost {
  readonly #options: ActivityHostOptions;
  readonly #waiting = new Set<(error: Error) => void>();

  constructor(options: ActivityHostOptions) {
    this.#options = options;
  }

  get registeredNames(): string[] {
    return Object.entries(this.#options.registered).flatMap(([name, value]) =>
      typeof value === 'function' ? [name] : [],
    );
  }

  /** The name by which a function is registered, or its own. */
  nameOf(activity: AnyFunction): string {
    const entry = Object.entries(this.#options.registered).find(([, value]) => value === activity);
    return entry?.[0] ?? activity.name;
  }

  /** Whether something answers calls of this activity. */
  knows(name: string): boolean {
    return this.#options.registry.activities.has(name) || this.#registered(name) !== undefined;
  }

  /** Whether a mock keeps the attempt from every worker. */
  withholds(
    attempt: Pick<Attempt, 'activityType' | 'attempt' | 'workflowId'>,
    args: () => unknown[],
  ): boolean {
    const mock = this.#options.registry.activities.get(attempt.activityType);
    if (!mock) return false;
    const { clock } = this.#options;
    const { attempt: number, workflowId } = attempt;
    return mock.withholds({ args: args() as never, atMs: clock.nowMs(), attempt: number, workflowId });
  }

  async run(
    attempt: Attempt,
    args: readonly unknown[],
    onPark?: (isParked: boolean) => void,
  ): Promise<unknown> {
    const name = () =>
      `the activity ${describeCall(attempt.activityType, args)} of ${attempt.workflowId} (attempt ${attempt.attempt})`;
    const options = { name, onPark };
    return this.#options.actors.run(async () => {
      if (this.#options.twice && attempt.attempt === 1 && this.#mayRetry(attempt)) {
        // The work is done, and the worker dies before it can say so.
        await this.#perform(attempt, args).catch(() => undefined);
        return this.#neverEnds();
      }
      return this.#perform(attempt, args);
    }, options);
  }

  /** Lets go of attempts that never answer. */
  close(): void {
    for (const letGo of this.#waiting) letGo(new Error('the test environment is closed'));
    this.#waiting.clear();
  }

  async #perform(attempt: Attempt, args: readonly unknown[]): Promise<unknown> {
    const mock = this.#options.registry.activities.get(attempt.activityType);
    if (mock) return this.#performMock(mock, attempt, args);
    const activity = this.#registered(attempt.activityType);
    if (activity) return activity(...(args as never[]));
    return this.#refuse(attempt, args);
  }

  async #performMock(mock: ActivityMock, attempt: Attempt, args: readonly unknown[]): Promise<unknown> {
    const { registry, clock, unexpectedFailure } = this.#options;
    const call: MockCall<readonly unknown[], unknown> = {
      args,
      atMs: clock.nowMs(),
      attempt: attempt.attempt,
      workflowId: attempt.workflowId,
    };
    const rule = registry.choose(mock as never, call);
    if (rule instanceof Error) throw unexpectedFailure(rule.message);
    try {
      const value = await performRule(rule, args, this.#callContext(attempt, mock));
      call.outcome = { type: 'returned', value };
      return value;
    } catch (error) {
      call.outcome = { type: 'threw', error };
      throw error;
    }
  }

  #refuse(attempt: Attempt, args: readonly unknown[]): never {
    const { registry, unexpectedFailure } = this.#options;
    const name = attempt.activityType;
    const known = [...this.registeredNames, ...registry.activities.keys()];
    const error = registry.unexpected(
      `The workflow ${attempt.workflowId} called ${describeCall(name, args)}, which is neither mocked nor ` +
        `registered.${didYouMean(name, known)} Mock it with env.mock('${name}').returns(…), or pass it in ` +
        `\`activities\`. ${known.length === 0 ? 'Nothing is registered.' : `Known: ${known.join(', ')}.`}`,
    );
    throw unexpectedFailure(error.message);
  }

  #callContext(attempt: Attempt, mock: ActivityMock): CallContext {
    const { clock, actors } = this.#options;
    return {
      nowMs: () => clock.nowMs(),
      sleepUntil: (atMs) =>
        actors.parkedUntil(
          Promise.race([
            this.#untilLetGo<undefined>((resolve) => void clock.setTimer(atMs, () => resolve(undefined))),
            attempt.cancelled,
          ]),
        ),
      heartbeat: (details) => attempt.heartbeat(details),
      neverEnds: () => actors.parkedUntil(Promise.race([this.#neverEnds(), attempt.cancelled])),
      completeAsync: () => this.#options.completeAsync(attempt, mock),
    };
  }

  #neverEnds(): Promise<never> {
    return this.#options.actors.parkedUntil(this.#untilLetGo<never>(() => undefined));
  }

  #untilLetGo<T>(begin: (resolve: (value: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject);
      begin((value) => {
        this.#waiting.delete(reject);
        resolve(value);
      });
    });
  }

  #mayRetry(attempt: Attempt): boolean {
    return !attempt.isLocal && attempt.maximumAttempts !== 1;
  }

  #registered(name: string): AnyFunction | undefined {
    const value: unknown = Reflect.get(this.#options.registered, name);
    return typeof value === 'function' ? (value as AnyFunction) : undefined;
  }
}
