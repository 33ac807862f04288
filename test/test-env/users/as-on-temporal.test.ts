import { MockActivityEnvironment, TestWorkflowEnvironment } from '@refrain/test-env';
import '@refrain/test-env/vitest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as nativeActivities from '../../fixtures/test-env/users/native-activities.js';
import * as nativeWorkflows from '../../fixtures/test-env/users/native-workflows.js';
import * as temporalActivities from '../../fixtures/test-env/users/temporal-activities.js';
import * as temporalWorkflows from '../../fixtures/test-env/users/temporal-workflows.js';

const folder = new URL('../../fixtures/test-env/users/', import.meta.url);
const day = 24 * 3_600_000;

// The same tests, as people write them who come from `@temporalio/testing`, for code on either API.
describe.each([
  {
    api: 'temporal',
    workflows: temporalWorkflows,
    activities: temporalActivities,
    workflowsPath: new URL('temporal-workflows.ts', folder),
  },
  {
    api: 'native',
    workflows: nativeWorkflows as unknown as typeof temporalWorkflows,
    activities: nativeActivities as unknown as typeof temporalActivities,
    workflowsPath: new URL('native-workflows.ts', folder),
  },
])('$api', ({ workflows, activities, workflowsPath }) => {
  let env: TestWorkflowEnvironment<typeof temporalActivities>;
  beforeEach(async () => {
    env = await TestWorkflowEnvironment.create({ workflowsPath, activities, stallMs: 300 });
  });
  afterEach(() => env.teardown());

  it('client.workflow.execute, without a task queue', async () => {
    const result = await env.client.workflow.execute(workflows.hello, { args: ['Ada'], workflowId: 'wf-1' });
    expect(result).toBe('Hello, Ada!');
  });

  it('client.workflow.start, with a task queue of its own', async () => {
    const handle = await env.client.workflow.start(workflows.hello, {
      args: ['Ada'],
      workflowId: 'wf-1',
      taskQueue: 'mine',
    });
    expect(await handle.result()).toBe('Hello, Ada!');
    expect((await handle.describe()).status.name).toBe('COMPLETED');
  });

  it('activities heartbeat and know their context', async () => {
    expect(await env.client.workflow.execute(workflows.downloader, { args: ['u'], workflowId: 'wf' })).toBe(
      'u in attempt 1',
    );
    expect(await env.client.workflow.execute(workflows.localUser, { workflowId: 'local' })).toBe(
      'key of lookUp',
    );
  });

  it('a year of a subscription, with a mock', async () => {
    const charge = env.mock('charge').returns(10);
    const before = env.currentTimeMs();
    expect(await env.run(workflows.subscription, ['Ada', 12])).toBe(120);
    expect(env.currentTimeMs() - before).toBe(360 * day);
    expect(charge.calls).toHaveLength(12);
  });

  it('env.sleep and a query', async () => {
    const handle = await env.client.workflow.start(workflows.account, { workflowId: 'a' });
    await handle.signal(workflows.pay, 40);
    const before = env.currentTimeMs();
    await env.sleep('2 days');
    expect((await env.currentTimeMs()) - before).toBe(2 * day);
    expect(await handle.query(workflows.balance)).toBe(40);
    await handle.signal(workflows.pay, 60);
    expect(await handle.result()).toBe(100);
  });

  it('updates while time skips, and a validator that refuses', async () => {
    const handle = await env.start(workflows.account);
    await expect(handle.executeUpdate(workflows.deposit, { args: [0] })).rejects.toThrow();
    const [first, second] = await Promise.all([
      handle.executeUpdate(workflows.deposit, { args: [40] }),
      handle.executeUpdate(workflows.deposit, { args: [60] }),
    ]);
    expect([first, second].sort()).toEqual([100, 40]);
    expect(await handle.result()).toBe(100);
  });

  it('startUpdate, then its result', async () => {
    const handle = await env.start(workflows.account);
    const update = await handle.startUpdate(workflows.deposit, { args: [100], waitForStage: 'ACCEPTED' });
    expect(await update.result()).toBe(100);
  });

  it('real children', async () => {
    expect(await env.run(workflows.parentOf, [['Ada', 'Bob']])).toEqual(['Hello, Ada!', 'Hello, Bob!']);
  });

  it('mocked children', async () => {
    env
      .mockChild(workflows.hello)
      .implements((name) => `mocked ${name}`)
      .after('1 day');
    const handle = await env.start(workflows.parentOf, [['Ada', 'Bob']]);
    expect(await handle.result()).toEqual(['mocked Ada', 'mocked Bob']);
    expect(await env.run(workflows.starter)).toBe('started: mocked Bob');
  });

  it('cancellation at a virtual time', async () => {
    const refund = env.mock('refund').returns();
    const handle = await env.start(workflows.cleanup);
    env.at('100 days', () => handle.cancel());
    await expect(handle.result()).rejects.toThrow();
    await expect(handle).toHaveBeenCancelled();
    expect(refund.calls).toHaveLength(1);
  });

  it('termination', async () => {
    const handle = await env.start(workflows.cleanup);
    await handle.terminate('enough');
    await expect(handle.result()).rejects.toThrow('enough');
    await expect(handle).toHaveBeenTerminated();
  });

  it('a chain of runs', async () => {
    const handle = await env.start(workflows.chain, [5]);
    const before = env.currentTimeMs();
    expect(await handle.result()).toBe('run of chain is done');
    expect(env.currentTimeMs() - before).toBe(6 * 3_600_000);
  });

  it('cron', async () => {
    const handle = await env.client.workflow.start(workflows.tick, {
      workflowId: 'cron',
      cronSchedule: '0 12 * * *',
    });
    let ticks = 0;
    env.on('WorkflowExecutionCompleted', () => (ticks += 1));
    await env.sleep('10 days');
    expect(ticks).toBe(10);
    await handle.terminate();
  });

  it('schedules', async () => {
    const schedule = await env.client.schedule.create({
      scheduleId: 'nightly',
      spec: { intervals: [{ every: '1 day' }] },
      action: { type: 'startWorkflow', workflowType: workflows.tick, taskQueue: env.taskQueue },
    });
    await env.sleep('3 days');
    expect((await schedule.describe()).info.numActionsTaken).toBe(3);
    await schedule.delete();
  });

  it('vi.fn() activities', async () => {
    const greet = vi.fn(async (name: string) => `vi ${name}`);
    await using other = await TestWorkflowEnvironment.create({ workflowsPath, activities: { greet } });
    expect(await other.run(workflows.hello, ['Ada'])).toBe('vi Ada');
    expect(greet).toHaveBeenCalledExactlyOnceWith('Ada');
  });

  it('a vi.fn() that fails once is retried', async () => {
    const greet = vi
      .fn<(name: string) => Promise<string>>()
      .mockRejectedValueOnce(new Error('503'))
      .mockResolvedValue('ok');
    await using other = await TestWorkflowEnvironment.create({ workflowsPath, activities: { greet } });
    expect(await other.run(workflows.hello, ['Ada'])).toBe('ok');
    expect(greet).toHaveBeenCalledTimes(2);
  });

  it('tests with fake timers', async () => {
    vi.useFakeTimers();
    try {
      await using other = await TestWorkflowEnvironment.create({ workflowsPath, activities });
      expect(await other.run(workflows.chain, [1])).toBe('run of chain is done');
    } finally {
      vi.useRealTimers();
    }
  });

  it('a workflow type that does not exist', async () => {
    await expect(env.run('nope')).rejects.toThrow(/workflow task of nope[^]*no such function/);
  });

  it('a workflow that never ends', async () => {
    await expect(env.run(workflows.account)).rejects.toThrow(/nothing will bring about[^]*account/);
  });

  it('an activity alone', async () => {
    const mock = new MockActivityEnvironment({ attempt: 2 });
    const beats: unknown[] = [];
    mock.on('heartbeat', (details: unknown) => beats.push(details));
    expect(await mock.run(activities.download, 'u')).toBe('u in attempt 2');
    expect(beats).toEqual([0, 0, 50, 50]);
  });

  it('an assertion on a running workflow says so', async () => {
    const handle = await env.start(workflows.cleanup);
    await expect(expect(handle).toHaveCompleted()).rejects.toThrow(/still running/);
  });

  it('another namespace', async () => {
    await using other = await TestWorkflowEnvironment.create({
      workflowsPath,
      activities,
      namespace: 'mine',
    });
    expect(await other.run(workflows.hello, ['Ada'])).toBe('Hello, Ada!');
  });
});
