import type { Activator } from './sdk-types.js';

/** Made by `Promise.all` and its like for each of their promises: they stand for the whole. */
const ofAggregator =
  /^\s+at\sPromise\.then \(<anonymous>\)\n\s+at (Function|Promise)\.(race|all|allSettled|any) \(<anonymous>\)/;
const aggregator = /^\s+at (Function|Promise)\.(race|all|allSettled|any) \(<anonymous>\)/;

/**
 * Fills what the SDK answers stack traces from: which promise was made where, and which others wait for it. The same
 * rules as in the hook of the SDK's own worker.
 */
export class PromiseStacks {
  private aggregation: object | undefined;
  private readonly activator: () => Activator | undefined;

  constructor(activator: () => Activator | undefined) {
    this.activator = activator;
  }

  made(promise: object, parent: object | undefined, formatted: string, locationsJson: string): void {
    const store = this.activator()?.promiseStackStore;
    if (!store || promise === parent) return;
    let child = promise;
    let stack = { formatted, structured: JSON.parse(locationsJson) as unknown };
    if (this.aggregation && ofAggregator.test(formatted)) {
      child = this.aggregation;
      stack = store.promiseToStack.get(child) ?? stack;
    } else this.aggregation = aggregator.test(formatted) ? promise : undefined;
    store.promiseToStack.set(child, stack);
    const parents = store.childToParent.get(child) ?? new Set();
    if (parent) parents.add(parent);
    store.childToParent.set(child, parents);
  }

  settled(promise: object): void {
    const store = this.activator()?.promiseStackStore;
    store?.childToParent.delete(promise);
    store?.promiseToStack.delete(promise);
  }
}
