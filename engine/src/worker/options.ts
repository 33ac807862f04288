import { hostname } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { FailureConverter } from '../converter/failure-converter.js';
import type { PayloadConverter } from '../converter/payload-converter.js';
import { InputError } from '../errors.js';
import type { Duration } from '../failures/duration.js';
import { durationToMs } from '../failures/duration.js';
import type { TaskCalls, WorkflowCalls } from '../service/api.js';
import type { Clock } from '../service/clock.js';
import type { DirectTasks } from '../service/direct-tasks.js';
import { systemClock } from './system-clock.js';
import type { ActivityInterceptorsFactory } from './activity-interceptors.js';
import type { Logger } from './logger.js';
import { defaultLogger } from './logger.js';
import type { WorkerMetrics } from './metrics.js';
import { noMetrics } from './metrics.js';
import type { DataConverter } from '../converter/load-converters.js';
import { loadConverters } from '../converter/load-converters.js';
import type { PayloadCodec } from '../converter/payload-codec.js';
import type { BundleOptions, WorkflowBundle } from '../sandbox/bundle.js';
import { loadWorkflowHost } from './load-workflow-host.js';
import type { InjectedSinks, WorkflowHost } from './workflow-host.js';

/** The calls of the service that a worker makes. */
export type WorkerService = TaskCalls &
  Pick<WorkflowCalls, 'getWorkflowExecutionHistory'> & {
    /** In process only: the activity will be completed by somebody else. */
    releaseActivityTask?(taskToken: string): Promise<void>;
  };

export type ActivityFunction = (...args: never[]) => unknown;

/** Options of a worker; names and defaults as in `@temporalio/worker`. */
export interface WorkerOptions {
  /** The engine (or a connection to one) that the worker serves. */
  readonly connection: {
    readonly service: WorkerService;
    /** An engine of this process gives tasks without polls. */
    directTasks?(namespace?: string): DirectTasks;
  };
  readonly namespace?: string;
  readonly taskQueue: string;
  /**
   * A module that exports the workflows; bundled when the worker is created. Code that imports
   * `@temporalio/workflow` is run by its own copy of that package.
   */
  readonly workflowsPath?: string;
  /** Bundled workflows (see `bundleWorkflowCode`), in place of `workflowsPath`. */
  readonly workflowBundle?: WorkflowBundle;
  /** Loaded workflows, in place of both. Without any of the three the worker runs activities only. */
  readonly workflowHost?: WorkflowHost;
  readonly bundlerOptions?: Pick<BundleOptions, 'ignoreModules' | 'alias' | 'plugins'>;
  /** How long workflow code may run without giving control back. Default 2000 ms; 0: for ever. */
  readonly workflowDeadlineMs?: number;
  readonly activities?: Readonly<Record<string, ActivityFunction>>;
  readonly identity?: string;
  readonly buildId?: string;
  /** New runs stay on the build that began them. */
  readonly useVersioning?: boolean;
  readonly dataConverter?: DataConverter;
  readonly interceptors?: {
    readonly activity?: readonly ActivityInterceptorsFactory[];
    /** Modules that export `interceptors`, for workflow code; they are bundled with it. */
    readonly workflowModules?: readonly string[];
  };
  readonly sinks?: InjectedSinks;
  readonly logger?: Logger;
  readonly metrics?: WorkerMetrics;
  /** Default 200. */
  readonly maxConcurrentWorkflowTaskExecutions?: number;
  /** Default 100. */
  readonly maxConcurrentActivityTaskExecutions?: number;
  /** Default 100. */
  readonly maxConcurrentLocalActivityExecutions?: number;
  /** Default 4. */
  readonly maxConcurrentWorkflowTaskPolls?: number;
  /** Default 4. */
  readonly maxConcurrentActivityTaskPolls?: number;
  /** Activities that this worker begins per second. Default: no limit. */
  readonly maxActivitiesPerSecond?: number;
  /** Activities that all workers of the queue begin per second. Default: no limit. */
  readonly maxTaskQueueActivitiesPerSecond?: number;
  /** Executions in the sticky cache; 0: each task replays the whole history. Default 10,000. */
  readonly maxCachedWorkflows?: number;
  /** Estimated bytes of the sticky cache. Default: a quarter of the heap's limit. */
  readonly maxCachedWorkflowBytes?: number;
  readonly stickyQueueScheduleToStartTimeout?: Duration;
  /** From the shutdown's request until running activities are cancelled. Default 0. */
  readonly shutdownGraceTime?: Duration;
  /** From the shutdown's request until `run` rejects, whatever still runs. Default: no limit. */
  readonly shutdownForceTime?: Duration;
  readonly maxHeartbeatThrottleInterval?: Duration;
  readonly defaultHeartbeatThrottleInterval?: Duration;
  /** Error types that fail the run instead of its workflow task. */
  readonly workflowFailureErrorTypes?: readonly string[];
  /** A test's clock; activities' own time stays real. */
  readonly clock?: Clock;
}

type OptionalName =
  | 'connection'
  | 'workflowsPath'
  | 'workflowBundle'
  | 'bundlerOptions'
  | 'workflowDeadlineMs'
  | 'workflowHost'
  | 'buildId'
  | 'maxActivitiesPerSecond'
  | 'maxTaskQueueActivitiesPerSecond'
  | 'dataConverter'
  | 'interceptors';

type DurationName =
  | 'stickyQueueScheduleToStartTimeout'
  | 'shutdownGraceTime'
  | 'shutdownForceTime'
  | 'maxHeartbeatThrottleInterval'
  | 'defaultHeartbeatThrottleInterval';

export interface CompiledOptions extends Omit<Required<WorkerOptions>, OptionalName | DurationName> {
  readonly service: WorkerService;
  readonly directTasks: DirectTasks | undefined;
  readonly workflowHost: WorkflowHost | undefined;
  readonly buildId: string | undefined;
  readonly maxActivitiesPerSecond: number | undefined;
  readonly maxTaskQueueActivitiesPerSecond: number | undefined;
  readonly stickyScheduleToStartMs: number;
  readonly shutdownGraceMs: number;
  readonly shutdownForceMs: number | undefined;
  readonly maxHeartbeatThrottleMs: number;
  readonly defaultHeartbeatThrottleMs: number;
  readonly payloadConverter: PayloadConverter;
  readonly failureConverter: FailureConverter;
  readonly codecs: readonly PayloadCodec[];
  readonly activityInterceptors: readonly ActivityInterceptorsFactory[];
}

/** Fills in defaults. Throws `InputError` that names the option. */
export async function compileOptions(options: WorkerOptions): Promise<CompiledOptions> {
  const { activities = {}, logger = defaultLogger } = options;
  checkWork(options);
  checkShapes(options);
  const workflowHost = await loadWorkflowHost(options, logger);
  return {
    service: options.connection.service,
    directTasks: options.connection.directTasks?.(options.namespace),
    namespace: options.namespace ?? 'default',
    taskQueue: options.taskQueue,
    workflowHost,
    activities: functionsOf(activities),
    identity: options.identity ?? `${process.pid}@${hostname()}`,
    buildId: options.buildId,
    useVersioning: versioned(options),
    sinks: options.sinks ?? {},
    logger,
    metrics: options.metrics ?? noMetrics,
    maxConcurrentWorkflowTaskExecutions: count(options, 'maxConcurrentWorkflowTaskExecutions', 200, 1),
    maxConcurrentActivityTaskExecutions: count(options, 'maxConcurrentActivityTaskExecutions', 100, 1),
    maxConcurrentLocalActivityExecutions: count(options, 'maxConcurrentLocalActivityExecutions', 100, 1),
    maxConcurrentWorkflowTaskPolls: count(options, 'maxConcurrentWorkflowTaskPolls', 4, 1),
    maxConcurrentActivityTaskPolls: count(options, 'maxConcurrentActivityTaskPolls', 4, 1),
    maxActivitiesPerSecond: rate(options, 'maxActivitiesPerSecond'),
    maxTaskQueueActivitiesPerSecond: rate(options, 'maxTaskQueueActivitiesPerSecond'),
    maxCachedWorkflows: count(options, 'maxCachedWorkflows', 10_000, 0),
    maxCachedWorkflowBytes: count(options, 'maxCachedWorkflowBytes', quarterOfHeap(), 0),
    stickyScheduleToStartMs: durationOf(options, 'stickyQueueScheduleToStartTimeout', 10_000),
    shutdownGraceMs: durationOf(options, 'shutdownGraceTime', 0),
    shutdownForceMs:
      options.shutdownForceTime === undefined ? undefined : durationOf(options, 'shutdownForceTime', 0),
    maxHeartbeatThrottleMs: durationOf(options, 'maxHeartbeatThrottleInterval', 60_000),
    defaultHeartbeatThrottleMs: durationOf(options, 'defaultHeartbeatThrottleInterval', 30_000),
    workflowFailureErrorTypes: options.workflowFailureErrorTypes ?? [],
    clock: options.clock ?? systemClock,
    ...(await loadConverters(options.dataConverter ?? {})),
    codecs: options.dataConverter?.payloadCodecs ?? [],
    activityInterceptors: options.interceptors?.activity ?? [],
  };
}

/** What is not counted, and would only tell later that it cannot be used. */
function checkShapes({ connection, identity, sinks, dataConverter, ...options }: WorkerOptions): void {
  const given: unknown = connection;
  const service = (given as { service?: unknown } | undefined)?.service;
  if (!service) throw refused('connection', 'an engine, or a connection to one', given);
  if (identity === '') throw refused('identity', 'a name', "''");
  const { workflowDeadlineMs = 0, workflowFailureErrorTypes = [] } = options;
  if (!(workflowDeadlineMs >= 0))
    throw refused('workflowDeadlineMs', 'a time that is not negative', workflowDeadlineMs);
  if (!Array.isArray(workflowFailureErrorTypes)) {
    throw refused('workflowFailureErrorTypes', 'a list of names', workflowFailureErrorTypes);
  }
  for (const [name, functions] of Object.entries(sinks ?? {})) {
    for (const [call, sink] of Object.entries(functions ?? {})) {
      if (typeof sink?.fn !== 'function') throw refused(`sinks.${name}.${call}.fn`, 'a function', sink?.fn);
    }
  }
  const codecs = dataConverter?.payloadCodecs ?? [];
  if (!Array.isArray(codecs)) throw refused('dataConverter.payloadCodecs', 'a list of codecs', codecs);
}

function versioned({ buildId, useVersioning = false }: WorkerOptions): boolean {
  if (useVersioning && !buildId) throw refused('buildId', 'a name, since `useVersioning` is set', buildId);
  return useVersioning;
}

function checkWork({ taskQueue, activities = {}, ...options }: WorkerOptions): void {
  if (!taskQueue) throw refused('taskQueue', 'a name', taskQueue);
  const { workflowHost, workflowsPath, workflowBundle } = options;
  const hasWorkflows = workflowHost ?? workflowsPath ?? workflowBundle;
  if (!hasWorkflows && Object.keys(activities).length === 0) {
    throw new InputError('RFN2021', 'A worker needs workflows or activities: neither was given');
  }
}

/** A module of activities may export other things, too: they are left out, as by Temporal's worker. */
function functionsOf(activities: WorkerOptions['activities'] = {}): CompiledOptions['activities'] {
  return Object.fromEntries(
    Object.entries(activities).filter(([, activity]) => typeof activity === 'function'),
  );
}

function quarterOfHeap(): number {
  return Math.floor(getHeapStatistics().heap_size_limit / 4);
}

function count(options: WorkerOptions, name: keyof WorkerOptions, fallback: number, least: number): number {
  const value = options[name] ?? fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least) {
    throw refused(name, `a whole number, at least ${least}`, value);
  }
  return value;
}

function rate(options: WorkerOptions, name: keyof WorkerOptions): number | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !(value > 0)) throw refused(name, 'a number above 0', value);
  return value;
}

function durationOf(options: WorkerOptions, name: DurationName, fallbackMs: number): number {
  const value = options[name];
  if (value === undefined) return fallbackMs;
  const ms = durationToMs(value, name);
  if (!(ms >= 0)) throw refused(name, 'a duration that is not negative', value);
  return ms;
}

function refused(name: string, expected: string, found: unknown): InputError {
  return new InputError('RFN2021', `Worker option \`${name}\`: expected ${expected}, found ${String(found)}`);
}
