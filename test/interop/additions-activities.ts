import { activityInfo, Context } from '@refrain/engine/activity';

/** What an activity written against Refrain's API finds in its context. */
export async function whoAmI(): Promise<string> {
  const { activityType, attempt, workflowType } = activityInfo();
  Context.current().heartbeat(1);
  return `${activityType} ${attempt} ${workflowType}`;
}
