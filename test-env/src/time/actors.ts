import { AsyncLocalStorage } from 'node:async_hooks';
import type { Traffic } from './traffic.js';

/**
 * Code of the test that runs inside of the environment: activities, and callbacks set by `env.at`. While an actor
 * runs, time stands still; while it waits for virtual time or for a result, it is parked and does not hold time up.
 *
 * Which actor is running is known from the async context, so that `env.sleep` inside of an activity parks that
 * activity and not the test.
 */
export class Actors {
  readonly #traffic: Traffic;
  readonly #running = new Set<Actor>();

  constructor(traffic: Traffic) {
    this.#traffic = traffic;
  }

  /** Runs `work` as an actor of its own, which `name` names in errors. */
  async run<T>(work: () => Promise<T> | T, { name, onPark }: ActorOptions = {}): Promise<T> {
    const actor: Actor = {
      owner: this,
      name,
      looks: 0,
      outer: storage.getStore(),
      endRunning: this.#traffic.begin(),
      parked: 0,
      ended: false,
      onPark,
    };
    this.#running.add(actor);
    try {
      return await storage.run(actor, async () => work());
    } finally {
      actor.ended = true;
      this.#running.delete(actor);
      actor.endRunning();
    }
  }

  /** Waits for `promise`; the actor that does so, if it is one, is parked meanwhile. */
  async parkedUntil<T>(promise: Promise<T>): Promise<T> {
    const actor = this.#current();
    if (!actor) return promise;
    if (actor.parked++ === 0) {
      actor.endRunning();
      this.#running.delete(actor);
      actor.onPark?.(true);
    }
    try {
      return await promise;
    } finally {
      if (--actor.parked === 0 && !actor.ended) {
        actor.endRunning = this.#traffic.begin();
        actor.looks = 0;
        this.#running.add(actor);
        actor.onPark?.(false);
      }
    }
  }

  /** Called again and again: names of the actors that have held time up since so many calls. */
  heldUpSince(looks: number): string[] {
    return [...this.#running].flatMap((actor) => (++actor.looks > looks && actor.name ? [actor.name()] : []));
  }

  /** Whether the calling code belongs to an actor. */
  get isActor(): boolean {
    return this.#current() !== undefined;
  }

  /** The innermost actor of this environment. */
  #current(): Actor | undefined {
    let actor = storage.getStore();
    while (actor && actor.owner !== this) actor = actor.outer;
    return actor;
  }
}

/**
 * One for all environments: each storage costs every promise of the process, for ever. What is in it belongs to one
 * environment, and leads to the actors around it.
 */
const storage = new AsyncLocalStorage<Actor>();

interface ActorOptions {
  readonly name?: (() => string) | undefined;
  /** Told when it begins and when it ends waiting. */
  readonly onPark?: ((isParked: boolean) => void) | undefined;
}

interface Actor extends ActorOptions {
  readonly owner: Actors;
  /** How often it was found running since it runs: a test may fake every clock there is. */
  looks: number;
  readonly outer: Actor | undefined;
  endRunning: () => void;
  parked: number;
  ended: boolean;
}
