import type { WorkerMetrics } from './metrics.js';

/** The part of `Meter` of `@opentelemetry/api` that is used here: any meter of it fits. */
export interface MeterLike {
  createCounter(name: string, options?: InstrumentOptions): { add(value: number, labels?: Labels): void };
  createHistogram(
    name: string,
    options?: InstrumentOptions,
  ): { record(value: number, labels?: Labels): void };
  createObservableGauge(
    name: string,
    options?: InstrumentOptions,
  ): { addCallback(read: (result: { observe(value: number): void }) => void): void };
}

export interface InstrumentOptions {
  readonly description?: string;
  readonly unit?: string;
  readonly advice?: { readonly explicitBucketBoundaries?: number[] };
}

export type Labels = Record<string, string>;

const secondBounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300];
const eventBounds = [10, 100, 1e3, 1e4, 5e4];
const byteBounds = [1e3, 1e4, 1e5, 1e6, 1e7, 5e7];

/**
 * A worker's measurements as instruments of OpenTelemetry; durations are in seconds there, as its conventions ask.
 * With `metrics: openTelemetryMetrics(metrics.getMeter('refrain'))` a worker reports to whatever the application has
 * set up; `refrain dev` gives a meter of its own, which Prometheus reads.
 */
export function openTelemetryMetrics(meter: MeterLike): WorkerMetrics {
  const counter = (name: string, description: string) =>
    meter.createCounter(`refrain.${name}`, { description });
  const histogram = (name: string, description: string, unit: string, bounds: number[]) =>
    meter.createHistogram(`refrain.${name}`, {
      description,
      unit,
      advice: { explicitBucketBoundaries: bounds },
    });
  const tasks = histogram('workflow_task', 'Time in a workflow task, replay included', 's', secondBounds);
  const replayed = counter('replayed_events', 'Events replayed');
  const failedTasks = counter('workflow_task_failures', 'Failed workflow tasks');
  const divergences = counter('nondeterminism_failures', 'Workflow tasks that failed as nondeterministic');
  const sticky = counter('sticky_cache', 'Hits, misses and evictions of the sticky cache');
  const events = histogram('history_events', 'Events of a history', '{event}', eventBounds);
  const bytes = histogram('history', 'Size of a history', 'By', byteBounds);
  const signals = counter('signals', 'Signals that workflows received');
  const continued = counter('continue_as_new', 'Runs that continued as new');
  const waited = histogram(
    'activity_schedule_to_start',
    'Wait of an activity for a worker',
    's',
    secondBounds,
  );
  const ended = counter('activities', 'Activity attempts by outcome');
  const retried = counter('activity_retries', 'Activity attempts after the first');
  const ran = histogram('activity', 'Time of an activity attempt', 's', secondBounds);
  let cached = 0;
  meter
    .createObservableGauge('refrain.sticky_cache_size', { description: 'Executions in the cache' })
    .addCallback((result) => result.observe(cached));
  return {
    workflowTaskCompleted(workflow_type, replayedEvents, durationMs) {
      tasks.record(durationMs / 1000, { workflow_type });
      replayed.add(replayedEvents, { workflow_type });
    },
    workflowTaskFailed(workflow_type, cause) {
      failedTasks.add(1, { workflow_type, cause });
      if (cause === 'NON_DETERMINISTIC_ERROR') divergences.add(1, { workflow_type });
    },
    stickyCache(event, size) {
      sticky.add(1, { event });
      cached = size;
    },
    historySize(workflow_type, eventCount, byteCount) {
      events.record(eventCount, { workflow_type });
      bytes.record(byteCount, { workflow_type });
    },
    signalsReceived: (workflow_type, count) => signals.add(count, { workflow_type }),
    continuedAsNew: (workflow_type) => continued.add(1, { workflow_type }),
    activityStarted: (activity_type, scheduleToStartMs) =>
      waited.record(scheduleToStartMs / 1000, { activity_type }),
    activityEnded(activity_type, outcome, attempt, durationMs) {
      ended.add(1, { activity_type, outcome });
      if (attempt > 1) retried.add(1, { activity_type });
      ran.record(durationMs / 1000, { activity_type, outcome });
    },
  };
}

/** What the service itself can tell at the moment of a reading. */
export function observeService(
  meter: MeterLike,
  service: {
    activity(): { readonly backlog: number; readonly tasksWithWorkers: number; readonly overdue: number };
  },
): void {
  const gauge = (name: string, description: string, read: () => number) =>
    meter
      .createObservableGauge(`refrain.${name}`, { description })
      .addCallback((result) => result.observe(read()));
  gauge('task_backlog', 'Tasks that no worker has asked for', () => service.activity().backlog);
  gauge('tasks_with_workers', 'Tasks that workers have', () => service.activity().tasksWithWorkers);
  gauge(
    'timer_backlog',
    'Runs with a timer, timeout or backoff past its time',
    () => service.activity().overdue,
  );
}

/** Counts the engine's warnings (`onLimitWarning`) by limit. */
export function countLimitWarnings(meter: MeterLike): (warning: { readonly limit: string }) => void {
  const counter = meter.createCounter('refrain.limit_warnings', {
    description: 'Runs that came near a limit',
  });
  return ({ limit }) => counter.add(1, { limit });
}
