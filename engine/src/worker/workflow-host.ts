import type { WorkflowInstance } from '../core/activation.js';

/** Loaded workflow code that makes instances: our sandbox, or the hosted `@temporalio/workflow`. */
export interface WorkflowHost {
  /** Names of the workflows that the code exports, where the host knows them. */
  readonly workflowTypes?: readonly string[];
  createInstance(): WorkflowInstance;
  /**
   * Runs the function, and all activations in it, under one deadline. When it passes it throws, and the instance
   * that ran is lost.
   */
  withDeadline?<T>(fn: () => T): T;
}

export interface InjectedSinkFunction {
  /** `info` is the workflow's info; the arguments are those of the user's own sink type. */
  fn(info: never, ...args: never[]): void | Promise<void>;
  /** Default false: a replayed call is dropped. */
  readonly callDuringReplay?: boolean;
}

export type InjectedSinks = Readonly<Record<string, Readonly<Record<string, InjectedSinkFunction>>>>;
