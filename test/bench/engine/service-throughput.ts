import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore, openService, openSqliteStore, type Service } from '@refrain/engine/internal';

/**
 * The service without workflow code: a loop answers each task at once. What is measured is the cost of the
 * service and its store. `node --experimental-strip-types … [--store sqlite|loop|memory] [--workflows N]
 * [--activities N] [--concurrency N]`
 */
export interface Load {
  readonly workflows: number;
  readonly activities: number;
  readonly concurrency: number;
}

export interface Measured {
  readonly workflowsPerSecond: number;
  readonly cpuMsPerWorkflow: number;
  readonly msPerActivity: number;
}

const taskQueue = { name: 'bench' };
const done = Symbol('done');
let round = 0;

export async function measure(service: Service, load: Load): Promise<Measured> {
  const stop = new AbortController();
  const finished = new Map<string, () => void>();
  const workers = Array.from({ length: load.concurrency }, () => [
    answerWorkflowTasks(service, load.activities, finished, stop.signal),
    answerActivities(service, stop.signal),
  ]).flat();
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  let started = 0;
  round++;
  const client = async () => {
    while (started < load.workflows) {
      const workflowId = `w-${round}-${started++}`;
      const end = new Promise<void>((resolve) => finished.set(workflowId, resolve));
      await service.startWorkflowExecution({ workflowId, workflowType: { name: 'bench' }, taskQueue });
      await end;
    }
  };
  await Promise.all(Array.from({ length: load.concurrency }, client));
  const elapsedMs = performance.now() - startMs;
  const cpu = process.cpuUsage(startCpu);
  stop.abort(done);
  await Promise.allSettled(workers);
  return {
    workflowsPerSecond: (load.workflows * 1000) / elapsedMs,
    cpuMsPerWorkflow: (cpu.user + cpu.system) / 1000 / load.workflows,
    msPerActivity: (elapsedMs * load.concurrency) / (load.workflows * Math.max(load.activities, 1)),
  };
}

async function answerWorkflowTasks(
  service: Service,
  activities: number,
  finished: Map<string, () => void>,
  signal: AbortSignal,
) {
  const identity = 'bench';
  const stickyAttributes = { workerTaskQueue: { name: 'bench-sticky', kind: 'STICKY' as const } };
  const poll = (kind: 'NORMAL' | 'STICKY') =>
    service.pollWorkflowTaskQueue(
      { taskQueue: { name: kind === 'STICKY' ? 'bench-sticky' : 'bench', kind }, identity, embedded: true },
      { signal },
    );
  const loop = async (kind: 'NORMAL' | 'STICKY') => {
    for (;;) {
      const task = await poll(kind);
      if (!task) return;
      const last = task.history.events.findLast((e) => e.type === 'ActivityTaskScheduled');
      const count = last?.type === 'ActivityTaskScheduled' ? Number(last.attributes.activityId) : 0;
      const { taskToken } = task;
      if (count < activities) {
        void service.respondWorkflowTaskCompleted({
          taskToken,
          identity,
          stickyAttributes,
          commands: [
            {
              type: 'ScheduleActivityTask',
              attributes: {
                activityId: String(count + 1),
                activityType: { name: 'step' },
                startToCloseTimeoutMs: 60_000,
                input: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'MTIz' }],
              },
            },
          ],
        });
      } else {
        const { workflowId } = task.workflowExecution;
        void service
          .respondWorkflowTaskCompleted({
            taskToken,
            identity,
            stickyAttributes,
            commands: [{ type: 'CompleteWorkflowExecution', attributes: {} }],
          })
          .then(() => {
            finished.get(workflowId)?.();
            finished.delete(workflowId);
          });
      }
    }
  };
  await Promise.all([loop('NORMAL'), loop('STICKY')]);
}

async function answerActivities(service: Service, signal: AbortSignal) {
  for (;;) {
    const task = await service.pollActivityTaskQueue(
      { taskQueue, identity: 'bench', embedded: true },
      { signal },
    );
    if (!task) return;
    void service.respondActivityTaskCompleted({
      taskToken: task.taskToken,
      identity: 'bench',
      result: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'MTIz' }],
    });
  }
}

async function main() {
  const option = (name: string, otherwise: string) => {
    const at = process.argv.indexOf(`--${name}`);
    return at > 0 ? (process.argv[at + 1] ?? otherwise) : otherwise;
  };
  const kind = option('store', 'sqlite');
  const folder = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'refrain-bench-'));
  const store =
    kind === 'memory'
      ? new MemoryStore()
      : await openSqliteStore({ file: join(folder, 'b.db'), commitIn: kind === 'loop' ? 'loop' : 'thread' });
  const service = openService({ store });
  const load = {
    workflows: Number(option('workflows', '2000')),
    activities: Number(option('activities', '10')),
    concurrency: Number(option('concurrency', '50')),
  };
  await measure(service, { ...load, workflows: Math.ceil(load.workflows / 5) }).catch(() => undefined);
  console.log(kind, load, await measure(service, { ...load }));
  await service.close();
  rmSync(folder, { recursive: true });
}

if (process.argv[1]?.endsWith('service-throughput.ts')) await main();
