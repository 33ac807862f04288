import type { RespondWorkflowTaskCompletedRequest } from './api/tasks.js';
import type { SearchAttributeTypes } from './check-fields.js';
import { applyCommand } from './commands/apply.js';
import { checkCommands, isClosing } from './commands/check.js';
import { failRun, terminateRun } from './close.js';
import { limits } from './limits.js';
import type { ExecutionState, WorkflowTaskState } from './state.js';
import { isRunning } from './state.js';
import type { Transition } from './transition.js';
import { finish, flushBuffer } from './transition.js';
import { applyUpdateMessage, badUpdateMessage, hasUnsentUpdates } from './updates.js';
import type { PendingUpdates } from './updates.js';
import type { TaskFailure } from './workflow-task.js';
import {
  dropWorkflowTask,
  failWorkflowTask,
  recordTaskCompleted,
  scheduleWorkflowTask,
  startWorkflowTask,
  timeOutWorkflowTask,
  wakeForUpdate,
} from './workflow-task.js';

export interface Completion {
  readonly request: RespondWorkflowTaskCompletedRequest;
  readonly updates: PendingUpdates | undefined;
  readonly types: SearchAttributeTypes;
  /** Causes for which the run fails, instead of the task being retried. */
  readonly failRunOn: ReadonlySet<string>;
}

/**
 * A worker's answer to the workflow task in flight. Everything is checked first; an answer that cannot be carried
 * out fails the task and leaves no trace besides. Returns the reason for which the task failed, if it did.
 */
export function completeTask(t: Transition, completion: Completion): TaskFailure | undefined {
  const { request, updates } = completion;
  if (hasOnlyHeartbeats(t, request)) {
    timeOutWorkflowTask(t, 'START_TO_CLOSE');
    return heartbeatTimeout;
  }
  const failure = refusal(t, completion);
  if (failure) {
    failTaskOrRun(t, { ...failure, identity: request.identity }, completion.failRunOn);
    return failure;
  }
  if (onlyRejects(t, completion)) {
    dropWorkflowTask(t.state);
    for (const message of request.messages ?? []) applyUpdateMessage(t, message, updates);
    stickTo(t, request);
    return undefined;
  }
  const before = t.state.workflowTask!;
  const completedId = recordTaskCompleted(t, completedAttributes(request));
  const messages = new Map((request.messages ?? []).map((m) => [m.id, m]));
  const applyRest = () => {
    for (const message of messages.values()) applyUpdateMessage(t, message, updates);
    messages.clear();
  };
  for (const command of request.commands) {
    if (!isRunning(t.state)) break;
    // A message that no command places comes before the end of the run.
    if (isClosing(command)) applyRest();
    if (command.type !== 'ProtocolMessage') {
      applyCommand(t, command, completedId);
      continue;
    }
    const message = messages.get(command.attributes.messageId);
    messages.delete(command.attributes.messageId);
    if (message) applyUpdateMessage(t, message, updates);
  }
  if (isRunning(t.state)) applyRest();
  afterCommands(t, completion);
  followWith(t, request, before);
  return undefined;
}

/** The worker keeps the task alive for its local activities, and has done nothing else for too long. */
function hasOnlyHeartbeats(
  { state, nowMs }: Transition,
  request: RespondWorkflowTaskCompletedRequest,
): boolean {
  return (
    isHeartbeat(request) &&
    nowMs > state.workflowTask!.originalScheduledTimeMs + limits.workflowTaskHeartbeatMs
  );
}

function isHeartbeat(request: RespondWorkflowTaskCompletedRequest): boolean {
  const { forceCreateNewWorkflowTask, commands, messages = [] } = request;
  return forceCreateNewWorkflowTask === true && commands.length === 0 && messages.length === 0;
}

/** Told to the worker as a task that is gone: its local activities are run again by the next attempt. */
export const heartbeatTimeout = {
  cause: 'UNSPECIFIED',
  failure: { message: 'workflow task heartbeat timeout' },
} as const satisfies TaskFailure;

/** The next task knows since when there have been only heartbeats, and begins at once for a worker that asks so. */
function followWith(
  t: Transition,
  request: RespondWorkflowTaskCompletedRequest,
  before: WorkflowTaskState,
): void {
  const next = t.state.workflowTask;
  if (!next || next.startedEventId !== 0) return;
  if (isHeartbeat(request)) next.originalScheduledTimeMs = before.originalScheduledTimeMs;
  if (!request.returnNewWorkflowTask) return;
  const { identity = '' } = request;
  startWorkflowTask(t, next, { identity, embedded: before.embedded, buildId: before.buildId });
}

/** A task that was made for updates and does nothing but reject them leaves no trace in history. */
function onlyRejects(t: Transition, { request, updates }: Completion): boolean {
  return (
    t.state.workflowTask!.speculative &&
    request.commands.length === 0 &&
    !request.forceCreateNewWorkflowTask &&
    (request.messages ?? []).every(({ body }) => body.type === 'temporal.api.update.v1.Rejection') &&
    t.state.buffered.length === 0 &&
    !hasUnsentUpdates(updates) &&
    takesEventsAgain(t.state, request)
  );
}

/** Events that came with a task without a trace come with the next one again, which older SDKs do not expect. */
function takesEventsAgain(state: ExecutionState, request: RespondWorkflowTaskCompletedRequest): boolean {
  if (state.workflowTask?.embedded) return true;
  const unseen = state.nextEventId - (state.previousStartedEventId + 2);
  const { discardSpeculativeWorkflowTaskWithEvents: takesAgain } = request.capabilities ?? {};
  return unseen <= (takesAgain ? limits.eventsOfDiscardedTask : 0);
}

/** The next task goes to the worker that now has the run in its cache. */
function stickTo({ state }: Transition, { stickyAttributes }: RespondWorkflowTaskCompletedRequest): void {
  const name = stickyAttributes?.workerTaskQueue.name;
  const { scheduleToStartTimeoutMs = limits.stickyScheduleToStartMs } = stickyAttributes ?? {};
  state.sticky = name ? { name, scheduleToStartTimeoutMs } : undefined;
}

function afterCommands(t: Transition, { request, updates }: Completion): void {
  const { state } = t;
  if (!isRunning(state)) {
    finish(t);
    return;
  }
  const unseen = state.buffered.length > 0;
  flushBuffer(t);
  if (state.nextEventId > limits.historyEventsError || state.historySizeBytes > limits.historyBytesError) {
    const reason = `Workflow history size / count exceeds limit: ${state.nextEventId - 1} events, ${state.historySizeBytes} bytes.`;
    terminateRun(t, { reason, identity: 'history-service' });
    return;
  }
  stickTo(t, request);
  if (unseen || request.forceCreateNewWorkflowTask) scheduleWorkflowTask(t);
  else if (hasUnsentUpdates(updates)) wakeForUpdate(t);
}

function refusal(t: Transition, { request, updates, types }: Completion): TaskFailure | undefined {
  const bad = checkCommands(t, request.commands, types);
  if (bad) return taskFailure(bad.cause, bad.message);
  for (const message of request.messages ?? []) {
    const why = badUpdateMessage(message, updates, t.state);
    if (why) return taskFailure('BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE', why);
  }
  const closes = request.commands.some(isClosing);
  if (closes && (t.state.buffered.length > 0 || hasUnsentUpdates(updates))) {
    return taskFailure('UNHANDLED_COMMAND', 'UnhandledCommand');
  }
  return undefined;
}

function taskFailure(cause: TaskFailure['cause'], message: string): TaskFailure {
  // This one has no fault of the code's behind it, and is told as a server tells it.
  if (cause === 'UNHANDLED_COMMAND') return { cause, failure: { message } };
  return {
    cause,
    failure: {
      message,
      source: 'Server',
      serverFailureInfo: { nonRetryable: true },
    },
  };
}

/** A failed workflow task is tried again, unless the policy says that this cause fails the run. */
export function failTaskOrRun(t: Transition, failure: TaskFailure, failRunOn: ReadonlySet<string>): void {
  if (!failRunOn.has(failure.cause)) {
    failWorkflowTask(t, failure);
    finish(t);
    return;
  }
  failWorkflowTask(t, failure, false);
  flushBuffer(t);
  failRun(t, failure.failure ?? { message: failure.cause }, undefined);
  finish(t);
}

function completedAttributes(request: RespondWorkflowTaskCompletedRequest) {
  const { identity, workerVersionStamp, sdkMetadata, meteringMetadata, versioningBehavior } = request;
  return {
    ...(identity !== undefined && { identity }),
    ...(workerVersionStamp && { workerVersion: workerVersionStamp }),
    ...(sdkMetadata && { sdkMetadata }),
    meteringMetadata: meteringMetadata ?? {},
    ...(versioningBehavior && versioningBehavior !== 'UNSPECIFIED' && { versioningBehavior }),
  };
}
