import { optionalTimeoutMs } from '../failures/duration.js';
import type { ActivitySerializationContext } from '../converter/payload-converter.js';
import type { RetryPolicy as RecordedRetryPolicy } from '../history/messages.js';
import { commandingActivator, type Activator } from '../runtime/activator.js';
import { connectToScope } from '../runtime/cancellation-scope.js';
import type { ActivityFunction, NotAnActivityMethod, UntypedActivities } from '../runtime/function-types.js';
import { composeInterceptors, type ActivityInput, type LocalActivityInput } from '../runtime/interceptors.js';
import {
  ActivityCancellationType,
  type ActivityOptions,
  type LocalActivityOptions,
} from '../runtime/options.js';
import { LocalActivityBackoff } from '../runtime/resolve-jobs.js';
import { sleep } from './timers.js';
import { checkChoice, checkName, compilePriority, compileRetryPolicy } from './validate-options.js';

interface CompiledOptions {
  readonly scheduleToCloseTimeoutMs?: number;
  readonly scheduleToStartTimeoutMs?: number;
  readonly startToCloseTimeoutMs?: number;
  readonly retryPolicy?: RecordedRetryPolicy;
  readonly cancellationType: ActivityCancellationType;
}

/** @throws TypeError or ValueError that names the first option that cannot be. */
function compileOptions(options: ActivityOptions | LocalActivityOptions): CompiledOptions {
  const scheduleToClose = optionalTimeoutMs(options.scheduleToCloseTimeout, 'scheduleToCloseTimeout');
  const startToClose = optionalTimeoutMs(options.startToCloseTimeout, 'startToCloseTimeout');
  const scheduleToStart = optionalTimeoutMs(options.scheduleToStartTimeout, 'scheduleToStartTimeout');
  if (scheduleToClose === undefined && startToClose === undefined) {
    throw new TypeError('Required either scheduleToCloseTimeout or startToCloseTimeout');
  }
  checkChoice('cancellationType', options.cancellationType, ActivityCancellationType);
  const retryPolicy = compileRetryPolicy(options.retry);
  return {
    ...(scheduleToClose === undefined ? {} : { scheduleToCloseTimeoutMs: scheduleToClose }),
    ...(scheduleToStart === undefined ? {} : { scheduleToStartTimeoutMs: scheduleToStart }),
    ...(startToClose === undefined ? {} : { startToCloseTimeoutMs: startToClose }),
    ...(retryPolicy === undefined ? {} : { retryPolicy }),
    cancellationType: options.cancellationType ?? 'TRY_CANCEL',
  };
}

function validate(options: ActivityOptions | LocalActivityOptions | undefined): void {
  if (options === undefined || options === null) throw new TypeError('options must be defined');
  compileOptions(options);
  const { heartbeatTimeout, taskQueue, priority } = options as ActivityOptions;
  optionalTimeoutMs(heartbeatTimeout, 'heartbeatTimeout');
  optionalTimeoutMs((options as LocalActivityOptions).localRetryThreshold, 'localRetryThreshold');
  if (taskQueue !== undefined) checkName('taskQueue', taskQueue);
  compilePriority(priority);
}

function contextOf(activator: Activator, activityId: string, isLocal: boolean): ActivitySerializationContext {
  const { namespace, workflowId } = activator.info;
  return { type: 'activity', namespace, activityId, workflowId, isLocal };
}

function startActivity({ options, args, headers, seq, activityType }: ActivityInput): Promise<unknown> {
  const activator = commandingActivator('scheduleActivity');
  const compiled = compileOptions(options);
  const activityId = options.activityId ?? `${seq}`;
  const context = contextOf(activator, activityId, false);
  return new Promise((resolve, reject) => {
    const isCancelled = connectToScope(reject, () => {
      if (activator.pending.activity.has(seq)) activator.push({ type: 'requestCancelActivity', seq });
    });
    if (isCancelled) return;
    const heartbeatTimeoutMs = optionalTimeoutMs(options.heartbeatTimeout, 'heartbeatTimeout');
    const priority = compilePriority(options.priority);
    activator.push({
      type: 'scheduleActivity',
      seq,
      activityId,
      activityType,
      arguments: activator.toPayloads(args, context),
      taskQueue: options.taskQueue || activator.info.taskQueue,
      ...(heartbeatTimeoutMs === undefined ? {} : { heartbeatTimeoutMs }),
      ...compiled,
      headers,
      doNotEagerlyExecute: !(options.allowEagerDispatch ?? true),
      ...(priority === undefined ? {} : { priority }),
      ...activator.userMetadata(options.summary),
    });
    activator.wait('activity', seq, { resolve, reject, context });
  });
}

function scheduleActivity(activityType: string, args: unknown[], options: ActivityOptions): Promise<unknown> {
  const activator = commandingActivator('scheduleActivity');
  const execute = composeInterceptors(activator.interceptors.outbound, 'scheduleActivity', startActivity);
  return execute({ activityType, headers: {}, options, args, seq: activator.nextSeq.activity++ });
}

async function startLocalActivity(input: LocalActivityInput): Promise<unknown> {
  const { options, args, headers, seq, activityType, attempt, originalScheduleTimeMs } = input;
  const activator = commandingActivator('scheduleLocalActivity');
  const compiled = compileOptions(options);
  const activityId = `${seq}`;
  const context = contextOf(activator, activityId, true);
  return new Promise((resolve, reject) => {
    const isCancelled = connectToScope(reject, () => {
      if (activator.pending.activity.has(seq)) activator.push({ type: 'requestCancelLocalActivity', seq });
    });
    if (isCancelled) return;
    const localRetryThresholdMs = optionalTimeoutMs(options.localRetryThreshold, 'localRetryThreshold');
    activator.push({
      type: 'scheduleLocalActivity',
      seq,
      attempt,
      ...(originalScheduleTimeMs === undefined ? {} : { originalScheduleTimeMs }),
      activityId,
      activityType,
      arguments: activator.toPayloads(args, context),
      ...compiled,
      ...(localRetryThresholdMs === undefined ? {} : { localRetryThresholdMs }),
      headers,
      ...activator.userMetadata(options.summary),
    });
    activator.wait('activity', seq, { resolve, reject, context });
  });
}

/** Retries with a long backoff wait for a durable timer here, then a new local activity is scheduled. */
async function scheduleLocalActivity(
  activityType: string,
  args: unknown[],
  options: LocalActivityOptions,
): Promise<unknown> {
  const activator = commandingActivator('scheduleLocalActivity');
  let attempt = 1;
  let originalScheduleTimeMs: number | undefined;
  for (;;) {
    const seq = activator.nextSeq.activity++;
    const { outbound } = activator.interceptors;
    const execute = composeInterceptors(outbound, 'scheduleLocalActivity', startLocalActivity);
    const input = { activityType, headers: {}, options, args, seq, attempt, originalScheduleTimeMs };
    try {
      return await execute(input);
    } catch (error) {
      if (!(error instanceof LocalActivityBackoff)) throw error;
      await sleep(error.backoffMs);
      attempt = error.attempt;
      originalScheduleTimeMs = error.originalScheduleTimeMs;
    }
  }
}

export type ActivityProxyOptions = ActivityOptions;
export type LocalActivityProxyOptions = LocalActivityOptions;

export type ActivityFunctionWithOptions<T extends ActivityFunction> = T & {
  /** Runs the activity with `options` on top of the proxy's. */
  executeWithOptions(options: ActivityOptions, args: Parameters<T>): Promise<Awaited<ReturnType<T>>>;
};

export type LocalActivityFunctionWithOptions<T extends ActivityFunction> = T & {
  /** Runs the local activity with `options` on top of the proxy's. */
  executeWithOptions(options: LocalActivityOptions, args: Parameters<T>): Promise<Awaited<ReturnType<T>>>;
};

export type ActivityInterfaceFor<T> = {
  [K in keyof T]: T[K] extends ActivityFunction
    ? ActivityFunctionWithOptions<T[K]>
    : typeof NotAnActivityMethod;
};

export type LocalActivityInterfaceFor<T> = {
  [K in keyof T]: T[K] extends ActivityFunction
    ? LocalActivityFunctionWithOptions<T[K]>
    : typeof NotAnActivityMethod;
};

type Schedule<O> = (activityType: string, args: unknown[], options: O) => Promise<unknown>;

function proxy<O extends object>(options: O, schedule: Schedule<O>): object {
  return new Proxy(
    {},
    {
      get(_target, activityType) {
        if (typeof activityType !== 'string') {
          throw new TypeError(`Only strings are supported for Activity types, got: ${String(activityType)}`);
        }
        const call = (...args: unknown[]): Promise<unknown> => schedule(activityType, args, options);
        call.executeWithOptions = (overrides: O, args: unknown[]): Promise<unknown> =>
          schedule(activityType, args, mergeOptions(options, overrides));
        return call;
      },
    },
  );
}

/** Later values win; plain objects (the retry policy) are merged. */
function mergeOptions<O extends object>(base: O, overrides: O): O {
  const merged = { ...base } as Record<string, unknown>;
  for (const [key, value] of Object.entries(overrides)) {
    const known = merged[key];
    const isPlain = (item: unknown): item is object =>
      typeof item === 'object' && item !== null && !Array.isArray(item);
    merged[key] = isPlain(known) && isPlain(value) ? mergeOptions(known, value) : value;
  }
  return merged as O;
}

/**
 * Functions that schedule activities, by their names. Options are checked here, at once.
 *
 * @throws TypeError without `startToCloseTimeout` or `scheduleToCloseTimeout`, or for an impossible value.
 */
export function proxyActivities<A = UntypedActivities>(options: ActivityOptions): ActivityInterfaceFor<A> {
  validate(options);
  return proxy(options, scheduleActivity) as ActivityInterfaceFor<A>;
}

/** The same for local activities: short ones, run by the workflow's own worker inside the workflow task. */
export function proxyLocalActivities<A = UntypedActivities>(
  options: LocalActivityOptions,
): LocalActivityInterfaceFor<A> {
  validate(options);
  return proxy(options, scheduleLocalActivity) as LocalActivityInterfaceFor<A>;
}

export { scheduleActivity, scheduleLocalActivity };
