import { TestWorkflowEnvironment, type TestWorkflowEnvironmentOptions } from '@refrain/test-env';
import '@refrain/test-env/vitest';
import { describe, expect, it, vi } from 'vitest';
import * as workflows from '../fixtures/test-env/basic/more-workflows.js';

const workflowsPath = new URL('../fixtures/test-env/basic/more-workflows.ts', import.meta.url);
const hour = 3_600_000;

function create(options: TestWorkflowEnvironmentOptions = {}) {
  return TestWorkflowEnvironment.create({
    workflowsPath,
    now: '2030-01-01T00:00:00Z',
    stallMs: 200,
    ...options,
  });
}

it('has no time before or at the beginning of 1970, which histories take for none', async () => {
  await expect(create({ now: 0 })).rejects.toMatchObject({ code: 'RFN4001' });
  await using env = await create({ now: 1 });
  env.mock('charge').returns('ok');
  expect(await env.run(workflows.charger, ['a'])).toBe('ok');
});

describe('mocks', () => {
  it('time out on demand, in virtual time, and are retried', async () => {
    await using env = await create();
    const charge = env.mock('charge').timesOut().once().returns('ok');
    expect(await env.run(workflows.charger, ['a'])).toBe('ok');
    expect(charge.calls.map((call) => call.atMs - charge.calls[0]!.atMs)).toEqual([0, 21_000]);
  });

  it('are never started on demand', async () => {
    await using env = await create();
    const book = env.mock('book').timesOut('SCHEDULE_TO_START').once().returns('booked');
    const handle = await env.start(workflows.impatient);
    expect(await handle.result()).toBe('TIMEOUT SCHEDULE_TO_START, then booked');
    expect(book.calls.map((call) => call.atMs - book.calls[0]!.atMs)).toEqual([0, 5 * 60_000]);
    await expect(handle).toHaveScheduledActivityTimes('book', 2);
  });

  it('send heartbeats that keep a slow call alive', async () => {
    await using env = await create();
    env.mock('charge').returns('ok').after('50 seconds').heartbeats('15 seconds', 1, 2, 3);
    expect(await env.run(workflows.charger, ['a'])).toBe('ok');
  });

  it('send heartbeats until the call ends when no details are given', async () => {
    await using env = await create();
    const charge = env.mock('charge').returns('ok').after('50 seconds').heartbeats('15 seconds');
    expect(await env.run(workflows.charger, ['a'])).toBe('ok');
    expect(charge.calls).toHaveLength(1);
  });

  it('are completed by the test', async () => {
    await using env = await create();
    const charge = env.mock('charge').completesAsync();
    const handle = await env.start(workflows.charger, ['a']);
    env.at('10 seconds', () => charge.unanswered[0]!.complete('by hand'));
    expect(await handle.result()).toBe('by hand');
  });

  it('take virtual time in local activities too', async () => {
    await using env = await create();
    // A workflow task may be kept open by its local activities for half an hour.
    env.mock('lookUp').returns('found').after('25 minutes');
    const before = env.currentTimeMs();
    expect(await env.run(workflows.local)).toBe('found');
    expect(env.currentTimeMs() - before).toBe((25 / 60) * hour);
  });

  it('stand in for children', async () => {
    await using env = await create();
    const shipping = env.mockChild(workflows.shipping).returns('mocked').after('3 days');
    const before = env.currentTimeMs();
    const handle = await env.start(workflows.parent, ['p-1']);
    expect(await handle.result()).toBe('mocked');
    expect(env.currentTimeMs() - before).toBe(72 * hour);
    expect(shipping.calls[0]!.args).toEqual(['p-1']);
    await expect(handle).toHaveStartedChild('shipping', 'p-1');
  });

  it('leave children alone that are not mocked', async () => {
    await using env = await create();
    expect(await env.run(workflows.parent, ['p-1'])).toBe('real p-1');
  });

  it('stand in for workflows outside of the test', async () => {
    await using env = await create();
    const warehouse = env.mockExternalSignal('warehouse');
    expect(await env.run(workflows.signaller)).toBe('signalled');
    expect(warehouse.signals).toEqual([{ name: 'pick', args: ['pen', 2], atMs: env.currentTimeMs() }]);
    await using other = await create();
    other.mockExternalSignal('warehouse').refuses();
    expect(await other.run(workflows.signaller)).toMatch(/^not signalled/);
  });

  it('decide versions, patches and side effects', async () => {
    await using env = await create();
    expect(await env.run(workflows.decider)).toEqual([2, true, 'real', 'real']);
    env.mockVersion('change', 1);
    env.mockPatch('patch', false);
    env.mockSideEffect('mocked');
    expect(await env.run(workflows.decider)).toEqual([1, false, 'mocked', 'real']);
  });

  it('let vi.fn() be an activity', async () => {
    const charge = vi.fn().mockResolvedValue('of vi');
    await using env = await create({ activities: { charge } });
    expect(await env.run(workflows.charger, ['a'])).toBe('of vi');
    expect(charge).toHaveBeenCalledWith('a');
  });
});

describe('time', () => {
  it('skips while the test awaits an update', async () => {
    await using env = await create();
    const handle = await env.start(workflows.counter);
    const before = env.currentTimeMs();
    expect(await handle.executeUpdate(workflows.add, { args: [1] })).toBe(1);
    expect(env.currentTimeMs() - before).toBe(hour);
    expect(await handle.query(workflows.size)).toBe(1);
    await handle.executeUpdate(workflows.add, { args: [2] });
    expect(await handle.result()).toBe(3);
  });

  it('moves on order, to the millisecond', async () => {
    await using env = await create({ autoSkip: false });
    const handle = await env.start(workflows.shipping, ['p']);
    await env.advanceBy('23 hours');
    await expect(handle).not.toHaveCompleted();
    expect(env.currentTimeMs()).toBe(Date.parse('2030-01-01T23:00:00Z'));
    await env.advanceTo('2030-01-02T00:00:00Z');
    await expect(handle).toHaveCompleted('real p');
  });

  it('stands still on demand', async () => {
    await using env = await create();
    const handle = await env.start(workflows.shipping, ['p']);
    await env.withTimeSkippingDisabled(async () => {
      const result = handle.result();
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(env.currentTimeMs()).toBe(Date.parse('2030-01-01T00:00:00Z'));
      await env.advanceBy('1 day');
      await result;
    });
  });

  it('does not move while an activity runs, and moves for one that sleeps', async () => {
    let seenMs = 0;
    const lookUp = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      seenMs = env.currentTimeMs();
      await env.sleep('30 minutes');
      return 'found';
    };
    await using env: TestWorkflowEnvironment = await create({ activities: { lookUp } });
    const [found] = await Promise.all([env.run(workflows.local), env.run(workflows.shipping, ['p'])]);
    expect(found).toBe('found');
    expect(seenMs).toBe(Date.parse('2030-01-01T00:00:00Z'));
  });

  it('is one for each environment: tests run at the same time', async () => {
    const times = await Promise.all(
      ['2030-01-01T00:00:00Z', '2040-01-01T00:00:00Z'].map(async (now) => {
        await using env = await create({ now });
        await env.run(workflows.shipping, ['p']);
        return new Date(env.currentTimeMs()).toISOString();
      }),
    );
    expect(times).toEqual(['2030-01-02T00:00:00.000Z', '2040-01-02T00:00:00.000Z']);
  });
});

describe('what goes wrong', () => {
  it('an activity that is neither mocked nor registered, though the workflow handles it', async () => {
    await using env = await create();
    env.mock('chargee').returns('x');
    await expect(env.run(workflows.unlucky)).rejects.toThrow(
      /called charge\('a'\), which is neither mocked nor registered. Did you mean 'chargee'/,
    );
  });

  it('a call that the mock does not expect', async () => {
    await using env = await create();
    env.mock('charge').withArgs('b').returns('ok');
    await expect(env.run(workflows.unlucky)).rejects.toThrow(
      /Unexpected call: charge\('a'\)[^]*charge\('b'\) returns 'ok'/,
    );
  });

  it('a mock of an activity that is not registered', async () => {
    await using env = await create({ activities: { charge: () => 'ok' } });
    expect(() => env.mock('chrge' as never)).toThrow(/Did you mean 'charge'/);
  });

  it('a workflow that goes round in circles', async () => {
    await using env = await create({ maxSkips: 50 });
    await expect(env.run(workflows.poller)).rejects.toThrow(/skipped 50 times[^]*poller[^]*timer of 1m/);
  });

  it('a workflow that waits for nothing that is pending', async () => {
    await using env = await create();
    await expect(env.run(workflows.counter)).rejects.toThrow(/nothing will bring about[^]*counter/);
  });

  it('an expectation that is not met', async () => {
    const env = await create();
    env.mock('charge').returns('ok').times(2);
    await env.run(workflows.charger, ['a']);
    await expect(env.close()).rejects.toThrow(/charge\(…\) returns 'ok' \(used 1 of 2\)/);
  });

  it('an expectation that is not met, told once', async () => {
    await using env = await create();
    env.mock('charge').returns('ok').times(2);
    await env.run(workflows.charger, ['a']);
    expect(() => env.assertExpectations()).toThrow(/used 1 of 2/);
  });

  it('an expectation that is not met because of something else that went wrong', async () => {
    await using env = await create();
    env.mock('charge').withArgs('b').returns('ok').once();
    await expect(env.run(workflows.charger, ['a'])).rejects.toThrow(/Unexpected call/);
  });

  it('a callback that throws', async () => {
    await using env = await create();
    env.at('1 hour', () => {
      throw new Error('in the callback');
    });
    await expect(env.run(workflows.shipping, ['p'])).rejects.toThrow('in the callback');
  });

  it('a workflow whose history does not replay, though the assertions pass', async () => {
    await using env = await create();
    await expect(env.run(workflows.replayDependent)).rejects.toMatchObject({ code: 'RFN4007' });
  });

  it('no workflows', async () => {
    await expect(create({ workflowsPath: '/nowhere.ts' })).rejects.toMatchObject({ code: 'RFN4001' });
  });
});

describe('more', () => {
  it('bundles an imported module by the files of its functions', async () => {
    const { shipping, replayDependent } = workflows;
    await using env = await TestWorkflowEnvironment.create({ workflows: { shipping, replayDependent } });
    expect(await env.run(shipping, ['p'])).toBe('real p');
  });

  it('tells listeners of events', async () => {
    await using env = await create();
    const seen: number[] = [];
    env.on('TimerStarted', (event) => seen.push(event.attributes.startToFireTimeoutMs ?? 0));
    const stop = env.on('TimerFired', () => seen.push(1));
    await env.run(workflows.shipping, ['p']);
    expect(seen).toEqual([24 * hour, 1]);
    stop();
  });

  it('runs every activity twice, with the same key', async () => {
    const keys: string[] = [];
    const charge = (account: string) => {
      keys.push(account);
      return 'ok';
    };
    await using env = await create({ activities: { charge }, runActivitiesTwice: true });
    expect(await env.run(workflows.charger, ['a'])).toBe('ok');
    expect(keys).toEqual(['a', 'a']);
  });
});
