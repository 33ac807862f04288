import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
} from '@refrain/engine/workflow';
import type * as activities from './activities.js';
import { periodsPerRun, type Plan, type Subscription, type SubscriptionResult } from './subscription.js';

const { sendMail } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });
const { charge } = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 4, nonRetryableErrorTypes: ['CardDeclined'] },
});

export const changePlan = defineSignal<[Plan]>('changePlan');
export const unsubscribe = defineSignal('unsubscribe');
export const account = defineQuery<Subscription>('account');

/** Charges every 30 days until the customer leaves or does not pay. Lives for years: every year with a new history. */
export async function subscriptionWorkflow(given: Subscription): Promise<SubscriptionResult> {
  let subscription = given;
  let hasLeft = false;
  setHandler(changePlan, ({ plan, price }) => {
    subscription = { ...subscription, plan, price };
  });
  setHandler(unsubscribe, () => {
    hasLeft = true;
  });
  setHandler(account, () => subscription);

  if (subscription.paidPeriods === 0) await sendMail(subscription.customer, 'welcome');
  for (let period = 0; period < periodsPerRun; period++) {
    if (!(await isPaid(subscription))) return { end: 'not paid', paidPeriods: subscription.paidPeriods };
    subscription = { ...subscription, paidPeriods: subscription.paidPeriods + 1 };
    if (await condition(() => hasLeft, '30 days')) {
      await sendMail(subscription.customer, 'goodbye');
      return { end: 'cancelled by the customer', paidPeriods: subscription.paidPeriods };
    }
  }
  // What arrived must have been handled before the run ends: the next one starts from `subscription` alone.
  await condition(allHandlersFinished);
  return continueAsNew<typeof subscriptionWorkflow>(subscription);
}

/** Three tries, a week apart, with a mail after each that failed. */
async function isPaid({ customer, price, paidPeriods }: Subscription): Promise<boolean> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    try {
      await charge(customer, price, `${customer}:${paidPeriods + 1}`);
      return true;
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      await sendMail(customer, 'payment failed');
    }
    if (attempt < 3) await sleep('7 days');
  }
  return false;
}
