import { readFileSync } from 'node:fs';
import {
  ActivityNotFoundError,
  Client,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
} from '@refrain/engine';
import type { Payload, Service, TaskApi, WorkerOptions, WorkerService } from '@refrain/engine';
import type { WorkflowBundle } from '@refrain/engine/internal';
import {
  activityApi,
  ApplicationFailure,
  CancelledFailure,
  CompleteAsyncError,
} from '@refrain/engine/internal';
import { createLogger, openService, openSqliteStore, ServiceError, Worker } from '@refrain/engine/internal';
import type { Entry, Ledger, Operation } from './ledger.js';
import { openLedger, readLedger } from './ledger.js';
import type { Plan, Spec } from './plan.js';

/** One life of the load's process: goes on where the last one died, and ends by itself when all is done. */
export interface ChildOptions {
  readonly file: string;
  readonly ledgerFile: string;
  readonly bundleFile: string;
  readonly plan: Plan;
  /** Address of the module that opens the writer's connection. */
  readonly connection: string;
  readonly commitIn?: 'thread' | 'loop';
  /** Different in each life. */
  readonly life: number;
}

const taskQueue = { name: 'load' };

export async function runChild(options: ChildOptions): Promise<void> {
  const { file, ledgerFile, plan } = options;
  const acked = acknowledged(ledgerFile);
  const ledger = openLedger(ledgerFile);
  const { connection, commitIn = 'thread' } = options;
  const store = await openSqliteStore({ file, waitForOwnerMs: 5_000, connection, commitIn });
  const service = openService({
    store,
    onStoreFailure: (error) => process.stderr.write(`${String(error)}\n`),
  });
  ledger.append({ type: 'opened', atMs: Date.now() });
  const client = new Client({ connection: { service } });
  const worker = await Worker.create({
    connection: witnessed(service, ledger, options.life % 2 === 0),
    taskQueue: taskQueue.name,
    workflowBundle: JSON.parse(readFileSync(options.bundleFile, 'utf8')) as WorkflowBundle,
    activities: activities(client, ledger, options.life),
    maxCachedWorkflows: plan.maxCachedWorkflows,
    logger: createLogger(() => undefined),
  });
  const outside: Outside = { service, client, ledger, acked };
  for (const left of leftByEarlierLives(ledgerFile)) await completeElsewhere(outside, left);
  await worker.runUntil(async () => {
    await Promise.all([driveAll(outside, plan.specs), schedule(outside, plan)]);
    while ((await service.countWorkflowExecutions({ query: "ExecutionStatus = 'Running'" })).count > 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
  await service.close();
  ledger.append({ type: 'finished', atMs: Date.now() });
  ledger.close();
}

interface Outside {
  readonly service: Service;
  readonly client: Client;
  readonly ledger: Ledger;
  /** What an earlier life was told already. */
  readonly acked: ReadonlySet<string>;
}

function acknowledged(ledgerFile: string): Set<string> {
  const acked = new Set<string>();
  for (const entry of readLedger(ledgerFile))
    if (entry.type === 'acked') acked.add(`${entry.op} ${entry.key}`);
  return acked;
}

/** Activities that whoever was to complete them had no time for: they wait, and no worker is given them again. */
function leftByEarlierLives(ledgerFile: string): readonly Left[] {
  const left = new Map<string, Left>();
  for (const entry of readLedger(ledgerFile)) {
    if (entry.type === 'left') left.set(entry.activity, entry);
    if (entry.type === 'recorded') left.delete(entry.activity);
  }
  return [...left.values()];
}

type Left = Extract<Entry, { type: 'left' }>;

async function completeElsewhere({ client, ledger }: Pick<Outside, 'client' | 'ledger'>, left: Left) {
  const { activity, nonce, taskToken } = left;
  try {
    await client.activity.complete(new TextEncoder().encode(taskToken), `later#${nonce}`);
    ledger.append({ type: 'recorded', activity, nonce });
  } catch (error) {
    // It was completed before its completer died, or was begun so shortly before that it is given out again.
    if (!(error instanceof ActivityNotFoundError)) process.stderr.write(`later: ${String(error)}\n`);
  }
}

/** Makes a call once it is known not to have been acknowledged; the call itself may be made again and again. */
async function once(o: Outside, op: Operation, key: string, call: () => Promise<unknown>): Promise<void> {
  if (o.acked.has(`${op} ${key}`)) return;
  o.ledger.append({ type: 'asked', op, key });
  const value = await call();
  o.ledger.append({ type: 'acked', op, key, value });
}

/** A few at a time, so that the load makes many commits. */
async function driveAll(o: Outside, specs: readonly Spec[]): Promise<void> {
  const waiting = [...specs];
  const next = async () => {
    for (let spec = waiting.shift(); spec; spec = waiting.shift()) await drive(o, spec);
  };
  await Promise.all(Array.from({ length: 5 }, next));
}

async function drive(o: Outside, spec: Spec): Promise<void> {
  const { service, client } = o;
  const { workflowId, type, signals, updates, maximumAttempts } = spec;
  const workflowExecution = { workflowId };
  await once(o, 'start', workflowId, async () => {
    const started = await service.startWorkflowExecution({
      workflowId,
      workflowType: { name: type },
      taskQueue,
      input: spec.args.map(payload),
      requestId: `start ${workflowId}`,
      ...(maximumAttempts && { retryPolicy: { maximumAttempts, initialIntervalMs: 5 } }),
    });
    return started.runId;
  });
  const others = Array.from({ length: updates }, (_, n) => update(o, workflowId, n));
  if (updates > 0) others.push(update(o, workflowId, -1));
  if (spec.cancels) {
    others.push(
      once(o, 'cancel', workflowId, () =>
        unlessClosed(service.requestCancelWorkflowExecution({ workflowExecution })),
      ),
    );
  }
  for (let n = 0; n < signals; n++) {
    const requestId = `signal ${n}`;
    const request = { workflowExecution, signalName: 'add', input: [payload(n)], requestId };
    await once(o, 'signal', `${workflowId}|${requestId}`, () =>
      unlessClosed(service.signalWorkflowExecution(request)),
    );
  }
  await Promise.all(others);
  await once(o, 'result', workflowId, () => client.workflow.getHandle(workflowId).result().catch(canceled));
}

function canceled(error: unknown): string {
  if (error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure) return 'canceled';
  throw error;
}

/** A call that is made again finds its run closed when the first one had its effect. */
async function unlessClosed(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof ServiceError && error.status === 'NOT_FOUND')) throw error;
  });
}

function update(o: Outside, workflowId: string, n: number): Promise<void> {
  const updateId = `update ${n}`;
  const handle = o.client.workflow.getHandle(workflowId);
  return once(o, 'update', `${workflowId}|${updateId}`, () =>
    handle.executeUpdate<string, [number]>('set', { args: [n], updateId }).catch((error: unknown) => {
      if (n < 0) return 'rejected';
      if (error instanceof WorkflowUpdateFailedError) return 'failed';
      throw error;
    }),
  );
}

async function schedule(
  { service, ...rest }: Outside,
  { schedule: { scheduleId, actions } }: Plan,
): Promise<void> {
  const startWorkflow = {
    workflowId: scheduleId,
    workflowType: { name: 'timers' },
    taskQueue,
    input: [payload([1])],
  };
  await once({ service, ...rest }, 'schedule', scheduleId, async () => {
    const request = {
      scheduleId,
      requestId: scheduleId,
      schedule: {
        spec: { interval: [{ intervalMs: 1000 }] },
        action: { startWorkflow },
        policies: { overlapPolicy: 'ALLOW_ALL' as const },
        state: { paused: true },
      },
      // So many seconds of a past day: the runs begin at once, with the schedule.
      initialPatch: { backfillRequest: [{ startTimeMs: 1000, endTimeMs: 1000 * actions }] },
    };
    await service.createSchedule(request).catch((error: unknown) => {
      if (!(error instanceof ServiceError && error.status === 'ALREADY_EXISTS')) throw error;
    });
  });
  while ((await service.describeSchedule({ scheduleId })).info.actionCount < actions) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * The service as the worker sees it, with a note of each result that it was told is kept. A worker of the same
 * process is given tasks directly, another one polls.
 */
function witnessed(service: Service, ledger: Ledger, isDirect: boolean): WorkerOptions['connection'] {
  const polled = new Map<string, string>();
  const remember = (task: TaskApi.PollActivityTaskQueueResponse) =>
    polled.set(task.taskToken, `${task.workflowExecution.runId}/${task.activityId}`);
  const recorded = ({ taskToken, result }: TaskApi.RespondActivityTaskCompletedRequest) => {
    const activity = polled.get(taskToken);
    if (activity) ledger.append({ type: 'recorded', activity, nonce: nonceOf(result?.[0]) });
  };
  const direct = service.directTasks();
  const witnessedDirect: typeof direct = {
    ...direct,
    serveActivityTasks: (request, { hasRoom, serve }) =>
      direct.serveActivityTasks(request, { hasRoom, serve: (task) => (remember(task), serve(task)) }),
    completeActivityTask(request) {
      direct.completeActivityTask(request);
      direct.whenDurable((failure) => {
        if (!failure) recorded(request);
      });
    },
  };
  const polling: WorkerService = {
    ...service,
    async pollActivityTaskQueue(...args) {
      const task = await service.pollActivityTaskQueue(...args);
      if (task) remember(task);
      return task;
    },
    async respondActivityTaskCompleted(request) {
      await service.respondActivityTaskCompleted(request);
      recorded(request);
    },
  };
  return isDirect ? { service, directTasks: () => witnessedDirect } : { service: polling };
}

function activities(client: Client, ledger: Ledger, life: number) {
  let count = 0;
  const begin = () => {
    const { workflowExecution, activityId, activityType, attempt, isLocal } = activityApi.activityInfo();
    const nonce = `${life}.${++count}`;
    const activity = `${workflowExecution?.runId}/${isLocal ? `local ${activityId}` : activityId}`;
    ledger.append({ type: 'began', activity, activityType, attempt, nonce });
    return { nonce, activity, attempt };
  };
  return {
    work: async (label: string) => `${label}#${begin().nonce}`,
    charge: async (fails: boolean) => {
      const { nonce } = begin();
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (fails) throw ApplicationFailure.nonRetryable('no money');
      return `charged#${nonce}`;
    },
    failsAtFirst: async (failures: number) => {
      const { nonce, attempt } = begin();
      if (attempt <= failures) throw new Error(`attempt ${attempt}`);
      return `attempt ${attempt}#${nonce}`;
    },
    later: async () => {
      const { nonce, activity } = begin();
      const taskToken = new TextDecoder().decode(activityApi.activityInfo().taskToken);
      const left: Left = { type: 'left', activity, nonce, taskToken };
      ledger.append(left);
      setTimeout(() => void completeElsewhere({ client, ledger }, left), 2);
      throw new CompleteAsyncError();
    },
  };
}

function payload(value: unknown): Payload {
  const encoding = Buffer.from('json/plain').toString('base64');
  return { metadata: { encoding }, data: Buffer.from(JSON.stringify(value)).toString('base64') };
}

function nonceOf(result: Payload | undefined): string {
  const value = JSON.parse(Buffer.from(result?.data ?? '', 'base64').toString()) as string;
  return value.split('#')[1] ?? '';
}
