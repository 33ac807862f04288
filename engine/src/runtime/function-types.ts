/* eslint-disable @typescript-eslint/no-explicit-any --
   These are Temporal's own types: with `unknown[]` in place of `any[]`, functions with narrower parameters would no
   longer be assignable, and code that moves between the two packages would not compile. */

export type Workflow = (...args: any[]) => Promise<any>;
export type WorkflowReturnType = Promise<any>;
export type WorkflowResultType<W extends Workflow> = ReturnType<W> extends Promise<infer R> ? R : never;

export type WorkflowSignalType = (...args: any[]) => Promise<void> | void;
export type WorkflowQueryType = (...args: any[]) => any;
export type WorkflowUpdateType = (...args: any[]) => Promise<any> | any;
export type WorkflowUpdateValidatorType = (...args: any[]) => void;

export interface ActivityFunction<P extends any[] = any[], R = any> {
  (...args: P): Promise<R>;
}
export type UntypedActivities = Record<string, ActivityFunction>;
/** @deprecated Use `UntypedActivities`. */
export type ActivityInterface = Record<string, ActivityFunction>;

export type AnyFunction = (...args: any[]) => any;
type OmitLast<T> = T extends [...infer Rest, any] ? Rest : never;

/** The `next` of an interceptor's method: the method without its last parameter. */
export type Next<I, M extends keyof I> = Required<I>[M] extends AnyFunction
  ? (...args: OmitLast<Parameters<Required<I>[M]>>) => ReturnType<Required<I>[M]>
  : never;

declare const argsBrand: unique symbol;
declare const retBrand: unique symbol;

export interface UpdateDefinition<Ret, Args extends any[] = [], Name extends string = string> {
  type: 'update';
  name: Name;
  [argsBrand]: Args;
  [retBrand]: Ret;
}

export interface SignalDefinition<Args extends any[] = [], Name extends string = string> {
  type: 'signal';
  name: Name;
  [argsBrand]: Args;
}

export interface QueryDefinition<Ret, Args extends any[] = [], Name extends string = string> {
  type: 'query';
  name: Name;
  [argsBrand]: Args;
  [retBrand]: Ret;
}

/**
 * A definition that another copy of the workflow API made, such as the user's own `@temporalio/workflow`. Its brands
 * are not ours, so its types of arguments and results are not seen here.
 */
export interface ForeignDefinition<T extends 'update' | 'signal' | 'query'> {
  readonly type: T;
  readonly name: string;
  readonly [argsBrand]?: never;
}

export type Handler<
  Ret,
  Args extends any[],
  T extends UpdateDefinition<Ret, Args> | SignalDefinition<Args> | QueryDefinition<Ret, Args>,
> =
  T extends UpdateDefinition<infer R, infer A>
    ? (...args: A) => R | Promise<R>
    : T extends SignalDefinition<infer A>
      ? (...args: A) => void | Promise<void>
      : T extends QueryDefinition<infer R, infer A>
        ? (...args: A) => R
        : never;

export type UpdateValidator<Args extends any[]> = (...args: Args) => void;

export type WithWorkflowArgs<W extends Workflow, T> = T &
  (Parameters<W> extends [any, ...any[]]
    ? { args: Parameters<W> | Readonly<Parameters<W>> }
    : { args?: Parameters<W> | Readonly<Parameters<W>> });

export interface WorkflowSignalOptions<Args extends any[] = []> {
  args?: Args;
}

export interface WorkflowQueryOptions<Args extends any[] = []> {
  args?: Args;
}

export interface BaseWorkflowHandle<T extends Workflow> {
  result(): Promise<WorkflowResultType<T>>;
  signal<Args extends any[] = [], Name extends string = string>(
    def: SignalDefinition<Args, Name> | string,
    ...args: Args
  ): Promise<void>;
  signalWithOptions<Args extends any[] = []>(
    signalName: string,
    options: WorkflowSignalOptions<Args>,
  ): Promise<void>;
  readonly workflowId: string;
}

export interface ChildWorkflowHandle<T extends Workflow> extends BaseWorkflowHandle<T> {
  /** Run id of the first run in the child's chain. */
  readonly firstExecutionRunId: string;
}

export interface ExternalWorkflowHandle {
  signal<Args extends any[] = [], Name extends string = string>(
    def: SignalDefinition<Args, Name> | string,
    ...args: Args
  ): Promise<void>;
  signalWithOptions<Args extends any[] = []>(
    signalName: string,
    options: WorkflowSignalOptions<Args>,
  ): Promise<void>;
  cancel(): Promise<void>;
  readonly workflowId: string;
  readonly runId?: string | undefined;
}

/** Symbol in the type of a proxy's property that is not an activity: calling it does not compile. */
export const NotAnActivityMethod = Symbol.for('__TEMPORAL_NOT_AN_ACTIVITY_METHOD');

export type ErrorClass = new (...args: any[]) => Error;
