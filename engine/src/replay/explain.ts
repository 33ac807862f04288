import type { WorkflowCommand } from '../core/activation.js';
import type { Drift, Mismatch } from '../core/mismatch.js';
import type { Failure } from '../history/messages.js';
import type { HistoryEvent } from '../history/event.js';
import type { Change } from './align.js';
import { firstChange } from './align.js';
import { codeFrame, sourceLine } from './code-frame.js';
import type { Item } from './commands-of-history.js';
import { attemptedItems, commandView, eventView, nameOf, recordedItems } from './commands-of-history.js';
import { attemptedLocalActivities, recordedLocalActivities } from './local-activity-items.js';
import { patchSnippet } from './patch-snippet.js';
import type { Divergence } from './result.js';
import type { Run } from './history-replay.js';
import type { ReplayTarget, SourceLocation } from './target.js';

/** A run with call sites, and what it ran. */
export interface Evidence {
  readonly target: ReplayTarget;
  readonly events: readonly HistoryEvent[];
  readonly run: Run;
}

/** Explains nondeterminism: where it begins, which is often before the event that does not fit. */
export function explainMismatch(evidence: Evidence, mismatch: Mismatch): Divergence {
  const found = changeOf(evidence, Math.max(mismatch.workflowTask, 1));
  if (found) return explainChange(evidence, mismatch, found);
  const stack = mismatch.callSite ?? callSiteOf(mismatch.attempted);
  return {
    code: codeOf(mismatch),
    ...placeOf(mismatch.workflowTask, mismatch.recorded?.eventId ?? mismatch.eventId),
    ...(mismatch.recorded ? { recorded: eventView(mismatch.recorded) } : {}),
    ...(mismatch.attempted ? { attempted: commandView(mismatch.attempted) } : {}),
    ...(mismatch.field ? { field: mismatch.field } : {}),
    ...locationOf(evidence.target, stack),
    message: mismatch.message,
    cause: 'What the code brought about earlier does not fit this event.',
    fix: patchSnippet(undefined),
  };
}

/** The first change, and what the code asked for in its order. */
interface Found {
  readonly change: Change;
  readonly attempted: readonly Item[];
}

/** With what the code would have done next, where it could be followed; else up to the task of the mismatch. */
function changeOf({ events, run }: Evidence, tasks: number): Found | undefined {
  const { commands, beyond } = run;
  const isFollowed = beyond !== undefined && beyond.commands.length > 0;
  const all = isFollowed ? [...commands, beyond.commands] : commands;
  const until = isFollowed ? Infinity : tasks;
  const recorded = recordedItems(events, until);
  const attempted = attemptedItems(all, until, recorded);
  const isWhole = isFollowed ? beyond.complete && isEnding(recorded.at(-1)) : true;
  const localAttempted = attemptedLocalActivities(all);
  const change = joined(
    firstChange(recorded, attempted, isWhole),
    firstChange(
      recordedLocalActivities(events),
      localAttempted,
      isFollowed && beyond.complete && isEnding(recorded.at(-1)),
    ),
  );
  return change && { change, attempted: isLocal(change) ? localAttempted : attempted };
}

function isLocal(change: Change): boolean {
  return ('attempted' in change ? change.attempted : change.recorded).kind === 'local activity';
}

/** Of a change among local activities and one among all other commands: the one that is earlier, or both as one. */
function joined(change: Change | undefined, local: Change | undefined): Change | undefined {
  if (!change || !local) return change ?? local;
  if (change.type === 'removed' && local.type === 'inserted') {
    return { type: 'changed', recorded: change.recorded, attempted: local.attempted };
  }
  if (change.type === 'inserted' && local.type === 'removed') {
    return { type: 'changed', recorded: local.recorded, attempted: change.attempted };
  }
  return taskOf(local) < taskOf(change) ? local : change;
}

function taskOf(change: Change): number {
  const recorded = 'recorded' in change ? change.recorded.workflowTask : Infinity;
  return Math.min(recorded, 'attempted' in change ? change.attempted.workflowTask : Infinity);
}

function isEnding(item: Item | undefined): boolean {
  return ['completion', 'failure', 'cancellation', 'continue-as-new'].includes(item?.kind ?? '');
}

function codeOf(mismatch: Mismatch): string {
  switch (mismatch.kind) {
    case 'differentCommand':
      return 'RFN3010';
    case 'missingCommand':
      return 'RFN3011';
    case 'orphanEvent':
    case 'invalidTransition':
      return 'RFN3012';
    case 'unknownEvent':
      return 'RFN3020';
  }
}

function explainChange({ target, events }: Evidence, mismatch: Mismatch, found: Found): Divergence {
  const { change } = found;
  // What history has at the place in question; of a command that moved to earlier that is another one.
  const before = 'before' in change ? change.before : undefined;
  const recorded =
    change.type === 'moved'
      ? (before ?? change.recorded)
      : 'recorded' in change
        ? change.recorded
        : undefined;
  // Where the code is at the place in question; of a command that moved to later that is another one.
  const instead = 'instead' in change ? change.instead : undefined;
  const attempted = instead ?? ('attempted' in change ? change.attempted : undefined);
  const task = change.type === 'moved' && !change.earlier ? recorded?.workflowTask : attempted?.workflowTask;
  const location = placeInCode(target, found.attempted, attempted);
  const field = change.type === 'changed' ? (mismatch.field ?? firstField(change)) : undefined;
  const eventId = recorded?.eventId ?? before?.eventId;
  return {
    code: change.type === 'removed' ? 'RFN3011' : change.type === 'inserted' ? 'RFN3015' : 'RFN3010',
    ...placeOf(
      Math.min(task ?? Infinity, recorded?.workflowTask ?? Infinity, Math.max(mismatch.workflowTask, 1)),
      eventId ?? eventOfTask(events, attempted),
    ),
    ...(recorded ? { recorded: recorded.view } : {}),
    ...(attempted && change.type !== 'removed' ? { attempted: attempted.view } : {}),
    ...(field ? { field } : {}),
    ...locationFields(location),
    message: messageOf(change),
    cause: causeOf(change),
    fix: patchSnippet({ change, line: location && sourceLine(location) }),
  };
}

/** The call of a command; of the end of a function, which is no call, that of the command before it. */
function placeInCode(
  target: ReplayTarget,
  attempted: readonly Item[],
  item: Item | undefined,
): SourceLocation | undefined {
  const last = item ? attempted.indexOf(item) : attempted.length - 1;
  for (let at = last; at >= 0; at--) {
    const location = locate(target, attempted[at]!.callSite);
    if (location) return location;
  }
  return locate(target, item?.callSite);
}

/** For an inserted command without a successor: the event at which history answered that task. */
function eventOfTask(events: readonly HistoryEvent[], item: Item | undefined): number | undefined {
  let task = 0;
  for (const event of events) {
    if (event.type === 'WorkflowTaskCompleted' && ++task === item?.workflowTask) return event.eventId;
  }
  return undefined;
}

function firstField(change: Extract<Change, { type: 'changed' }>): string {
  if (change.recorded.kind !== change.attempted.kind) return 'type';
  if (change.recorded.identity !== change.attempted.identity) {
    return (
      { activity: 'activityType.name', 'child workflow': 'workflowType.name', signal: 'signalName' }[
        change.recorded.kind
      ] ?? 'id'
    );
  }
  if (change.recorded.kind === 'timer') return 'startToFireTimeoutMs';
  const { workflowId } = change.recorded.view;
  return workflowId !== undefined && workflowId !== change.attempted.view['workflowId']
    ? 'workflowId'
    : 'input';
}

function messageOf(change: Change): string {
  switch (change.type) {
    case 'inserted':
      return change.before
        ? `history recorded the ${nameOf(change.before)} next, the code asked for the ${nameOf(change.attempted)}`
        : `history recorded nothing more in this workflow task, the code asked for the ${nameOf(change.attempted)}`;
    case 'removed':
      return change.instead
        ? `history recorded the ${nameOf(change.recorded)}, the code asked for the ${nameOf(change.instead)}`
        : `history recorded the ${nameOf(change.recorded)}, the code asked for nothing more`;
    case 'moved':
      return change.earlier
        ? `the code asked for the ${nameOf(change.attempted)} here, history recorded it later`
        : `history recorded the ${nameOf(change.recorded)} here, the code asks for it later`;
    case 'changed':
      return `history recorded the ${nameOf(change.recorded)}, the code asked for ${otherName(change)}`;
  }
}

/** `the activity b`, or, where only details differ, what differs. */
function otherName(change: Extract<Change, { type: 'changed' }>): string {
  const name = nameOf(change.attempted);
  if (name !== nameOf(change.recorded)) return `the ${name}`;
  return firstField(change) === 'workflowId' ? 'it with another id' : 'it with another input';
}

function causeOf(change: Change): string {
  switch (change.type) {
    case 'inserted':
      return `Inserted: the ${nameOf(change.attempted)} is new in the code${change.before ? `, before the ${nameOf(change.before)}` : ''}; the run in this history had passed here without it.`;
    case 'removed':
      return `Removed: the code no longer asks for the ${nameOf(change.recorded)} that this run recorded.`;
    case 'moved':
      return change.earlier
        ? `Reordered: the ${nameOf(change.attempted)} now comes earlier than history recorded it.`
        : `Reordered: the ${nameOf(change.recorded)} now comes later than history recorded it.`;
    case 'changed':
      return `Changed: where this run recorded the ${nameOf(change.recorded)}, the code now asks for ${otherName(change)}.`;
  }
}

/** Explains a workflow task that fails in replay. */
export function explainFailure({ target, run }: Evidence, failure: Failure): Divergence {
  const stack = deepestStack(failure);
  return {
    code: 'RFN3013',
    ...placeOf(run.completedTasks + 1, undefined),
    ...locationFields(locate(target, stack)),
    message: failure.message ?? 'the workflow task failed',
    cause: `Throws: the workflow's code failed with ${failure.applicationFailureInfo?.type ?? 'an error'} in a workflow task that had succeeded: ${failure.message ?? ''}`,
    fix: 'Repair the code at this place: an error that is not a TemporalFailure fails the workflow task, and the workflow stays stuck until the code is repaired.',
  };
}

function deepestStack(failure: Failure): string {
  let current: Failure | undefined = failure;
  let stack = '';
  while (current) {
    if (current.stackTrace) stack = `${current.stackTrace}\n${stack}`;
    current = current.cause;
  }
  return stack;
}

/** Explains a difference that Temporal's matching accepts. */
export function explainDrift({ target }: Evidence, drift: Drift): Divergence {
  const where = placeOf(drift.workflowTask, drift.eventId);
  switch (drift.kind) {
    case 'detail':
      return {
        code: 'RFN3014',
        ...where,
        recorded: eventView(drift.recorded),
        attempted: commandView(drift.attempted),
        field: drift.field,
        ...locationOf(target, drift.callSite ?? callSiteOf(drift.attempted)),
        message: `${drift.recorded.type} has ${drift.field} ${short(drift.recordedValue)}, the code asks for ${short(drift.attemptedValue)}`,
        cause: `Changed: \`${drift.field}\` differs. Temporal does not compare it, so running workflows go on with the recorded value.`,
        fix: 'If the change is meant, nothing has to be done. Use --strict to hold the code to its histories in detail.',
      };
    case 'extraCommand': {
      const [item] = attemptedItems([[drift.attempted]], 1, [
        { kind: 'patch', identity: patchId(drift.attempted) } as Item,
      ]);
      const location = locate(target, drift.callSite ?? callSiteOf(drift.attempted));
      return {
        code: 'RFN3015',
        ...where,
        attempted: commandView(drift.attempted),
        ...locationFields(location),
        message: `history recorded nothing more in this workflow task, the code asked for ${item ? `the ${nameOf(item)}` : drift.attempted.type}`,
        cause: `Inserted: ${item ? `the ${nameOf(item)}` : `\`${drift.attempted.type}\``} is new in the code; the run in this history had passed here without it.`,
        fix: patchSnippet(
          item && { change: { type: 'inserted', attempted: item }, line: location && sourceLine(location) },
        ),
      };
    }
    case 'skippedEvent':
      return {
        code: 'RFN3016',
        ...where,
        recorded: eventView(drift.recorded),
        message: 'the marker of a deprecated patch was skipped',
        cause: 'The code does not mention this deprecated patch any more.',
        fix: 'Nothing has to be done.',
      };
  }
}

function patchId(command: WorkflowCommand): string {
  return command.type === 'setPatchMarker' ? command.patchId : '';
}

function callSiteOf(command: WorkflowCommand | undefined): string | undefined {
  return command?.callSite;
}

function placeOf(workflowTask: number | undefined, eventId: number | undefined) {
  return {
    ...(eventId === undefined ? {} : { eventId: String(eventId) }),
    ...(workflowTask === undefined ? {} : { workflowTask }),
  };
}

function locate(target: ReplayTarget, stack: string | undefined): SourceLocation | undefined {
  return stack === undefined ? undefined : target.locate(stack);
}

/** File, line, column and frame of the innermost call in the user's sources. */
export function locationOf(target: ReplayTarget, stack: string | undefined) {
  return locationFields(locate(target, stack));
}

function locationFields(location: SourceLocation | undefined) {
  if (!location) return {};
  const frame = codeFrame(location);
  return { file: location.file, line: location.line, column: location.column, ...(frame ? { frame } : {}) };
}

function short(value: unknown): string {
  const text = JSON.stringify(readable(value)) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

/** Payloads as the JSON that they hold, where they hold JSON. */
function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  const { data, metadata } = value as { data?: unknown; metadata?: Record<string, string> };
  if (typeof data === 'string' && metadata?.['encoding']) {
    try {
      return JSON.parse(Buffer.from(data, 'base64').toString()) as unknown;
    } catch {
      return `<${Buffer.from(metadata['encoding'], 'base64').toString()}>`;
    }
  }
  return value;
}
