import { TestWorkflowEnvironment, type TestWorkflowEnvironmentOptions } from '@refrain/test-env';
import '@refrain/test-env/vitest';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import * as bank from '../../fixtures/test-env/users/bank.js';
import * as patterns from '../../fixtures/test-env/users/patterns.js';

const workflowsPath = new URL('../../fixtures/test-env/users/patterns.ts', import.meta.url);
const hour = 3_600_000;

function create(options: TestWorkflowEnvironmentOptions<typeof bank> = {}) {
  return TestWorkflowEnvironment.create<typeof bank>({ workflowsPath, stallMs: 300, ...options });
}

describe.concurrent('payments', () => {
  it('succeed', async () => {
    await using env = await create();
    env.mock('charge').withArgs('a-1', 100).returns('receipt').once();
    expect(await env.run(patterns.pay, ['a-1', 100])).toBe('receipt');
  });

  it('are tried again with backoff, in virtual time', async () => {
    await using env = await create();
    const charge = env.mock('charge').throws('503').times(3).returns('receipt').once();
    expect(await env.run(patterns.pay, ['a-1', 100])).toBe('receipt');
    expect(charge.calls.map((call) => (call.atMs - charge.calls[0]!.atMs) / 1000)).toEqual([0, 10, 30, 70]);
  });

  it('are given back, and say why', async () => {
    await using env = await create();
    env.mock('charge').throws(new Error('no funds'));
    const refund = env.mock(bank.refund).returns();
    const handle = await env.start(patterns.pay, ['a-1', 100]);
    await expect(handle.result()).rejects.toMatchObject({
      cause: { message: 'payment failed', type: 'PaymentFailed' },
    });
    await expect(handle).toHaveFailedWith('PaymentFailed');
    expect(refund.calls[0]!.args).toEqual(['a-1']);
  });

  it('go to real activities that the test spies on', async () => {
    const charge = vi.fn(bank.charge);
    await using env = await create({ activities: { ...bank, charge } });
    expect(await env.run(patterns.pay, ['a', 1])).toBe('charged 1 to a');
    expect(charge).toHaveBeenCalledWith('a', 1);
  });

  it('cannot be made without an activity: the error names it', async () => {
    await using env = await create();
    env.mock('refund').returns();
    await expect(env.run(patterns.pay, ['a', 1])).rejects.toThrow(
      /charge\('a', 1\), which is neither mocked nor registered/,
    );
  });
});

describe('time', () => {
  it('stops at each moment that the test asks for', async () => {
    await using env = await create({ now: '2030-01-01T00:00:00Z' });
    const handle = await env.start(patterns.approval);
    const seen: string[] = [];
    env.at('1 day', async () =>
      seen.push(`${new Date(env.currentTimeMs()).toISOString()} ${await handle.query(patterns.progress)}`),
    );
    env.at(new Date('2030-01-03T12:00:00Z'), () => handle.signal(patterns.approve, 'Ada'));
    expect(await handle.result()).toBe('Ada');
    expect(seen).toEqual(['2030-01-02T00:00:00.000Z waiting']);
    expect(env.currentTimeMs()).toBe(Date.parse('2030-01-03T12:00:00Z'));
  });

  it('goes to the timeout when nobody answers', async () => {
    await using env = await create();
    const handle = await env.start(patterns.approval);
    expect(await handle.result()).toBe('nobody');
    await expect(handle).toHaveSlept('7 days');
  });

  it('skips for an update that a callback awaits', async () => {
    await using env = await create();
    const handle = await env.start(patterns.approval);
    const answers: string[] = [];
    env.at('1 hour', async () =>
      answers.push(await handle.executeUpdate(patterns.rename, { args: ['Bob'] })),
    );
    expect(await handle.result()).toBe('Bob');
    await env.advanceBy('1 minute');
    expect(answers).toEqual(['Bob']);
  });

  it('cannot be moved from inside of an activity', async () => {
    await using env: TestWorkflowEnvironment<typeof bank> = await create();
    const told: unknown[] = [];
    env.mock('fetchRate').implements(async () => {
      await env.advanceBy('1 day').catch((error: unknown) => told.push(error));
      return 1;
    });
    await env.run(patterns.poll, [0]);
    expect(told).toMatchObject([{ code: 'RFN4011' }]);
  });

  it('ends the run of a workflow that takes longer than it may', async () => {
    await using env = await create();
    const handle = await env.start(patterns.idle, [], { workflowExecutionTimeout: '10 hours' });
    await expect(handle.result()).rejects.toThrow(/timed out/);
    await expect(handle).toHaveTimedOut();
  });

  it('does not go on for ever', async () => {
    await using env = await create({ maxSkips: 100 });
    await expect(env.run(patterns.idle)).rejects.toThrow(/skipped 100 times[^]*timer of 1h, due at \+4d 5h/);
  });
});

describe('other workflows', () => {
  it('children race, and the loser is still open at the end', async () => {
    await using env = await create();
    expect(await env.run(patterns.firstChild)).toBe('after 1 days');
  });

  it('a child that outlives its parent', async () => {
    await using env = await create();
    expect(await env.run(patterns.leavesChild)).toBe('gone');
    expect(await env.client.workflow.getHandle('left').result()).toBe('after 3 days');
  });

  it('signal each other', async () => {
    await using env = await create();
    const handle = await env.start(patterns.approval, [], { workflowId: 'approval-1' });
    await env.run(patterns.tells, ['approval-1']);
    expect(await handle.result()).toBe('another workflow');
  });

  it('a mocked child that fails', async () => {
    await using env = await create();
    env.mockChild(patterns.child).withArgs(1).throws('broken');
    env.mockChild(patterns.child).withArgs(2).returns('slow').after('1 day');
    await expect(env.run(patterns.firstChild)).rejects.toMatchObject({
      cause: { message: 'Child Workflow execution failed' },
    });
  });

  it('a mocked child that never ends', async () => {
    await using env = await create();
    env.mockChild(patterns.child).withArgs(1).timesOut();
    env.mockChild(patterns.child).withArgs(2).returns('second').after('2 days');
    expect(await env.run(patterns.firstChild)).toBe('second');
  });

  it('signalWithStart', async () => {
    await using env = await create();
    const handle = await env.client.workflow.signalWithStart(patterns.approval, {
      workflowId: 'a',
      signal: patterns.approve,
      signalArgs: ['Ada'],
    });
    expect(await handle.result()).toBe('Ada');
  });

  it('are found by their search attributes', async () => {
    await using env = await create({ searchAttributes: { Customer: 'Keyword' } });
    const handle = await env.start(patterns.tagged, ['Ada']);
    await env.advanceBy('1 hour');
    const found: string[] = [];
    for await (const { workflowId } of env.client.workflow.list({ query: "Customer = 'Ada'" }))
      found.push(workflowId);
    expect(found).toEqual([handle.workflowId]);
  });
});

describe('more', () => {
  it('a chain of runs keeps its mocks', async () => {
    await using env = await create();
    let rate = 0;
    env.mock('fetchRate').implements(() => ++rate);
    const before = env.currentTimeMs();
    expect(await env.run(patterns.poll, [3])).toEqual([1, 2, 3, 4]);
    expect(env.currentTimeMs() - before).toBe(3 * hour);
  });

  it('a plain error in workflow code ends the wait', async () => {
    await using env = await create();
    await expect(env.run(patterns.fails)).rejects.toMatchObject({
      code: 'RFN4013',
      message: expect.stringContaining('a plain error'),
    });
  });

  it('an activity that is cancelled while it heartbeats', async () => {
    await using env = await create();
    env
      .mock('charge')
      .returns('too late')
      .after('9 days')
      .heartbeats('12 hours', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
    expect(await env.run(patterns.cancelsWork)).toBe('cancelled');
  });

  it('results can be asked for twice', async () => {
    await using env = await create();
    env.mock('charge').returns('ok');
    const handle = await env.start(patterns.pay, ['a', 1]);
    expect(await Promise.all([handle.result(), handle.result()])).toEqual(['ok', 'ok']);
  });

  it('types follow the signatures', async () => {
    await using env = await create();
    const charge = env.mock('charge');
    expectTypeOf(charge.returns).parameter(0).toEqualTypeOf<string>();
    expectTypeOf(charge.implements)
      .parameter(0)
      .toEqualTypeOf<(account: string, amount: number) => string | Promise<string>>();
    expectTypeOf<(typeof charge.calls)[number]['args']>().toEqualTypeOf<[account: string, amount: number]>();
    expectTypeOf(env.mock(bank.fetchRate).returns).parameter(0).toEqualTypeOf<number>();
    expectTypeOf(env.mockChild(patterns.child).returns).parameter(0).toEqualTypeOf<string>();
    expectTypeOf(env.run(patterns.poll, [1])).resolves.toEqualTypeOf<number[]>();
    expectTypeOf(
      env.client.workflow.execute(patterns.child, { workflowId: 'x', args: [0] }),
    ).resolves.toEqualTypeOf<string>();
    // @ts-expect-error -- there is no such activity
    expect(() => env.mock('chrge')).not.toThrow();
    // @ts-expect-error -- an account is a text
    charge.withArgs(1);
    // @ts-expect-error -- the result is a text
    charge.returns(1);
    // @ts-expect-error -- the workflow takes an account and an amount
    void env.start(patterns.pay, ['a']).catch(() => undefined);
    void env.start(patterns.approval, [], { workflowRunTimeout: '1 day' });
    // @ts-expect-error -- there is no such option
    void env.start(patterns.approval, [], { workflowRunTimout: '1 day' });
  });
});
