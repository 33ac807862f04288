import type { WorkflowCommand } from '../core/activation.js';
import { isCommandEvent } from '../core/sequence.js';
import type { HistoryEvent } from '../history/event.js';
import type { CommandView } from './result.js';

/** A command, recorded or attempted, reduced to what the alignment of two sequences compares. */
export interface Item {
  /** `activity`, `timer` … */
  readonly kind: string;
  /** Type or id, as far as the code chooses it: `charge`, a child's type, a patch id. */
  readonly identity: string;
  /** The details that tell two of the same identity apart. */
  readonly details: string;
  readonly eventId?: number;
  readonly workflowTask: number;
  readonly callSite?: string | undefined;
  readonly view: CommandView;
}

/** The command events of the first `tasks` completed workflow tasks. */
export function recordedItems(events: readonly HistoryEvent[], tasks: number): Item[] {
  const items: Item[] = [];
  let workflowTask = 0;
  for (const event of events) {
    if (event.type === 'WorkflowTaskCompleted') workflowTask++;
    if (workflowTask > tasks) break;
    if (!isCommandEvent(event)) continue;
    const item = recordedItem(event, workflowTask);
    if (item) items.push(item);
  }
  return items;
}

/**
 * What the code asked for in the first `tasks` workflow tasks, without what leaves no event: what was cancelled
 * before it was sent, and patches of which history has no marker.
 */
export function attemptedItems(
  commands: readonly (readonly WorkflowCommand[] | undefined)[],
  tasks: number,
  recorded: readonly Item[],
): Item[] {
  const patches = new Set(recorded.filter(({ kind }) => kind === 'patch').map(({ identity }) => identity));
  return commands.slice(0, tasks).flatMap((list = [], index) => {
    const unsent = unsentCommands(list);
    return list.flatMap((command) => {
      const item = unsent.has(command) ? undefined : attemptedItem(command, index + 1);
      return !item || (item.kind === 'patch' && !patches.has(item.identity)) ? [] : [item];
    });
  });
}

const cancels: Readonly<Record<string, string>> = {
  cancelTimer: 'startTimer',
  requestCancelActivity: 'scheduleActivity',
  cancelChildWorkflowExecution: 'startChildWorkflowExecution',
};

function unsentCommands(list: readonly WorkflowCommand[]): Set<WorkflowCommand> {
  const unsent = new Set<WorkflowCommand>();
  for (const command of list) {
    const starts = cancels[command.type];
    if (!starts) continue;
    const seq = 'childWorkflowSeq' in command ? command.childWorkflowSeq : 'seq' in command ? command.seq : 0;
    const start = list.find((other) => other.type === starts && 'seq' in other && other.seq === seq);
    if (start) unsent.add(start).add(command);
  }
  return unsent;
}

function recordedItem(event: HistoryEvent, workflowTask: number): Item | undefined {
  const base = { eventId: event.eventId, workflowTask, view: eventView(event) };
  const make = (kind: string, identity: string | undefined, details: unknown = ''): Item => ({
    kind,
    identity: identity ?? '',
    details: JSON.stringify(details),
    ...base,
  });
  switch (event.type) {
    case 'TimerStarted':
      return make('timer', '', event.attributes.startToFireTimeoutMs);
    case 'TimerCanceled':
      return make('cancelled timer', '');
    case 'ActivityTaskScheduled':
      return make('activity', event.attributes.activityType?.name, event.attributes.input ?? []);
    case 'ActivityTaskCancelRequested':
      return make('cancelled activity', '');
    case 'StartChildWorkflowExecutionInitiated':
      return make('child workflow', event.attributes.workflowType?.name, [
        event.attributes.workflowId,
        event.attributes.input ?? [],
      ]);
    case 'SignalExternalWorkflowExecutionInitiated':
      return make('signal', event.attributes.signalName, event.attributes.input ?? []);
    case 'RequestCancelExternalWorkflowExecutionInitiated':
      return make('cancelled workflow', '');
    case 'MarkerRecorded':
      return markerItem(event, make);
    case 'UpsertWorkflowSearchAttributes':
      return 'TemporalChangeVersion' in (event.attributes.searchAttributes?.indexedFields ?? {})
        ? undefined
        : make('search attributes', '');
    case 'WorkflowPropertiesModified':
      return make('memo', '');
    case 'WorkflowExecutionCompleted':
      return make('completion', '', event.attributes.result ?? []);
    case 'WorkflowExecutionFailed':
      return make('failure', '');
    case 'WorkflowExecutionCanceled':
      return make('cancellation', '');
    case 'WorkflowExecutionContinuedAsNew':
      return make('continue-as-new', event.attributes.workflowType?.name);
    default:
      return undefined;
  }
}

function markerItem(
  event: Extract<HistoryEvent, { type: 'MarkerRecorded' }>,
  make: (kind: string, identity: string | undefined) => Item,
): Item | undefined {
  const { markerName, details } = event.attributes;
  const json = (name: string): Record<string, unknown> => {
    try {
      const data = details?.[name]?.[0]?.data ?? '';
      return JSON.parse(Buffer.from(data, 'base64').toString()) as Record<string, unknown>;
    } catch {
      return {};
    }
  };
  if (markerName === 'core_patch') return make('patch', String(json('patch-data')['id'] ?? ''));
  // Local activities stand where they ended, not where the code asked for them: see local-activity-items.ts.
  return undefined;
}

function attemptedItem(command: WorkflowCommand, workflowTask: number): Item | undefined {
  const make = (kind: string, identity = '', details: unknown = ''): Item => ({
    kind,
    identity,
    details: JSON.stringify(details),
    workflowTask,
    callSite: command.callSite,
    view: commandView(command),
  });
  switch (command.type) {
    case 'startTimer':
      return make('timer', '', command.startToFireTimeoutMs);
    case 'cancelTimer':
      return make('cancelled timer');
    case 'scheduleActivity':
      return make('activity', command.activityType, command.arguments);
    case 'requestCancelActivity':
      return make('cancelled activity');
    case 'startChildWorkflowExecution':
      return make('child workflow', command.workflowType, [command.workflowId, command.input]);
    case 'signalExternalWorkflowExecution':
      return make('signal', command.signalName, command.args);
    case 'requestCancelExternalWorkflowExecution':
    case 'cancelChildWorkflowExecution':
      return make('cancelled workflow');
    case 'setPatchMarker':
      return make('patch', command.patchId);
    case 'upsertWorkflowSearchAttributes':
      return make('search attributes');
    case 'modifyWorkflowProperties':
      return make('memo');
    case 'completeWorkflowExecution':
      return make('completion', '', command.result ? [command.result] : []);
    case 'failWorkflowExecution':
      return make('failure');
    case 'cancelWorkflowExecution':
      return make('cancellation');
    case 'continueAsNewWorkflowExecution':
      return make('continue-as-new', command.workflowType);
    default:
      return undefined;
  }
}

export function eventView(event: HistoryEvent): CommandView {
  return { type: event.type === 'Unknown' ? event.recordedType : event.type, ...event.attributes };
}

export function commandView(command: WorkflowCommand): CommandView {
  const { callSite: _callSite, ...view } = command as WorkflowCommand & { callSite?: string };
  return view as CommandView;
}

/** `activity charge`, `timer of 10 s`: for sentences. */
export function nameOf(item: Item): string {
  switch (item.kind) {
    case 'timer': {
      const ms = Number(item.details);
      return Number.isFinite(ms) ? `timer of ${durationText(ms)}` : 'timer';
    }
    case 'activity':
    case 'child workflow':
    case 'patch':
    case 'local activity':
    case 'signal':
      return `${item.kind} \`${item.identity}\``;
    case 'completion':
      return "workflow's completion";
    case 'failure':
      return "workflow's failure";
    case 'cancellation':
      return "workflow's cancellation";
    default:
      return item.kind;
  }
}

function durationText(ms: number): string {
  if (ms % 86_400_000 === 0 && ms > 0) return `${ms / 86_400_000} d`;
  if (ms % 3_600_000 === 0 && ms > 0) return `${ms / 3_600_000} h`;
  if (ms % 60_000 === 0 && ms > 0) return `${ms / 60_000} min`;
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}
