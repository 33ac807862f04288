import {
  condition,
  defineQuery,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@refrain/engine/workflow';
import type * as activities from './activities.js';
import { campaign, type Milestone, type OnboardingResult, type User } from './campaign.js';

const { sendMail, startTrial, endTrial } = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 minute',
});

export const reached = defineSignal<[Milestone]>('reached');
export const unsubscribe = defineSignal('unsubscribe');
export const sentMails = defineQuery<string[]>('sentMails');

/** Sends the mails of the campaign over eleven days; stops when the user has paid or wants no mail. */
export async function onboardingWorkflow(user: User): Promise<OnboardingResult> {
  const milestones = new Set<Milestone>();
  const sent: string[] = [];
  let wantsMail = true;
  setHandler(reached, (milestone) => void milestones.add(milestone));
  setHandler(unsubscribe, () => {
    wantsMail = false;
  });
  setHandler(sentMails, () => sent);

  const isOver = () => !wantsMail || milestones.has('paid');
  await startTrial(user.id);
  for (const { template, after, unless } of campaign) {
    if (after && (await condition(isOver, after))) break;
    if (unless && milestones.has(unless)) continue;
    await sendMail(user.email, template, `${workflowInfo().workflowId}:${template}`);
    sent.push(template);
  }
  if (milestones.has('paid')) return { sent, end: 'customer' };
  await endTrial(user.id);
  return { sent, end: wantsMail ? 'campaign over' : 'unsubscribed' };
}
