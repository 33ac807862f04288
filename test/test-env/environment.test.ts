import { TestWorkflowEnvironment } from '@refrain/test-env';
import { describe, expect, it } from 'vitest';
import * as activities from '../fixtures/test-env/basic/activities.js';
import { charger, go, greeter, sleeper, waiter } from '../fixtures/test-env/basic/workflows.js';

const workflowsPath = new URL('../fixtures/test-env/basic/workflows.ts', import.meta.url);
const create = () => TestWorkflowEnvironment.create({ workflowsPath, activities, stallMs: 100 });

describe('TestWorkflowEnvironment', () => {
  it('skips a year', async () => {
    await using env = await create();
    const before = env.currentTimeMs();
    expect(await env.run(sleeper, ['365 days'])).toBe('awake');
    expect(env.currentTimeMs() - before).toBe(365 * 86_400_000);
  });

  it('runs real activities', async () => {
    await using env = await create();
    expect(await env.run(greeter, ['Ada'])).toBe('Hello, Ada!');
  });

  it('runs mocks in front of real activities', async () => {
    await using env = await create();
    env.mock('charge').throws('503').times(2).returns('ok').after('10 seconds');
    const before = env.currentTimeMs();
    expect(await env.run(charger, ['a', 1])).toBe('ok');
    expect(env.currentTimeMs() - before).toBe(1000 + 2000 + 10_000);
  });

  it('calls back at a virtual time', async () => {
    await using env = await create();
    const handle = await env.start(waiter);
    env.at('2 days', () => handle.signal(go, 'gone'));
    expect(await handle.result()).toBe('gone');
  });

  it('gives up a wait that nothing can end', async () => {
    await using env = await create();
    await expect(env.run(waiter)).rejects.toMatchObject({ code: 'RFN4005' });
  });
});
