import type { EventAttributes, EventType, HistoryEvent } from '../history/event.js';
import type { Failure, UpdateOutcome, UserMetadata } from '../history/messages.js';
import { applyEvent } from './apply-event.js';
import type { Random } from './clock.js';
import type { ChildState, ExecutionState } from './state.js';

/**
 * One step of one execution: `(state, request, now) → events, changed state, effects`. The functions of this
 * folder that take a `Transition` do no I/O and read no clock; the shell (`runs.ts`) makes the transition, stores
 * what it appended and carries out its effects, all in one commit (E2).
 *
 * 1. An event that answers something outside the code (a signal, a result) is buffered, and gets its id when no
 *    workflow task is in flight: the code never sees an event that came after its task was started.
 * 2. `appended` and `encoded` go together: an event is encoded once, when it gets its id.
 */
export interface Transition {
  readonly namespace: string;
  readonly state: ExecutionState;
  readonly nowMs: number;
  readonly random: Random;
  readonly appended: HistoryEvent[];
  readonly encoded: string[];
  readonly effects: Effect[];
  /** Facts without an event that have to be written: see `transient.ts`. */
  readonly touched: string[];
}

export type Effect =
  | { readonly type: 'dispatchWorkflowTask' }
  | { readonly type: 'dispatchActivity'; readonly scheduledEventId: number }
  | { readonly type: 'startChild'; readonly child: ChildState }
  | {
      readonly type: 'signalExternal';
      readonly initiatedEventId: number;
      readonly attributes: EventAttributes<'SignalExternalWorkflowExecutionInitiated'>;
    }
  | {
      readonly type: 'cancelExternal';
      readonly initiatedEventId: number;
      readonly attributes: EventAttributes<'RequestCancelExternalWorkflowExecutionInitiated'>;
    }
  /** The chain goes on in a new run: continue-as-new, retry or cron. */
  | {
      readonly type: 'startRun';
      readonly runId: string;
      readonly attributes: EventAttributes<'WorkflowExecutionStarted'>;
    }
  | { readonly type: 'closed'; readonly event: HistoryEvent; readonly newRunId: string | undefined }
  | { readonly type: 'updateAccepted'; readonly updateId: string }
  | { readonly type: 'updateCompleted'; readonly updateId: string; readonly outcome: UpdateOutcome }
  | { readonly type: 'updateRejected'; readonly updateId: string; readonly failure: Failure }
  /** The workflow task ended without an answer: updates and queries it carried go with the next one. */
  | { readonly type: 'workflowTaskLost' };

export function newTransition(
  namespace: string,
  state: ExecutionState,
  nowMs: number,
  random: Random,
): Transition {
  return {
    namespace,
    state,
    nowMs,
    random,
    appended: [],
    encoded: [],
    effects: [],
    touched: [],
  };
}

/** Appends an event now, or buffers it when its type answers the outside (invariant 1). */
export function append<T extends EventType>(
  t: Transition,
  type: T,
  attributes: EventAttributes<T>,
  options: { readonly timeMs?: number; readonly userMetadata?: UserMetadata | undefined } = {},
): HistoryEvent {
  const direct = directTypes.has(type);
  const eventId = direct ? t.state.nextEventId++ : 0;
  const common = { eventId, eventTimeMs: options.timeMs ?? t.nowMs, type, attributes };
  const { userMetadata } = options;
  const event = (userMetadata ? { ...common, userMetadata } : common) as HistoryEvent;
  if (direct) record(t, event);
  else t.state.buffered.push(event);
  applyEvent(t.state, event);
  return event;
}

/** Gives the buffered events their ids. Outcomes come last, so that a start always precedes its outcome. */
export function flushBuffer(t: Transition): void {
  const { state } = t;
  if (state.buffered.length === 0) return;
  const waiting = state.buffered;
  state.buffered = [];
  const ordered =
    waiting.length === 1
      ? waiting
      : [
          ...waiting.filter((e) => !outcomeTypes.has(e.type)),
          ...waiting.filter((e) => outcomeTypes.has(e.type)),
        ];
  const startedIds = new Map<number, number>();
  for (const event of ordered) {
    giveNumber(state, event, startedIds);
    record(t, event);
  }
}

/** Ends a transition: what is buffered goes to history unless a workflow task is in flight. */
export function finish(t: Transition): void {
  const { state } = t;
  if (state.buffered.length > 0 && !state.workflowTask?.startedEventId) flushBuffer(t);
  if (state.status !== 'RUNNING') state.buffered = [];
}

interface Unnumbered {
  eventId: number;
  readonly attributes: { startedEventId?: number; scheduledEventId?: number; initiatedEventId?: number };
}

/** Gives a buffered event, which nobody else holds, its id, and an outcome the id of its start. */
function giveNumber(state: ExecutionState, event: HistoryEvent, startedIds: Map<number, number>): void {
  const eventId = state.nextEventId++;
  const unnumbered = event as unknown as Unnumbered;
  unnumbered.eventId = eventId;
  if (event.type === 'ActivityTaskStarted') startedIds.set(event.attributes.scheduledEventId, eventId);
  else if (event.type === 'ChildWorkflowExecutionStarted') {
    const { initiatedEventId } = event.attributes;
    startedIds.set(initiatedEventId, eventId);
    const child = state.children.get(initiatedEventId);
    if (child) child.startedEventId = eventId;
  } else if (unnumbered.attributes.startedEventId === 0) {
    const { scheduledEventId, initiatedEventId } = unnumbered.attributes;
    const startedEventId = startedIds.get(scheduledEventId ?? initiatedEventId ?? 0);
    if (startedEventId !== undefined) unnumbered.attributes.startedEventId = startedEventId;
  }
}

function record(t: Transition, event: HistoryEvent): void {
  const text = JSON.stringify(event);
  t.appended.push(event);
  t.encoded.push(text);
  t.state.historySizeBytes += text.length;
}

const outcomeTypes: ReadonlySet<string> = new Set<EventType>([
  'ActivityTaskCompleted',
  'ActivityTaskFailed',
  'ActivityTaskTimedOut',
  'ActivityTaskCanceled',
  'ChildWorkflowExecutionCompleted',
  'ChildWorkflowExecutionFailed',
  'ChildWorkflowExecutionCanceled',
  'ChildWorkflowExecutionTimedOut',
  'ChildWorkflowExecutionTerminated',
]);

/** Never buffered: starts and ends of runs and of workflow tasks, and the events of commands. */
const directTypes: ReadonlySet<string> = new Set<EventType>([
  'WorkflowExecutionStarted',
  'WorkflowExecutionCompleted',
  'WorkflowExecutionFailed',
  'WorkflowExecutionTimedOut',
  'WorkflowExecutionTerminated',
  'WorkflowExecutionContinuedAsNew',
  'WorkflowExecutionCanceled',
  'WorkflowTaskScheduled',
  'WorkflowTaskStarted',
  'WorkflowTaskCompleted',
  'WorkflowTaskFailed',
  'WorkflowTaskTimedOut',
  'MarkerRecorded',
  'StartChildWorkflowExecutionInitiated',
  'ActivityTaskScheduled',
  'ActivityTaskCancelRequested',
  'TimerStarted',
  'TimerCanceled',
  'RequestCancelExternalWorkflowExecutionInitiated',
  'SignalExternalWorkflowExecutionInitiated',
  'UpsertWorkflowSearchAttributes',
  'WorkflowPropertiesModified',
  'WorkflowExecutionUpdateAdmitted',
  'WorkflowExecutionUpdateAccepted',
  'WorkflowExecutionUpdateCompleted',
]);
