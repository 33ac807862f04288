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
import { invalidArgument } from '../errors.js';
import { limits } from '../limits.js';
import type { LoadedRun } from '../loaded-run.js';
import { isRunning } from '../state.js';

/** A page of a run's history; with `waitNewEvent` it waits for what is not there yet. */
export async function getWorkflowExecutionHistory(
  ctx: ServiceContext,
  request: GetWorkflowExecutionHistoryRequest,
  options: CallOptions = {},
): Promise<GetWorkflowExecutionHistoryResponse> {
  const { runId, fromEventId } = readToken(request.nextPageToken);
  const run = runId ? runOf(ctx, { ...request.execution, runId }) : runOf(ctx, request.execution);
  const closeOnly = request.historyEventFilterType === 'CLOSE_EVENT';
  const isThere = () => !isRunning(run.state) || (!closeOnly && run.state.nextEventId > fromEventId);
  if (request.waitNewEvent && !isThere()) await waitUntil(ctx, run, isThere, options);
  const token = (eventId: number) => pageToken(run.state.runId, eventId);
  // What it waited for was not stored, or it waited when the store failed: nothing has come yet.
  const nothingYet = () => request.waitNewEvent && run.isDropped;
  await ctx.runs.durable().catch((error: unknown) => {
    if (!nothingYet()) throw error;
  });
  if (nothingYet()) return { history: { events: [] }, nextPageToken: token(fromEventId) };
  if (closeOnly) {
    if (isRunning(run.state) && request.waitNewEvent) {
      return { history: { events: [] }, nextPageToken: token(fromEventId) };
    }
    return { history: { events: ctx.runs.history(run, run.state.nextEventId - 1) } };
  }
  const events = ctx.runs.history(run, fromEventId);
  const page = events.slice(0, request.maximumPageSize ?? limits.pageSize * 100);
  const next = page.length > 0 ? page[page.length - 1]!.eventId + 1 : fromEventId;
  const more = page.length < events.length || (request.waitNewEvent && isRunning(run.state));
  return { history: { events: page }, ...(more && { nextPageToken: token(next) }) };
}

/** The token of the page of a run that begins with this event. */
export function pageToken(runId: string, eventId: number): string {
  return `${runId}.${eventId}`;
}

function readToken(token: string | undefined): { runId: string | undefined; fromEventId: number } {
  if (!token) return { runId: undefined, fromEventId: 1 };
  const match = /^(.+)\.(\d+)$/.exec(token);
  if (!match) throw invalidArgument('nextPageToken is not one that this call returned');
  return { runId: match[1], fromEventId: Number(match[2]) };
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
