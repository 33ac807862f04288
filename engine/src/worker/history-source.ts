import { isCommandEvent } from '../core/sequence.js';
import type { HistoryEvent } from '../history/event.js';
import type { PollWorkflowTaskQueueResponse } from '../service/api/tasks.js';
import type { CompiledOptions } from './options.js';

/**
 * The history up to the task, for an execution that is no longer in the cache. What the task itself brought wins:
 * the events of its own attempt may not be recorded yet.
 */
export async function wholeHistory(
  { service, namespace }: CompiledOptions,
  task: PollWorkflowTaskQueueResponse,
): Promise<readonly HistoryEvent[]> {
  const brought = task.history.events;
  const firstBrought = brought[0]?.eventId ?? Infinity;
  const events: HistoryEvent[] = [];
  let nextPageToken: string | undefined;
  do {
    const page = await service.getWorkflowExecutionHistory({
      namespace,
      execution: task.workflowExecution,
      ...(nextPageToken ? { nextPageToken } : {}),
    });
    for (const event of page.history.events) if (event.eventId < firstBrought) events.push(event);
    nextPageToken = page.nextPageToken;
  } while (nextPageToken);
  return [...events, ...brought];
}

/** What the code has seen when its last task was over: a query sees this, not what came later. */
export function eventsForQuery(events: readonly HistoryEvent[]): readonly HistoryEvent[] {
  let end = events.length - 1;
  while (end >= 0 && events[end]!.type !== 'WorkflowTaskCompleted') end -= 1;
  if (end < 0) return events;
  end += 1;
  while (end < events.length && isCommandEvent(events[end]!)) end += 1;
  return events.slice(0, end);
}
