import { createLogger, openEngine, Worker, type Engine, type WorkerOptions } from '@refrain/engine';
import { Context, sleep as activitySleep } from '@refrain/engine/activity';
import { bundled, pause } from './user-code.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let engine: Engine;
let lines: string[];
const newWorker = (options: Partial<WorkerOptions>) =>
  Worker.create({
    connection: engine,
    taskQueue: 'q',
    logger: createLogger((level, message) => lines.push(`${level} ${message}`)),
    ...options,
  });

beforeEach(async () => {
  lines = [];
  engine = await openEngine({ memory: true });
});
afterEach(() => engine.close());

describe('a worker’s limits', () => {
  const fanOut = `
    const { act } = w.proxyActivities({ startToCloseTimeout: '10s' });
    const { local } = w.proxyLocalActivities({ startToCloseTimeout: '10s' });
    export const main = (count) => Promise.all(Array.from({ length: count }, (_, i) => act(i)));
    export const locals = (count) => Promise.all(Array.from({ length: count }, (_, i) => local(i)));`;

  it.each([
    ['maxConcurrentActivityTaskExecutions', 'main'],
    ['maxConcurrentLocalActivityExecutions', 'locals'],
  ])('%s holds for all that run at once', async (option, type) => {
    let [running, most] = [0, 0];
    const act = async (i: number) => {
      most = Math.max(most, ++running);
      await pause(5);
      running--;
      return i;
    };
    const workflowBundle = await bundled(fanOut);
    const worker = await newWorker({ workflowBundle, activities: { act, local: act }, [option]: 3 });
    const options = { taskQueue: 'q', workflowId: 'w', args: [10] };
    const result = await worker.runUntil(engine.client.workflow.execute(type, options));
    expect(result).toEqual(Array.from({ length: 10 }, (_, i) => i));
    expect(most).toBe(3);
  });

  it('maxActivitiesPerSecond holds for the worker', async () => {
    const begun: number[] = [];
    const act = async () => void begun.push(Date.now());
    const workflowBundle = await bundled(fanOut);
    const worker = await newWorker({ workflowBundle, activities: { act }, maxActivitiesPerSecond: 20 });
    const options = { taskQueue: 'q', workflowId: 'w', args: [8] };
    await worker.runUntil(engine.client.workflow.execute('main', options));
    expect(begun.at(-1)! - begun[0]!).toBeGreaterThan(200);
  });

  it('maxTaskQueueActivitiesPerSecond holds for all workers of the queue', async () => {
    const begun: number[] = [];
    const act = async () => void begun.push(Date.now());
    const limit = { activities: { act }, maxTaskQueueActivitiesPerSecond: 20 };
    const one = await newWorker({ workflowBundle: await bundled(fanOut), ...limit });
    const other = await newWorker(limit);
    const options = { taskQueue: 'q', workflowId: 'w', args: [8] };
    await other.runUntil(() => one.runUntil(engine.client.workflow.execute('main', options)));
    expect(begun.at(-1)! - begun[0]!).toBeGreaterThan(200);
  });

  it('activities go to the workers of their own queue', async () => {
    const workflowBundle = await bundled(`
      export async function main() {
        const on = (taskQueue) => w.proxyActivities({ startToCloseTimeout: '10s', taskQueue }).act();
        return [await on('gpu'), await on(undefined)];
      }`);
    const here = await newWorker({ workflowBundle, activities: { act: async () => 'here' } });
    const gpu = await newWorker({ taskQueue: 'gpu', activities: { act: async () => 'gpu' } });
    const result = await gpu.runUntil(() =>
      here.runUntil(engine.client.workflow.execute('main', { taskQueue: 'q', workflowId: 'w', args: [] })),
    );
    expect(result).toEqual(['gpu', 'here']);
  });
});

describe('a worker’s shutdown', () => {
  const workflow = `const { act } = w.proxyActivities({ startToCloseTimeout: '1m', retry: { maximumAttempts: 1 } });
    export const main = () => act().catch((e) => e.cause.type ?? e.cause.name);`;

  it('waits for what it has begun, which may end within the grace time', async () => {
    let begun = false;
    const activities = { act: async () => ((begun = true), pause(50).then(() => 'done')) };
    const workflowBundle = await bundled(workflow);
    const worker = await newWorker({ workflowBundle, activities, shutdownGraceTime: '10s' });
    const running = worker.run();
    const handle = await engine.client.workflow.start('main', { taskQueue: 'q', workflowId: 'w', args: [] });
    while (!begun) await pause(1);
    worker.shutdown();
    expect(() => worker.shutdown()).toThrow('Not running');
    await running;
    expect(worker.getState()).toBe('STOPPED');
    const next = await newWorker({ workflowBundle, activities });
    expect(await next.runUntil(handle.result())).toBe('done');
  });

  it('asks activities to end after the grace time; the attempt fails with WorkerShutdown', async () => {
    let begun = false;
    const activities = { act: async () => ((begun = true), activitySleep('1m')) };
    const workflowBundle = await bundled(workflow);
    const worker = await newWorker({ workflowBundle, activities, shutdownGraceTime: 10 });
    const running = worker.run();
    const handle = await engine.client.workflow.start('main', { taskQueue: 'q', workflowId: 'w', args: [] });
    while (!begun) await pause(1);
    worker.shutdown();
    await running;
    expect(await (await newWorker({ workflowBundle, activities })).runUntil(handle.result())).toBe(
      'WorkerShutdown',
    );
  });

  it('ends with an error after shutdownForceTime, whatever still runs; its result counts nevertheless', async () => {
    let end: () => void = () => undefined;
    const activities = { act: () => new Promise<string>((done) => (end = () => done('late'))) };
    const workflowBundle = await bundled(workflow);
    const worker = await newWorker({ workflowBundle, activities, shutdownForceTime: 30 });
    const running = worker.run();
    running.catch(() => undefined);
    const handle = await engine.client.workflow.start('main', { taskQueue: 'q', workflowId: 'w', args: [] });
    while (worker.getStatus().numInFlightActivities === 0) await pause(1);
    worker.shutdown();
    await expect(running).rejects.toMatchObject({ code: 'RFN2022' });
    expect(worker.getState()).toBe('FAILED');
    const next = await newWorker({ workflowBundle, activities });
    const result = next.runUntil(handle.result());
    end();
    expect(await result).toBe('late');
  });
});

describe('handlers that have not ended when their workflow does', () => {
  const workflow = `
    export async function main(how) {
      const policy = { unfinishedPolicy: w.HandlerUnfinishedPolicy[how === 'abandons' ? 'ABANDON' : 'WARN_AND_ABANDON'] };
      w.setHandler(w.defineSignal('s'), () => w.sleep('1 day'), policy);
      w.setHandler(w.defineUpdate('u'), () => w.sleep(how === 'waits' ? 1 : '1 day'), policy);
      let isUpdated = false;
      w.setHandler(w.defineUpdate('go'), () => void (isUpdated = true));
      await w.condition(() => isUpdated);
      if (how === 'waits') await w.condition(w.allHandlersFinished);
      return w.allHandlersFinished();
    }`;
  it.each([
    ['warns', false, ['WARN update', 'WARN signal']],
    ['abandons', false, []],
  ])('%s', async (how, finished, warnings) => {
    const worker = await newWorker({ workflowBundle: await bundled(workflow) });
    await worker.runUntil(async () => {
      const handle = await engine.client.workflow.start('main', {
        taskQueue: 'q',
        workflowId: 'w',
        args: [how],
      });
      await handle.signal('s');
      const update = handle.executeUpdate('u');
      update.catch(() => undefined);
      await handle.startUpdate('u', { waitForStage: 'ACCEPTED' } as never);
      await handle.executeUpdate('go');
      expect(await handle.result()).toBe(finished);
      await expect(update).rejects.toMatchObject({ cause: { type: 'AcceptedUpdateCompletedWorkflow' } });
    });
    const found = lines.flatMap(
      (line) => /^(WARN).*while an? (update|signal) handler/.exec(line)?.slice(1).join(' ') ?? [],
    );
    expect(found).toEqual(warnings);
  });

  it('can be waited for', async () => {
    const worker = await newWorker({ workflowBundle: await bundled(workflow) });
    await worker.runUntil(async () => {
      const handle = await engine.client.workflow.start('main', {
        taskQueue: 'q',
        workflowId: 'w',
        args: ['waits'],
      });
      const update = handle.executeUpdate('u');
      await handle.executeUpdate('go');
      expect(await handle.result()).toBe(true);
      await update;
    });
    expect(lines.filter((line) => line.startsWith('WARN'))).toEqual([]);
  });
});

describe('logs and sinks', () => {
  const workflow = `
    const { note } = w.proxySinks();
    export async function main() {
      for (let i = 0; i < 3; i++) {
        w.log.info('line ' + i);
        console.warn('console ' + i);
        note.live(i);
        note.always(i);
        await w.sleep(1);
      }
    }`;

  it('come once, also when each task replays the history; a sink may ask for the calls of replays', async () => {
    const [live, always]: unknown[][] = [[], []];
    const worker = await newWorker({
      workflowBundle: await bundled(workflow),
      maxCachedWorkflows: 0,
      sinks: {
        note: {
          live: { fn: (_info, i: number) => void live!.push(i) },
          always: { fn: (_info, i: number) => void always!.push(i), callDuringReplay: true },
        },
      },
    });
    const options = { taskQueue: 'q', workflowId: 'w', args: [] };
    await worker.runUntil(engine.client.workflow.execute('main', options));
    expect(lines.filter((line) => /line|console/.test(line))).toEqual(
      [0, 1, 2].flatMap((i) => [`INFO line ${i}`, `WARN console ${i}`]),
    );
    expect(live).toEqual([0, 1, 2]);
    expect(always!.length).toBeGreaterThan(3);
  });
});

describe('local activities', () => {
  class Fatal extends Error {}
  const main = (options: string) => `
    const { act } = w.proxyLocalActivities(${options});
    export const main = () => act().catch((e) => [e.name, e.message, e.cause?.name]);
    export async function cancelled() {
      const scope = new w.CancellationScope();
      const running = scope.run(() => act()).catch((e) => e.cause.name);
      await w.sleep(20);
      scope.cancel();
      return running;
    }`;
  const options = { taskQueue: 'q', workflowId: 'w', args: [] };

  it('wait for a long backoff by a timer in history, and count on', async () => {
    const attempts: number[] = [];
    const act = async () => {
      attempts.push(Context.current().info.attempt);
      if (attempts.length < 3) throw new Error('not yet');
      return attempts;
    };
    const retry =
      "{ startToCloseTimeout: '10s', localRetryThreshold: 1, retry: { initialInterval: 20, backoffCoefficient: 1 } }";
    const worker = await newWorker({ workflowBundle: await bundled(main(retry)), activities: { act } });
    await worker.runUntil(async () => {
      const handle = await engine.client.workflow.start('main', options);
      expect(await handle.result()).toEqual([1, 2, 3]);
      const types = (await handle.fetchHistory()).events.map(({ type }) => type);
      expect(types.filter((type) => type === 'TimerFired')).toHaveLength(2);
      expect(types.filter((type) => type === 'MarkerRecorded')).toHaveLength(3);
    });
  });

  it.each([
    [
      'a type that must not be',
      "{ startToCloseTimeout: '10s', retry: { initialInterval: 1, nonRetryableErrorTypes: ['Fatal'] } }",
      1,
      ['ApplicationFailure', 'no', null],
    ],
    [
      'as many attempts as it may',
      "{ startToCloseTimeout: '10s', retry: { initialInterval: 1, maximumAttempts: 3 } }",
      3,
      ['ApplicationFailure', 'no', null],
    ],
  ])('are not retried after %s', async (_, given, count, expected) => {
    let calls = 0;
    const act = async () => {
      calls++;
      throw new Fatal('no');
    };
    const worker = await newWorker({ workflowBundle: await bundled(main(given)), activities: { act } });
    expect(await worker.runUntil(engine.client.workflow.execute('main', options))).toEqual(expected);
    expect(calls).toBe(count);
  });

  it('time out, and are cancelled with their scope', async () => {
    const act = () => activitySleep('1m');
    const limited = '{ startToCloseTimeout: 10, retry: { maximumAttempts: 1 } }';
    const worker = await newWorker({ workflowBundle: await bundled(main(limited)), activities: { act } });
    const timedOut = worker.runUntil(engine.client.workflow.execute('main', options));
    expect(await timedOut).toEqual(['ActivityFailure', 'Local Activity timed out', 'TimeoutFailure']);
    const other = await newWorker({
      workflowBundle: await bundled(main("{ startToCloseTimeout: '1m' }")),
      activities: { act },
    });
    // While a local activity runs, its workflow task goes on: the timer fires when that is kept alive.
    const second = { ...options, workflowId: 'c', workflowTaskTimeout: 400 };
    expect(await other.runUntil(engine.client.workflow.execute('cancelled', second))).toBe(
      'CancelledFailure',
    );
  });
});
