import type { HistoryEvent, Service } from '@refrain/engine/internal';
import { describePending, pendingCommands } from '../history/pending.js';
import { timeline } from '../history/timeline.js';
import type { Execution } from './listeners.js';

/** Every run that the service knows, oldest first. */
export async function allExecutions(service: Service, namespace: string): Promise<Execution[]> {
  const found: Execution[] = [];
  let nextPageToken: string | undefined;
  do {
    const page = await service.listWorkflowExecutions({
      namespace,
      pageSize: 1000,
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    });
    found.push(...page.executions.map((info) => info.execution));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken);
  return found.reverse();
}

/** All events of a run. */
export async function historyOf(
  service: Service,
  namespace: string,
  execution: { readonly workflowId?: string | undefined; readonly runId?: string | undefined },
): Promise<readonly HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextPageToken: string | undefined;
  do {
    const page = await service.getWorkflowExecutionHistory({
      namespace,
      execution,
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    });
    events.push(...page.history.events);
    nextPageToken = page.nextPageToken;
  } while (nextPageToken);
  return events;
}

/** What the open executions wait for, with their timelines: for errors about waits that do not end. */
export async function describeOpenExecutions(service: Service, namespace: string): Promise<string> {
  const blocks: string[] = [];
  for (const execution of await allExecutions(service, namespace)) {
    const { workflowExecutionInfo } = await service.describeWorkflowExecution({ namespace, execution });
    if (workflowExecutionInfo.status !== 'RUNNING') continue;
    const history = await historyOf(service, namespace, execution);
    const startMs = history[0]?.eventTimeMs ?? 0;
    const open = pendingCommands(history).map((command) => `  - ${describePending(command, startMs)}`);
    blocks.push(
      [
        `${workflowExecutionInfo.type.name} (${execution.workflowId}) is running and waits for:`,
        ...(open.length > 0 ? open : ['  - nothing that is pending: a signal, an update, a condition']),
        lastLines(timeline(history)),
      ].join('\n'),
    );
  }
  return blocks.length === 0 ? 'No workflow is running.' : blocks.join('\n\n');
}

const maxTimelineLines = 40;

function lastLines(text: string): string {
  const lines = text.split('\n');
  if (lines.length <= maxTimelineLines) return text;
  return [`… ${lines.length - maxTimelineLines} lines before`, ...lines.slice(-maxTimelineLines)].join('\n');
}
