import { TestWorkflowEnvironment } from '@refrain/test-env';
import '@refrain/test-env/vitest';
import { describe, expect, it } from 'vitest';
import type * as activities from '../src/activities.js';
import type { Expense } from '../src/expense.js';
import { decide, expenseWorkflow, status } from '../src/workflows.js';

const workflowsPath = new URL('../src/workflows.ts', import.meta.url);

const train: Expense = { id: 'e-1', employee: 'Ada', manager: 'Grace', amount: 12_000, purpose: 'train' };
const laptop: Expense = { ...train, id: 'e-2', amount: 900_000, purpose: 'laptop' };
const day = 24 * 60 * 60 * 1000;

async function createEnvironment() {
  const env = await TestWorkflowEnvironment.create<typeof activities>({ workflowsPath });
  env.mock('askForApproval').returns();
  env.mock('remindApprover').returns();
  env.mock('payOut').returns('payment-1');
  env.mock('tellEmployee').returns();
  return env;
}

describe('expenseWorkflow', () => {
  it('pays what the manager approves', async () => {
    await using env = await createEnvironment();
    const handle = await env.start(expenseWorkflow, [train]);
    env.at('2 days', () => handle.executeUpdate(decide, { args: [{ by: 'Grace', approved: true }] }));
    expect(await handle.result()).toMatchObject({ status: 'approved' });
    await expect(handle).toHaveScheduledActivity('payOut', train);
    await expect(handle).not.toHaveScheduledActivity('remindApprover');
  });

  it('asks finance about a large amount, after the manager', async () => {
    await using env = await createEnvironment();
    const handle = await env.start(expenseWorkflow, [laptop]);
    env.at('1 day', () => handle.executeUpdate(decide, { args: [{ by: 'Grace', approved: true }] }));
    env.at('5 days', () => handle.executeUpdate(decide, { args: [{ by: 'finance', approved: false }] }));
    expect(await handle.result()).toMatchObject({ status: 'rejected' });
    await expect(handle).toHaveScheduledActivity('remindApprover', laptop, 'finance');
    await expect(handle).not.toHaveScheduledActivity('payOut');
  });

  it('reminds after three days and gives up after seven', async () => {
    await using env = await createEnvironment();
    const before = env.currentTimeMs();
    const handle = await env.start(expenseWorkflow, [train]);
    expect(await handle.result()).toEqual({ status: 'expired', decisions: [] });
    expect(env.currentTimeMs() - before).toBe(7 * day);
    await expect(handle).toHaveScheduledActivityTimes('remindApprover', 1);
    await expect(handle).toHaveScheduledActivity('tellEmployee', train, 'expired');
  });

  it('refuses a decision by somebody else, and a second one', async () => {
    await using env = await createEnvironment();
    const handle = await env.start(expenseWorkflow, [train]);
    env.at('1 hour', async () => {
      const byMallory = handle.executeUpdate(decide, { args: [{ by: 'Mallory', approved: true }] });
      await expect(byMallory).rejects.toThrow();
      expect(await handle.query(status)).toBe('waiting');
    });
    env.at('2 hours', () => handle.executeUpdate(decide, { args: [{ by: 'Grace', approved: false }] }));
    expect(await handle.result()).toMatchObject({ status: 'rejected' });
  });
});
