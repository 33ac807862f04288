import type { Store, WriteBatch } from './store.js';

/** What one commit takes along, and who is told when it is durable, before those that wait for it. */
export interface Collected {
  readonly batch: WriteBatch;
  committed(): void;
}

export interface CommitsOptions {
  readonly store: Store;
  /** Called once for each commit, when the store is ready for it. */
  collect(): Collected;
  /** A commit is durable, and those that waited for it have been told. */
  settled(): void;
  failed(error: unknown): void;
}

/** What waits for a commit. Most of it needs no promise: there are several for each activity. */
interface Commit {
  waiting: WhenDurable[];
  promise: Promise<void> | undefined;
  /** Why what it was to take along is not whole. */
  spoilt: { readonly error: unknown } | undefined;
}

/** Called once: when all is durable, or with the error for which it is not. Must not throw. */
export type WhenDurable = (failure: { readonly error: unknown } | undefined) => void;

/**
 * Owns the commits that are asked for and under way, and who waits for them; not what is in them.
 *
 * 1. Whoever waits is told once, after what was staged before is durable (E2), or after a commit has failed.
 */
export class Commits {
  readonly #options: CommitsOptions;
  /** Asked for; it takes what is staged until it begins. */
  #next: Commit | undefined;
  /** The latest that has begun; the one before it may not have been settled yet. */
  #underWay: Commit | undefined;

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  /** Asks for a commit of what is staged, unless one is asked for already. */
  request(): void {
    if (this.#next) return;
    const commit: Commit = { waiting: [], promise: undefined, spoilt: undefined };
    this.#next = commit;
    let committed = () => {};
    const collect = () => {
      this.#underWay = commit;
      if (this.#next === commit) this.#next = undefined;
      if (commit.spoilt) return { runs: [], schedules: [] };
      const collected = this.#options.collect();
      committed = () => collected.committed();
      return collected.batch;
    };
    this.#options.store.requestCommit(collect).then(
      () => {
        if (commit.spoilt) return this.#failed(commit, commit.spoilt.error);
        committed();
        if (this.#underWay === commit) this.#underWay = undefined;
        settle(commit, undefined);
        this.#options.settled();
      },
      (error: unknown) => this.#failed(commit, error),
    );
  }

  /** Part of what is staged cannot be worked out: nothing of it is written, and who waits for it is told so. */
  spoil(error: unknown): void {
    this.request();
    this.#next!.spoilt ??= { error };
  }

  /** Resolves when everything that was staged before is durable. */
  durable(): Promise<void> {
    const commit = this.#next ?? this.#underWay;
    return commit ? (commit.promise ??= promiseOf(commit)) : Promise.resolve();
  }

  /** The same without a promise; calls back at once when everything is durable already. */
  whenDurable(call: WhenDurable): void {
    const commit = this.#next ?? this.#underWay;
    if (commit) commit.waiting.push(call);
    else call(undefined);
  }

  /** Nothing follows at once: a commit need not wait for more. */
  flush(): void {
    if (this.#next) this.#options.store.flush?.();
  }

  get isSettled(): boolean {
    return !this.#next && !this.#underWay;
  }

  #failed(commit: Commit, error: unknown): void {
    const next = this.#next;
    this.#underWay = undefined;
    this.#next = undefined;
    for (const failed of [commit, next]) if (failed) settle(failed, { error });
    this.#options.failed(error);
  }
}

function settle(commit: Commit, failure: { readonly error: unknown } | undefined): void {
  const { waiting } = commit;
  commit.waiting = [];
  for (const call of waiting) call(failure);
}

function promiseOf(commit: Commit): Promise<void> {
  const promise = new Promise<void>((resolve, reject) => {
    commit.waiting.push((failure) => (failure ? reject(failure.error as Error) : resolve()));
  });
  promise.catch(() => undefined);
  return promise;
}
