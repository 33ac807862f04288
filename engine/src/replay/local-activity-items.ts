import type { ScheduleLocalActivity, WorkflowCommand } from '../core/activation.js';
import type { HistoryEvent } from '../history/event.js';
import { isLocalActivityMarker, localActivityMarkerOf } from '../history/markers.js';
import { commandView, eventView, type Item } from './commands-of-history.js';

/**
 * Local activities are recorded where they ended. In the order in which the code asked for them, which their markers
 * tell, they are aligned by themselves.
 */
export function recordedLocalActivities(events: readonly HistoryEvent[]): Item[] {
  const items: (Item & { readonly seq: number })[] = [];
  let workflowTask = 0;
  for (const event of events) {
    if (event.type === 'WorkflowTaskCompleted') workflowTask++;
    if (!isLocalActivityMarker(event)) continue;
    const { seq, activityType } = localActivityMarkerOf(event);
    const { eventId } = event;
    items.push({ ...itemOf(activityType), seq, eventId, workflowTask, view: eventView(event) });
  }
  return items.sort((left, right) => left.seq - right.seq);
}

export function attemptedLocalActivities(
  commands: readonly (readonly WorkflowCommand[] | undefined)[],
): Item[] {
  const items: (Item & { readonly seq: number })[] = [];
  commands.forEach((list = [], index) => {
    for (const command of list) {
      if (command.type !== 'scheduleLocalActivity') continue;
      const { seq, activityType, callSite }: ScheduleLocalActivity = command;
      const view = commandView(command);
      items.push({ ...itemOf(activityType), seq, workflowTask: index + 1, callSite, view });
    }
  });
  return items.sort((left, right) => left.seq - right.seq);
}

function itemOf(activityType: string): Pick<Item, 'kind' | 'identity' | 'details'> {
  return { kind: 'local activity', identity: activityType, details: '' };
}
