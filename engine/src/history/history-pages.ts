import type { HistoryEvent } from './event.js';
import type { WorkflowExecution } from './messages.js';

/** Whatever gives histories in pages: the service here, or one over the network. */
export interface Histories {
  getWorkflowExecutionHistory(request: HistoryRequest): Promise<{
    readonly history: { readonly events: readonly HistoryEvent[] };
    readonly nextPageToken?: string;
  }>;
}

interface HistoryRequest {
  readonly namespace?: string;
  readonly execution: WorkflowExecution;
  readonly nextPageToken?: string;
}

/** A history as it is now, page by page. `nextPageToken` begins later than at its first event. */
export async function* historyPages(
  service: Histories,
  request: {
    readonly namespace?: string | undefined;
    readonly execution: WorkflowExecution;
    readonly nextPageToken?: string | undefined;
  },
): AsyncIterable<readonly HistoryEvent[]> {
  const { namespace, execution } = request;
  let { nextPageToken } = request;
  do {
    const page = await service.getWorkflowExecutionHistory({
      execution,
      ...(namespace !== undefined && { namespace }),
      ...(nextPageToken && { nextPageToken }),
    });
    yield page.history.events;
    nextPageToken = page.nextPageToken;
  } while (nextPageToken);
}

export async function allEvents(
  service: Histories,
  request: Parameters<typeof historyPages>[1],
): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (const page of historyPages(service, request)) for (const event of page) events.push(event);
  return events;
}
