import { AsyncLocalStorage } from './async-context.js';

export interface UpdateInfo {
  /** Unique in the workflow. */
  readonly id: string;
  readonly name: string;
}

/** The update whose handler the running code belongs to. */
export const updateScope = new AsyncLocalStorage<UpdateInfo>();
