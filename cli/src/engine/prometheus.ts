import { createServer, type Server } from 'node:http';
import type { Service, WorkerMetrics } from '@refrain/engine';
import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';

const seconds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300];

/** A worker's metrics in a registry of Prometheus; durations are in seconds there, as its convention is. */
export function prometheusMetrics(registry: Registry): WorkerMetrics {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name: `refrain_${name}_total`, help, labelNames, registers });
  const histogram = (name: string, help: string, labelNames: string[], buckets = seconds) =>
    new Histogram({ name: `refrain_${name}`, help, labelNames, buckets, registers });
  const tasks = histogram('workflow_task_seconds', 'Time in a workflow task, replay included', [
    'workflow_type',
  ]);
  const replayed = counter('replayed_events', 'Events replayed', ['workflow_type']);
  const failedTasks = counter('workflow_task_failures', 'Failed workflow tasks', ['workflow_type', 'cause']);
  const sticky = counter('sticky_cache', 'Hits, misses and evictions of the sticky cache', ['event']);
  const cached = new Gauge({ name: 'refrain_sticky_cache_size', help: 'Executions in the cache', registers });
  const events = histogram(
    'history_events',
    'Events of a history',
    ['workflow_type'],
    [10, 100, 1e3, 1e4, 5e4],
  );
  const bytes = histogram(
    'history_bytes',
    'Size of a history',
    ['workflow_type'],
    [1e3, 1e4, 1e5, 1e6, 1e7, 5e7],
  );
  const continued = counter('continue_as_new', 'Runs that continued as new', ['workflow_type']);
  const waited = histogram('activity_schedule_to_start_seconds', 'Wait of an activity for a worker', [
    'activity_type',
  ]);
  const ended = counter('activities', 'Activity attempts by outcome', ['activity_type', 'outcome']);
  const retried = counter('activity_retries', 'Activity attempts after the first', ['activity_type']);
  const ran = histogram('activity_seconds', 'Time of an activity attempt', ['activity_type', 'outcome']);
  return {
    workflowTaskCompleted(workflow_type, replayedEvents, durationMs) {
      tasks.observe({ workflow_type }, durationMs / 1000);
      replayed.inc({ workflow_type }, replayedEvents);
    },
    workflowTaskFailed: (workflow_type, cause) => failedTasks.inc({ workflow_type, cause }),
    stickyCache(event, size) {
      sticky.inc({ event });
      cached.set(size);
    },
    historySize(workflow_type, eventCount, byteCount) {
      events.observe({ workflow_type }, eventCount);
      bytes.observe({ workflow_type }, byteCount);
    },
    continuedAsNew: (workflow_type) => continued.inc({ workflow_type }),
    activityStarted: (activity_type, scheduleToStartMs) =>
      waited.observe({ activity_type }, scheduleToStartMs / 1000),
    activityEnded(activity_type, outcome, attempt, durationMs) {
      ended.inc({ activity_type, outcome });
      if (attempt > 1) retried.inc({ activity_type });
      ran.observe({ activity_type, outcome }, durationMs / 1000);
    },
  };
}

/** What the service itself can tell at the moment of a scrape. */
export function serviceGauges(registry: Registry, service: Service): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `refrain_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge('task_backlog', 'Tasks that no worker has asked for', () => service.activity().backlog);
  gauge('tasks_with_workers', 'Tasks that workers have', () => service.activity().tasksWithWorkers);
}

/** Serves `/metrics` on loopback. */
export async function serveMetrics(registry: Registry, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    void registry.metrics().then((text) => {
      response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}
