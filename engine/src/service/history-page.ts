import type { HistoryEvent } from '../history/event.js';
import type { ServiceContext } from './context.js';
import { invalidArgument } from './errors.js';
import { limits } from './limits.js';
import type { LoadedRun } from './loaded-run.js';
import { transientEvents } from './workflow-task.js';

/** Where a page of a run's history begins. */
export interface PagePosition {
  readonly runId: string;
  readonly fromEventId: number;
  /** The history is that of a workflow task: with the events of its attempt that are not recorded yet. */
  readonly ofTaskStartedBy?: number;
}

export interface HistoryPage {
  readonly events: readonly HistoryEvent[];
  /** Where the next page begins; undefined when this one is the last for now. */
  readonly next: PagePosition | undefined;
}

/** A page is bounded by count and by bytes, so that it fits into a message; it has one event at least. */
export function historyPage(
  ctx: ServiceContext,
  run: LoadedRun,
  from: PagePosition,
  maxEvents?: number,
): HistoryPage {
  // What is all of it small needs no measuring.
  if (maxEvents === undefined && run.state.historySizeBytes <= limits.historyPageBytes) {
    return { events: restOfHistory(ctx, run, from), next: undefined };
  }
  const { events, next } = takePage(ctx.runs.events(run, from.fromEventId), maxEvents);
  if (next) return { events, next: { ...from, fromEventId: next.eventId } };
  return { events: withUnrecorded(run, from, events), next: undefined };
}

/** All in one, for a worker of this process. */
export function restOfHistory(
  ctx: ServiceContext,
  run: LoadedRun,
  from: PagePosition,
): readonly HistoryEvent[] {
  return withUnrecorded(run, from, ctx.runs.history(run, from.fromEventId));
}

/** The first of the events, as many as fit; `next` is the first one that did not. */
export function takePage(
  from: Iterable<HistoryEvent>,
  maxEvents: number = limits.historyPageEvents,
): { readonly events: HistoryEvent[]; readonly next: HistoryEvent | undefined } {
  const events: HistoryEvent[] = [];
  let bytes = 0;
  for (const event of from) {
    bytes += JSON.stringify(event).length;
    const isFull = events.length >= maxEvents || bytes > limits.historyPageBytes;
    if (isFull && events.length > 0) return { events, next: event };
    events.push(event);
  }
  return { events, next: undefined };
}

function withUnrecorded(
  { state }: LoadedRun,
  { ofTaskStartedBy }: PagePosition,
  events: readonly HistoryEvent[],
): readonly HistoryEvent[] {
  const task = state.workflowTask;
  if (!task?.transient || task.startedEventId === 0 || task.startedEventId !== ofTaskStartedBy) return events;
  return [...events, ...(transientEvents(state) as readonly HistoryEvent[])];
}

export function pageToken({ runId, fromEventId, ofTaskStartedBy }: PagePosition): string {
  return `${runId}.${fromEventId}${ofTaskStartedBy === undefined ? '' : `.${ofTaskStartedBy}`}`;
}

/** Undefined without a token: the first page. */
export function readPageToken(token: string | undefined): PagePosition | undefined {
  if (!token) return undefined;
  const match = /^([^.]+)\.(\d+)(?:\.(\d+))?$/.exec(token);
  if (!match) throw invalidArgument('nextPageToken is not one that this call returned');
  const [, runId, fromEventId, startedBy] = match;
  return {
    runId: runId!,
    fromEventId: Number(fromEventId),
    ...(startedBy !== undefined && { ofTaskStartedBy: Number(startedBy) }),
  };
}
