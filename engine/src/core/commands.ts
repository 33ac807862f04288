import { assertNever } from '../errors.js';
import type { Completion, QueryResult, WorkflowCommand } from './activation.js';
import { MOVE_TERMINAL_COMMANDS } from './identity.js';
import { cancelActivity, scheduleActivity } from './machines/activity.js';
import { cancelExternal } from './machines/cancel-external.js';
import { cancelChild, startChild } from './machines/child-workflow.js';
import { applyAnnounced, cancelLocalActivity, scheduleLocalActivity } from './machines/local-activity.js';
import { modifyProperties } from './machines/modify-properties.js';
import { setPatchMarker } from './machines/patch.js';
import { recordSideEffect } from './machines/side-effect.js';
import { cancelSignal, signalExternal } from './machines/signal-external.js';
import { cancelTimer, startTimer } from './machines/timer.js';
import { respondToUpdate } from './machines/update.js';
import { upsertSearchAttributes } from './machines/upsert-search-attributes.js';
import { setVersionMarker } from './machines/version.js';
import { completeWorkflow, isTerminal } from './machines/workflow-completion.js';
import type { ExecutionState } from './state.js';

/** Takes the commands of one activation. Throws `FoundMismatch`. */
export function takeCommands(
  state: ExecutionState,
  completion: Extract<Completion, { status: 'successful' }>,
): void {
  for (const flag of completion.usedInternalFlags) {
    if (!state.flags.lang.has(flag)) state.flags.langNew.add(flag);
  }
  if (state.attemptedIsStale) {
    state.attempted = [];
    state.attemptedIsStale = false;
  }
  for (const command of inOrder(state, completion.commands)) {
    if (command.type === 'respondToQuery') {
      state.queryResults.push(command);
      continue;
    }
    state.attempted.push(command);
    takeCommand(state, command);
  }
  if (state.options.localActivities === 'asSdkCore') applyAnnounced(state);
  queueFresh(state);
}

/** The first command that ends the run goes last (older SDKs: what stands behind it is dropped). */
function inOrder(state: ExecutionState, commands: readonly WorkflowCommand[]): readonly WorkflowCommand[] {
  const first = commands.findIndex(isTerminal);
  if (first < 0 || first === commands.length - 1) return commands;
  const isOld = state.feed.replaying && !state.flags.core.has(MOVE_TERMINAL_COMMANDS);
  const kept = isOld
    ? commands.filter((command, index) => index < first || command.type === 'respondToQuery')
    : commands.filter((command) => !isTerminal(command));
  return [...kept, commands[first]!];
}

function takeCommand(state: ExecutionState, command: Exclude<WorkflowCommand, QueryResult>): void {
  switch (command.type) {
    case 'startTimer':
      return startTimer(state, command);
    case 'cancelTimer':
      return cancelTimer(state, command);
    case 'scheduleActivity':
      return scheduleActivity(state, command);
    case 'requestCancelActivity':
      return cancelActivity(state, command);
    case 'scheduleLocalActivity':
      return scheduleLocalActivity(state, command);
    case 'requestCancelLocalActivity':
      return cancelLocalActivity(state, command);
    case 'startChildWorkflowExecution':
      return startChild(state, command);
    case 'cancelChildWorkflowExecution':
      return cancelChild(state, command);
    case 'signalExternalWorkflowExecution':
      return signalExternal(state, command);
    case 'cancelSignalWorkflow':
      return cancelSignal(state, command);
    case 'requestCancelExternalWorkflowExecution':
      return cancelExternal(state, command);
    case 'setPatchMarker':
      return setPatchMarker(state, command);
    case 'setVersionMarker':
      return setVersionMarker(state, command);
    case 'recordSideEffect':
      return recordSideEffect(state, command);
    case 'updateResponse':
      return respondToUpdate(state, command);
    case 'upsertWorkflowSearchAttributes':
      return upsertSearchAttributes(state, command);
    case 'modifyWorkflowProperties':
      return modifyProperties(state, command);
    case 'completeWorkflowExecution':
    case 'failWorkflowExecution':
    case 'cancelWorkflowExecution':
    case 'continueAsNewWorkflowExecution':
      return completeWorkflow(state, command);
    default:
      return assertNever(command);
  }
}

/** Moves the commands of this activation behind those that wait already; drops what was cancelled before it was sent. */
export function queueFresh(state: ExecutionState): void {
  if (state.cancelledQueued) {
    state.cancelledQueued = false;
    const waiting = state.outgoing.slice(state.outgoingHead);
    state.outgoing = waiting.filter((queued) => !queued.machine.cancelledBeforeSent);
    state.outgoingHead = 0;
    state.fresh = state.fresh.filter((queued) => !queued.machine.cancelledBeforeSent);
  }
  if (state.fresh.length === 0) return;
  if (state.outgoingHead >= state.outgoing.length) {
    state.outgoing = state.fresh;
    state.outgoingHead = 0;
  } else {
    for (const queued of state.fresh) state.outgoing.push(queued);
  }
  state.fresh = [];
}
