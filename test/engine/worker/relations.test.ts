import { createLogger, openEngine, Worker, type Engine } from '@refrain/engine';
import { heartbeat, sleep as activitySleep } from '@refrain/engine/activity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundled, pause } from './user-code.js';

const code = `
  const id = () => w.workflowInfo().workflowId;
  export const done = async () => 'done';
  /** Takes a moment to end when it is cancelled. */
  export async function child() {
    try {
      await w.condition(() => false);
    } finally {
      await w.CancellationScope.nonCancellable(() => w.sleep(60));
    }
  }
  export async function parent(parentClosePolicy, how) {
    if (how === 'next run') return 'next';
    const started = w.startChild(child, { parentClosePolicy, workflowId: id() + '-child' });
    if (how === 'at once') return;
    await started;
    if (how === 'fails') throw w.ApplicationFailure.nonRetryable('on purpose');
    if (how === 'continues') await w.continueAsNew(parentClosePolicy, 'next run');
    if (how !== 'completes') await w.condition(() => false);
  }
  export async function cancels(cancellationType) {
    const events = [];
    const scope = new w.CancellationScope();
    const workflowId = id() + '-child';
    const result = scope.run(() => w.executeChild(child, { cancellationType, workflowId, parentClosePolicy: 'ABANDON' }));
    const ended = result.catch((e) => events.push('answered by ' + e.name + ' of ' + e.cause.name));
    await w.sleep(20);
    scope.cancel();
    await Promise.race([ended, w.sleep(30).then(() => events.push('30 ms'))]);
    await ended;
    return events;
  }
  export async function asks(what, workflowId) {
    const target = w.getExternalWorkflowHandle(workflowId === 'self' ? id() : workflowId);
    const got = [];
    w.setHandler(w.defineSignal('s'), (x) => void got.push(x));
    try {
      if (what === 'signal') await target.signal('s', 'hello');
      else await target.cancel();
      if (workflowId === 'self' && what === 'signal') await w.condition(() => got.length > 0);
      if (workflowId === 'self' && what === 'cancel') await w.sleep('1 day');
      return ['sent', ...got];
    } catch (e) {
      return w.isCancellation(e) ? 'cancelled' : e.message;
    }
  }
  export async function activity(cancellationType) {
    const { act } = w.proxyActivities({ startToCloseTimeout: '1m', heartbeatTimeout: '1s', cancellationType });
    const scope = new w.CancellationScope();
    const ended = scope.run(() => act()).catch((e) => e.name + ' of ' + e.cause.name);
    await w.sleep(30);
    const before = Date.now();
    scope.cancel();
    const how = await ended;
    return how + (Date.now() > before ? ' later' : ' at once');
  }`;

let engine: Engine;
let worker: Worker;
let running: Promise<void>;
let ids = 0;
const errors: string[] = [];
const start = (type: string, ...args: unknown[]) =>
  engine.client.workflow.start(type, { taskQueue: 'q', workflowId: `${type}-${++ids}`, args });
const statusOf = async (workflowId: string) =>
  (await engine.client.workflow.getHandle(workflowId).describe()).status.name;

beforeAll(async () => {
  engine = await openEngine({ memory: true });
  worker = await Worker.create({
    connection: engine,
    taskQueue: 'q',
    workflowBundle: await bundled(code),
    logger: createLogger((level, message) => level === 'ERROR' && errors.push(message)),
    maxHeartbeatThrottleInterval: 5,
    activities: {
      act: async () => {
        for (;;) {
          heartbeat();
          await activitySleep(5);
        }
      },
    },
  });
  running = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await engine.close();
});

describe('a child whose parent ends', () => {
  const ends = ['completes', 'fails', 'continues', 'is terminated', 'is cancelled', 'at once'];
  it.each([
    ['TERMINATE', 'TERMINATED'],
    ['REQUEST_CANCEL', 'CANCELED'],
    ['ABANDON', 'RUNNING'],
  ])('by its policy %s is %s, however the parent ends', async (policy, status) => {
    const children = await Promise.all(
      ends.map(async (how) => {
        const handle = await start('parent', policy, how);
        const childId = `${handle.workflowId}-child`;
        await expect.poll(() => statusOf(childId).catch(() => 'none')).not.toBe('none');
        if (how === 'is terminated') await handle.terminate();
        if (how === 'is cancelled') await handle.cancel();
        return childId;
      }),
    );
    // Cancelled itself, a parent cancels its child; only a termination is faster.
    const expected = ends.map((how) =>
      how === 'is cancelled' && policy === 'ABANDON' ? 'CANCELED' : status,
    );
    const found = () => Promise.all(children.map(statusOf));
    await expect.poll(found).toEqual(expected);
    await pause(20);
    expect(await found()).toEqual(expected);
  });
});

describe('a child that is cancelled by its parent', () => {
  it.each([
    ['ABANDON', ['answered by ChildWorkflowFailure of CancelledFailure'], 'RUNNING'],
    ['TRY_CANCEL', ['answered by ChildWorkflowFailure of CancelledFailure'], 'CANCELED'],
    [
      'WAIT_CANCELLATION_COMPLETED',
      ['30 ms', 'answered by ChildWorkflowFailure of CancelledFailure'],
      'CANCELED',
    ],
  ])('answers by its type %s', async (type, events, status) => {
    const handle = await start('cancels', type);
    expect(await handle.result()).toEqual(events);
    await expect.poll(() => statusOf(`${handle.workflowId}-child`)).toBe(status);
  });
});

describe('a workflow that asks others', () => {
  it.each([
    ['signal', 'nobody', 'Unable to signal external workflow because it was not found'],
    ['cancel', 'nobody', 'Unable to cancel external workflow because not found'],
    ['signal', 'closed', 'Unable to signal external workflow because it was not found'],
    ['cancel', 'closed', 'Unable to cancel external workflow because not found'],
    ['signal', 'self', ['sent', 'hello']],
    ['cancel', 'self', 'cancelled'],
  ])('%s, %s: %j', async (what, whom, expected) => {
    if (whom === 'closed') {
      await engine.client.workflow.execute('done', { taskQueue: 'q', workflowId: 'closed', args: [] });
    }
    expect(await (await start('asks', what, whom)).result()).toEqual(expected);
    expect(errors).toEqual([]);
  });
});

describe('an activity that is cancelled', () => {
  it.each([
    ['TRY_CANCEL', 'ActivityFailure of CancelledFailure at once'],
    ['ABANDON', 'ActivityFailure of CancelledFailure at once'],
    ['WAIT_CANCELLATION_COMPLETED', 'ActivityFailure of CancelledFailure later'],
  ])('answers by its type %s', async (type, expected) => {
    expect(await (await start('activity', type)).result()).toBe(expected);
  });
});
