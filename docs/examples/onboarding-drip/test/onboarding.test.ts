import { explore, TestWorkflowEnvironment } from '@refrain/test-env';
import '@refrain/test-env/vitest';
import { describe, expect, it } from 'vitest';
import type * as activities from '../src/activities.js';
import type { OnboardingResult } from '../src/campaign.js';
import { onboardingWorkflow, reached, sentMails, unsubscribe } from '../src/workflows.js';

const workflowsPath = new URL('../src/workflows.ts', import.meta.url);
const user = { id: 'u-1', email: 'ada@example.com' };

async function createEnvironment() {
  const env = await TestWorkflowEnvironment.create<typeof activities>({ workflowsPath });
  env.mock('sendMail').returns();
  env.mock('startTrial').returns();
  env.mock('endTrial').returns();
  return env;
}

describe('onboardingWorkflow', () => {
  it('sends four mails in eleven days to a user who does nothing', async () => {
    await using env = await createEnvironment();
    const before = env.currentTimeMs();
    const handle = await env.start(onboardingWorkflow, [user]);
    expect(await handle.result()).toEqual({
      sent: ['welcome', 'complete your profile', 'invite a colleague', 'your trial ends soon'],
      end: 'campaign over',
    });
    expect(env.currentTimeMs() - before).toBe(11 * 24 * 60 * 60 * 1000);
    await expect(handle).toHaveScheduledActivity('endTrial', 'u-1');
  });

  it('leaves out what the user has done', async () => {
    await using env = await createEnvironment();
    const handle = await env.start(onboardingWorkflow, [user]);
    env.at('2 hours', () => handle.signal(reached, 'profile completed'));
    expect(await handle.result()).toMatchObject({
      sent: ['welcome', 'invite a colleague', 'your trial ends soon'],
    });
  });

  it('stops at once when the user pays, and keeps the trial open', async () => {
    await using env = await createEnvironment();
    const handle = await env.start(onboardingWorkflow, [user]);
    env.at('2 days', async () => {
      expect(await handle.query(sentMails)).toEqual(['welcome', 'complete your profile']);
      await handle.signal(reached, 'paid');
    });
    expect(await handle.result()).toMatchObject({ end: 'customer' });
    await expect(handle).not.toHaveScheduledActivity('endTrial');
  });

  it('never closes the account of a customer, whatever comes when', async () => {
    await explore(onboardingWorkflow, {
      workflowsPath,
      args: [user],
      world: () => ({ isOpen: false, mails: new Set<string>() }),
      activities: (world) => ({
        sendMail: (_email: string, _template: string, key: string) => void world.mails.add(key),
        startTrial: () => void (world.isOpen = true),
        endTrial: () => void (world.isOpen = false),
      }),
      signals: [{ name: unsubscribe }, { name: reached, args: ['paid'] }],
      faults: { lostResults: { sendMail: 1, endTrial: 1 } },
      eventually: {
        'the account is open for customers alone': ({ world, result }) =>
          world.isOpen === ((result as OnboardingResult).end === 'customer'),
        'each mail has a key of its own': ({ world, result }) =>
          world.mails.size === (result as OnboardingResult).sent.length,
      },
      runs: 40,
    });
  });
});
