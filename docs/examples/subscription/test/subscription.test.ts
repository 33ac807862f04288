import { TestWorkflowEnvironment } from '@refrain/test-env';
import '@refrain/test-env/vitest';
import { describe, expect, it } from 'vitest';
import type * as activities from '../src/activities.js';
import type { Subscription } from '../src/subscription.js';
import { account, changePlan, subscriptionWorkflow, unsubscribe } from '../src/workflows.js';

const workflowsPath = new URL('../src/workflows.ts', import.meta.url);
const ada: Subscription = { customer: 'ada', plan: 'basic', price: 900, paidPeriods: 0 };

async function createEnvironment() {
  const env = await TestWorkflowEnvironment.create<typeof activities>({ workflowsPath });
  const charge = env.mock('charge');
  const sendMail = env.mock('sendMail').returns();
  return { env, charge, sendMail };
}

describe('subscriptionWorkflow', () => {
  it('charges for three years, each with a history of its own', async () => {
    const { env, charge } = await createEnvironment();
    await using _ = env;
    charge.returns();
    const handle = await env.start(subscriptionWorkflow, [ada]);
    let runs = 1;
    env.on('WorkflowExecutionContinuedAsNew', () => (runs += 1));
    env.at('1085 days', () => handle.signal(unsubscribe));
    expect(await handle.result()).toEqual({ end: 'cancelled by the customer', paidPeriods: 37 });
    expect(runs).toBe(4);
    expect(new Set(charge.calls.map(({ args }) => args[2])).size).toBe(37);
  });

  it('charges the new price from the next period on', async () => {
    const { env, charge } = await createEnvironment();
    await using _ = env;
    charge.returns();
    const handle = await env.start(subscriptionWorkflow, [ada]);
    env.at('10 days', () => handle.signal(changePlan, { plan: 'team', price: 4900 }));
    env.at('40 days', async () => {
      expect(await handle.query(account)).toMatchObject({ plan: 'team', paidPeriods: 2 });
      await handle.signal(unsubscribe);
    });
    await handle.result();
    expect(charge.calls.map(({ args }) => args[1])).toEqual([900, 4900]);
  });

  it('tries a declined card three times, a week apart, then ends', async () => {
    const { env, charge, sendMail } = await createEnvironment();
    await using _ = env;
    charge.throws(new CardDeclined('no funds'));
    const before = env.currentTimeMs();
    expect(await env.run(subscriptionWorkflow, [ada])).toEqual({ end: 'not paid', paidPeriods: 0 });
    expect(env.currentTimeMs() - before).toBe(14 * 24 * 60 * 60 * 1000);
    expect(sendMail.calls.filter(({ args }) => args[1] === 'payment failed')).toHaveLength(3);
  });

  it('charges with one key for each period, however often an attempt is lost', async () => {
    const { env, charge } = await createEnvironment();
    await using _ = env;
    charge.throws('503').times(2).returns();
    const handle = await env.start(subscriptionWorkflow, [ada]);
    env.at('1 day', () => handle.signal(unsubscribe));
    await handle.result();
    expect(charge.calls.map(({ args }) => args[2])).toEqual(['ada:1', 'ada:1', 'ada:1']);
  });
});

/** What the payment service throws for a card that will not work today. */
class CardDeclined extends Error {}
