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

  constructor(traffic: Traffic) {
    this.#traffic = traffic;
  }

  /** Runs `work` as an actor of its own; `onPark` is told when it begins and when it ends waiting. */
  async run<T>(work: () => Promise<T> | T, onPark?: (isParked: boolean) => void): Promise<T> {
    const actor: Actor = {
      owner: this,
      outer: storage.getStore(),
      endRunning: this.#traffic.begin(),
      parked: 0,
      ended: false,
      onPark,
    };
    try {
      return await storage.run(actor, async () => work());
    } finally {
      actor.ended = true;
      actor.endRunning();
    }
  }

  /** Waits for `promise`; the actor that does so, if it is one, is parked meanwhile. */
  async parkedUntil<T>(promise: Promise<T>): Promise<T> {
    const actor = this.#current();
    if (!actor) return promise;
    if (actor.parked++ === 0) {
      actor.endRunning();
      actor.onPark?.(true);
    }
    try {
      return await promise;
    } finally {
      if (--actor.parked === 0 && !actor.ended) {
        actor.endRunning = this.#traffic.begin();
        actor.onPark?.(false);
      }
    }
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

interface Actor {
  readonly owner: Actors;
  readonly outer: Actor | undefined;
  endRunning: () => void;
  parked: number;
  ended: boolean;
  readonly onPark: ((isParked: boolean) => void) | undefined;
}
