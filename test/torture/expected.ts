import type { StoredEvent, StoredRun } from './image.js';
import { valueOf } from './image.js';
import type { Spec } from './plan.js';

export interface Outcome {
  /** The type of the closing event. */
  readonly type: string;
  readonly value?: unknown;
}

/** How a chain of runs has to end: by its input, and by what its history says that the world answered. */
export function expectedOutcome(spec: Spec, runs: readonly StoredRun[]): Outcome {
  const events = runs.flatMap((run) => run.events);
  const results = resultsInOrder(runs);
  const completed = (value: unknown): Outcome => ({ type: 'WorkflowExecutionCompleted', value });
  switch (spec.type) {
    case 'order': {
      const charged = results[spec.args[0] as number];
      return completed(
        charged === undefined ? [...results.filter((r) => r !== undefined), 'undone'] : results,
      );
    }
    case 'retries':
    case 'chain':
      return completed(results);
    case 'timers':
      return completed(2 * (spec.args[0] as number[]).length);
    case 'counter':
      return completed(arrivals(events));
    case 'family': {
      const children = spec.args[0] as number;
      const ends = Array.from({ length: children }, (_, n) => childResult(events, `${spec.workflowId}/${n}`));
      return completed([...ends, `${spec.workflowId}/orphan`]);
    }
    case 'locals':
      return completed(markers(events));
    case 'retried':
      return completed(results[0]);
    case 'sleeper':
      return { type: 'WorkflowExecutionCanceled' };
    default:
      throw new Error(`no model of ${spec.type}`);
  }
}

export function actualOutcome(run: StoredRun): Outcome {
  const { type, attributes } = run.events[run.events.length - 1]!;
  return type === 'WorkflowExecutionCompleted' ? { type, value: valueOf(attributes['result']) } : { type };
}

/** Of each activity, in the order in which they were asked for; `undefined` for one that did not complete. */
function resultsInOrder(runs: readonly StoredRun[]): unknown[] {
  return runs.flatMap(({ events }) => {
    const results = new Map<number, unknown>();
    for (const { eventId, type, attributes } of events) {
      if (type === 'ActivityTaskScheduled') results.set(eventId, undefined);
      if (type === 'ActivityTaskCompleted')
        results.set(Number(attributes['scheduledEventId']), valueOf(attributes['result']));
    }
    return [...results.values()];
  });
}

/** Signals and accepted updates in the order of history. */
function arrivals(events: readonly StoredEvent[]): string[] {
  return events.flatMap(({ type, attributes }) => {
    if (type === 'WorkflowExecutionSignaled') return [`s${String(valueOf(attributes['input']))}`];
    if (type !== 'WorkflowExecutionUpdateAccepted') return [];
    const request = attributes['acceptedRequest'] as { readonly input?: { readonly args?: unknown } };
    return [`u${String(valueOf(request.input?.args))}`];
  });
}

function childResult(events: readonly StoredEvent[], workflowId: string): unknown {
  const end = events.find(
    (e) =>
      /^ChildWorkflowExecution(Completed|Failed)$/.test(e.type) &&
      (e.attributes['workflowExecution'] as { workflowId?: string }).workflowId === workflowId,
  );
  return end?.type === 'ChildWorkflowExecutionCompleted' ? valueOf(end.attributes['result']) : 'failed';
}

/** Values of side effects and local activities. */
function markers(events: readonly StoredEvent[]): unknown[] {
  return events
    .filter((e) => e.type === 'MarkerRecorded')
    .map(({ attributes }) => {
      const details = attributes['details'] as Readonly<Record<string, unknown>>;
      return valueOf(details['result'] ?? details['data']);
    });
}
