import type { WorkflowInstance } from '../core/activation.js';
import type { Failure } from '../history/messages.js';

/** An instance as hosts make it that cannot say everything in the answer to an activation. */
export interface HostedWorkflowInstance extends WorkflowInstance {
  /** It cannot go on; another one has to be made from the history. */
  readonly isLost?: boolean;
  /** A rejection that nobody handled, once the host has `settled`: the workflow task fails with it. */
  takeRejection?(): Failure | undefined;
}

/** Loaded workflow code that makes instances: our sandbox, or the hosted `@temporalio/workflow`. */
export interface WorkflowHost {
  /** Names of the workflows that the code exports, where the host knows them. */
  readonly workflowTypes?: readonly string[] | undefined;
  /** `stackTraces`: it is made to answer `__stack_trace`, which the others need not be able to. */
  createInstance(options?: { readonly stackTraces?: boolean }): HostedWorkflowInstance;
  /**
   * Runs the function, and all activations in it, under one deadline. When it passes it throws, and the instance
   * that ran is lost.
   */
  withDeadline?<T>(fn: () => T): T;
  /** Asked after activations: resolves when it is known which rejections in them nobody handles. */
  settled?(): Promise<void>;
  /** The worker needs it no more. Called for hosts that the worker has made. */
  close?(): void;
}

export interface InjectedSinkFunction {
  /** `info` is the workflow's info; the arguments are those of the user's own sink type. */
  fn(info: never, ...args: never[]): void | Promise<void>;
  /** Default false: a replayed call is dropped. */
  readonly callDuringReplay?: boolean;
}

export type InjectedSinks = Readonly<Record<string, Readonly<Record<string, InjectedSinkFunction>>>>;
