import type { HistoryEvent } from '../../history/event.js';
import { offAbort, onAbort } from '../abort.js';
import type { CallOptions } from '../api/common.js';
import type {
  GetWorkflowExecutionHistoryRequest,
  GetWorkflowExecutionHistoryResponse,
} from '../api/workflow.js';
import { setWait } from '../clock.js';
import type { ServiceContext } from '../context.js';
import { runOf } from '../context.js';
import type { PagePosition } from '../history-page.js';
import { historyPage, pageToken, readPageToken } from '../history-page.js';
import type { LoadedRun } from '../loaded-run.js';
import { isRunning } from '../state.js';

/** A page of a run's history; with `waitNewEvent` it waits for what is not there yet. */
export async function getWorkflowExecutionHistory(
  ctx: ServiceContext,
  request: GetWorkflowExecutionHistoryRequest,
  options: CallOptions = {},
): Promise<GetWorkflowExecutionHistoryResponse> {
  const token = readPageToken(request.nextPageToken);
  const run = runOf(ctx, token ? { ...request.execution, runId: token.runId } : request.execution);
  const from: PagePosition = token ?? { runId: run.state.runId, fromEventId: 1 };
  const closeOnly = request.historyEventFilterType === 'CLOSE_EVENT';
  const isThere = () => !isRunning(run.state) || (!closeOnly && run.state.nextEventId > from.fromEventId);
  if (request.waitNewEvent && !isThere()) await waitUntil(ctx, run, isThere, options);
  // What it waited for was not stored, or it waited when the store failed: nothing has come yet.
  const nothingYet = () => request.waitNewEvent && run.isDropped;
  await ctx.runs.durable().catch((error: unknown) => {
    if (!nothingYet()) throw error;
  });
  if (nothingYet()) return { history: { events: [] }, nextPageToken: pageToken(from) };
  if (closeOnly) {
    if (isRunning(run.state) && request.waitNewEvent) {
      return { history: { events: [] }, nextPageToken: pageToken(from) };
    }
    return { history: { events: ctx.runs.history(run, run.state.nextEventId - 1) } };
  }
  const page = historyPage(ctx, run, from, request.maximumPageSize || undefined);
  const after = { ...from, fromEventId: (page.events.at(-1)?.eventId ?? from.fromEventId - 1) + 1 };
  const next = page.next ?? (request.waitNewEvent && isRunning(run.state) ? after : undefined);
  return { history: { events: page.events }, ...(next && { nextPageToken: pageToken(next) }) };
}

function waitUntil(
  ctx: ServiceContext,
  run: LoadedRun,
  isThere: () => boolean,
  options: CallOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) return reject(options.signal.reason as Error);
    let cancelTimer: (() => void) | undefined;
    const settle = () => {
      run.watchers.delete(watch);
      cancelTimer?.();
      if (options.signal) offAbort(options.signal, abort);
    };
    const watch = () => {
      if (!isThere() && !run.isDropped) return;
      settle();
      resolve();
    };
    const abort = () => {
      settle();
      reject(options.signal?.reason as Error);
    };
    run.watchers.add(watch);
    if (options.signal) onAbort(options.signal, abort);
    if (options.timeoutMs !== undefined) {
      cancelTimer = setWait(ctx.clock, options.timeoutMs, () => {
        settle();
        resolve();
      });
    }
  });
}

/** The last event of a closed run, when that is what it is. */
export function closeEventOf(ctx: ServiceContext, run: LoadedRun): HistoryEvent | undefined {
  return ctx.runs.history(run, run.state.nextEventId - 1)[0];
}
