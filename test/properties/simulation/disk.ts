import type { ServiceOptions } from '@refrain/engine/internal';

type Store = ServiceOptions['store'];

/** What happens to the next commit: it fails or the process dies, with or without its effect. */
export interface Fault {
  readonly what: 'fails' | 'dies';
  readonly isStored: boolean;
}

/** What a service was told of the commits that it asked for, since the last look. */
export interface CommitNotes {
  stored: number;
  struck: Fault | undefined;
}

/**
 * Owns what is stored; it outlives the processes that write to it. A process gets a store of its own (`open`), which
 * does no more when the process is dead.
 */
export class Disk {
  readonly #stored: Store;
  readonly notes: CommitNotes = { stored: 0, struck: undefined };
  #armed: Fault | undefined;
  #owner = 0;

  constructor(stored: Store) {
    this.#stored = stored;
  }

  arm(fault: Fault): void {
    this.#armed = fault;
  }

  disarm(): void {
    this.#armed = undefined;
  }

  /** The process that has the disk now is dead: nothing of it comes any more. */
  open(): Store {
    const owner = ++this.#owner;
    const requestCommit = (collect: Parameters<Store['requestCommit']>[0]) => this.#commit(owner, collect);
    const own: Partial<Store> = { requestCommit, partition: () => store, close: () => Promise.resolve() };
    const store: Store = new Proxy(this.#stored, {
      get: (target, name) => {
        const value: unknown = Reflect.get(Object.hasOwn(own, name) ? own : target, name);
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
      },
    });
    return store;
  }

  async #commit(owner: number, collect: Parameters<Store['requestCommit']>[0]): Promise<void> {
    await Promise.resolve();
    if (owner !== this.#owner) return never();
    const fault = this.#armed;
    this.#armed = undefined;
    const batch = collect();
    if (!fault || fault.isStored) await this.#store(batch);
    if (!fault) {
      this.notes.stored++;
      return;
    }
    this.notes.struck = fault;
    if (fault.what === 'fails') throw new Error('disk I/O error');
    this.#owner++;
    return never();
  }

  /** At once: nothing is gathered for the commit. */
  #store(batch: ReturnType<Parameters<Store['requestCommit']>[0]>): Promise<void> {
    const stored = this.#stored.requestCommit(() => batch);
    this.#stored.flush?.();
    return stored;
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
