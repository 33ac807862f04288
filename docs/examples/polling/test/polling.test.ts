import { MockActivityEnvironment, TestWorkflowEnvironment } from '@refrain/test-env';
import '@refrain/test-env/vitest';
import { describe, expect, it, vi } from 'vitest';
import * as activities from '../src/activities.js';
import { frequentPolling, rarePolling, watchBuilds } from '../src/workflows.js';

const workflowsPath = new URL('../src/workflows.ts', import.meta.url);
const create = () => TestWorkflowEnvironment.create<typeof activities>({ workflowsPath });

describe('polling', () => {
  it('in an activity: one event for a wait of any length', async () => {
    await using env = await create();
    env.mock('waitForBuild').returns('passed').after('40 minutes').heartbeats('5 seconds');
    const handle = await env.start(frequentPolling, ['b-1']);
    expect(await handle.result()).toBe('passed');
    await expect(handle).toHaveScheduledActivityTimes('waitForBuild', 1);
  });

  it('goes on in another attempt when the worker falls silent', async () => {
    await using env = await create();
    const wait = env.mock('waitForBuild').timesOut().once().returns('failed');
    expect(await env.run(frequentPolling, ['b-1'])).toBe('failed');
    // Ten seconds without a heartbeat, and one until the retry.
    expect(wait.calls[1]!.atMs - wait.calls[0]!.atMs).toBe(11_000);
  });

  it('heartbeats while it polls', async () => {
    const environment = new MockActivityEnvironment();
    const beats: unknown[] = [];
    environment.on('heartbeat', (details) => beats.push(details));
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 1000 });
    const states = vi.spyOn(activities.buildServer, 'stateOf');
    states.mockResolvedValueOnce('queued').mockResolvedValueOnce('running').mockResolvedValue('passed');
    expect(await environment.run(activities.waitForBuild, 'b-1')).toBe('passed');
    expect(beats).toEqual(['queued', 'running']);
    vi.useRealTimers();
  });

  it('by retries: once a minute, with one event', async () => {
    await using env = await create();
    const poll = env.mock('stateOfFinishedBuild').throws('running').times(30).returns('passed');
    const before = env.currentTimeMs();
    const handle = await env.start(rarePolling, ['b-1']);
    expect(await handle.result()).toBe('passed');
    expect(poll.calls).toHaveLength(31);
    expect(env.currentTimeMs() - before).toBe(30 * 60_000);
    await expect(handle).toHaveScheduledActivityTimes('stateOfFinishedBuild', 1);
  });

  it('in the workflow: says what changes, and continues as new after twenty polls', async () => {
    await using env = await create();
    let runs = 1;
    env.on('WorkflowExecutionContinuedAsNew', () => (runs += 1));
    const announce = env.mock('announce').returns();
    env.mock('fetchState').returns('running').times(30).returns('passed');
    const handle = await env.start(watchBuilds, ['b-1']);
    await env.advanceBy('4 hours');
    expect(runs).toBe(3);
    expect(announce.calls.map(({ args }) => args[1])).toEqual(['running', 'passed']);
    await handle.terminate();
  });
});
