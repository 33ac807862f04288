import type { Chooser } from './strategies.js';

interface Node {
  width: number;
  readonly children: Map<number, Node>;
  isDone: boolean;
}

/**
 * The schedules that have been run, as a tree of choices: a strategy that would repeat one of them is led to the next
 * that has not been run. It owns the tree.
 *
 * 1. A node is done when every schedule below it has been run.
 * 2. With the root done there is nothing left to run.
 */
export class ScheduleTree {
  readonly #root: Node = newNode();

  get isDone(): boolean {
    return this.#root.isDone;
  }

  /** The chooser for one run, led away from what has been run. */
  avoiding(choose: Chooser): Chooser {
    let node = this.#root;
    return (enabled) => {
      node.width = enabled.length;
      let choice = choose(enabled);
      for (let tries = 0; tries < enabled.length && node.children.get(choice)?.isDone; tries++) {
        choice = (choice + 1) % enabled.length;
      }
      const child = node.children.get(choice) ?? newNode();
      node.children.set(choice, child);
      node = child;
      return choice;
    };
  }

  /** The run with these choices has ended. */
  add(choices: readonly number[]): void {
    const path = [this.#root];
    for (const choice of choices) {
      const child = path.at(-1)!.children.get(choice);
      if (!child) return;
      path.push(child);
    }
    path.at(-1)!.isDone = true;
    for (const node of path.reverse().slice(1)) {
      const done = [...node.children.values()].filter((child) => child.isDone).length;
      if (done < node.width) return;
      node.isDone = true;
    }
  }
}

function newNode(): Node {
  return { width: 0, children: new Map(), isDone: false };
}
