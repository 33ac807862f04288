import type { Failure, UpdateOutcome, UpdateRequest } from '../history/messages.js';
import type { ProtocolMessage } from './api/common.js';
import type { UpdateLifecycleStage } from './api/workflow.js';
import type { ExecutionState } from './state.js';
import type { Transition } from './transition.js';
import { append } from './transition.js';

/**
 * An update before it is in history:
 *
 * | from     | on                                    | to       | events                            |
 * |----------|---------------------------------------|----------|-----------------------------------|
 * | –        | a client sends it                     | admitted |                                   |
 * | admitted | a workflow task starts                | sent     |                                   |
 * | sent     | the task fails, times out or is lost  | admitted |                                   |
 * | sent     | the worker accepts                    | accepted | WorkflowExecutionUpdateAccepted   |
 * | sent     | the worker rejects                    | –        |                                   |
 * | accepted | the worker completes                  | –        | WorkflowExecutionUpdateCompleted  |
 *
 * Admitted and sent updates live in memory: a client whose call broke off sends the update again, with its id. Only
 * those that a reset brings along have an event (WorkflowExecutionUpdateAdmitted), which takes them to the worker.
 */
export interface PendingUpdate {
  readonly updateId: string;
  /** Undefined when history has it. */
  readonly request: UpdateRequest | undefined;
  stage: 'admitted' | 'sent' | 'accepted';
  readonly waiters: Set<UpdateWaiter>;
}

export interface UpdateWaiter {
  readonly stage: UpdateLifecycleStage;
  resolve(result: UpdateResult): void;
  reject(error: unknown): void;
}

export interface UpdateResult {
  readonly stage: UpdateLifecycleStage;
  readonly outcome?: UpdateOutcome;
}

export type PendingUpdates = Map<string, PendingUpdate>;

/** The updates that history has admitted and no worker has answered; the answer to a task answers all before it. */
export function admittedByHistory(state: ExecutionState): PendingUpdates | undefined {
  let pending: PendingUpdates | undefined;
  for (const [updateId, { admittedEventId, acceptedEventId }] of state.updates) {
    if (acceptedEventId !== 0 || admittedEventId < state.previousStartedEventId) continue;
    pending ??= new Map();
    pending.set(updateId, { updateId, request: undefined, stage: 'admitted', waiters: new Set() });
  }
  return pending;
}

/** The messages that go out with a workflow task: every update that waits. */
export function updateMessages(
  updates: PendingUpdates | undefined,
  state: ExecutionState,
): ProtocolMessage[] {
  const messages: ProtocolMessage[] = [];
  for (const update of updates?.values() ?? []) {
    if (update.stage === 'accepted') continue;
    update.stage = 'sent';
    if (!update.request) continue;
    messages.push({
      id: `${update.updateId}/request`,
      protocolInstanceId: update.updateId,
      eventId: (state.workflowTask?.startedEventId ?? 1) - 1,
      body: { type: 'temporal.api.update.v1.Request', ...update.request },
    });
  }
  return messages;
}

export function hasUnsentUpdates(updates: PendingUpdates | undefined): boolean {
  for (const update of updates?.values() ?? []) if (update.stage === 'admitted') return true;
  return false;
}

/** The task that carried them is gone: they go out with the next one. */
export function resendUpdates(updates: PendingUpdates | undefined): void {
  for (const update of updates?.values() ?? []) if (update.stage === 'sent') update.stage = 'admitted';
}

/** What is wrong with a message of a completed workflow task, if anything. */
export function badUpdateMessage(
  message: ProtocolMessage,
  updates: PendingUpdates | undefined,
  state: ExecutionState,
): string | undefined {
  const id = message.protocolInstanceId;
  const known = updates?.has(id) || state.updates.has(id);
  switch (message.body.type) {
    case 'temporal.api.update.v1.Acceptance':
    case 'temporal.api.update.v1.Rejection':
      return isSent(updates?.get(id)) ? undefined : `update ${id} was not sent with this workflow task`;
    case 'temporal.api.update.v1.Response':
      return known ? undefined : `update ${id} is not known`;
    default:
      return `unexpected message ${message.body.type}`;
  }
}

function isSent(update: PendingUpdate | undefined): boolean {
  // What history holds a worker has seen, whatever memory knows of it.
  return update?.stage === 'sent' || (update?.stage === 'admitted' && !update.request);
}

/** Carries out a checked message of a completed workflow task. */
export function applyUpdateMessage(
  t: Transition,
  message: ProtocolMessage,
  updates: PendingUpdates | undefined,
): void {
  const updateId = message.protocolInstanceId;
  const { body } = message;
  switch (body.type) {
    case 'temporal.api.update.v1.Acceptance': {
      const request = updates?.get(updateId)?.request;
      append(t, 'WorkflowExecutionUpdateAccepted', {
        protocolInstanceId: updateId,
        acceptedRequestMessageId: body.acceptedRequestMessageId ?? `${updateId}/request`,
        acceptedRequestSequencingEventId: body.acceptedRequestSequencingEventId ?? 0,
        ...(request && { acceptedRequest: request }),
      });
      t.effects.push({ type: 'updateAccepted', updateId });
      return;
    }
    case 'temporal.api.update.v1.Rejection':
      t.effects.push({ type: 'updateRejected', updateId, failure: body.failure });
      return;
    case 'temporal.api.update.v1.Response': {
      const accepted = t.state.updates.get(updateId);
      if (!accepted || accepted.outcome) return;
      append(t, 'WorkflowExecutionUpdateCompleted', {
        meta: body.meta ?? { updateId },
        acceptedEventId: accepted.acceptedEventId,
        outcome: body.outcome,
      });
      t.effects.push({ type: 'updateCompleted', updateId, outcome: body.outcome });
      return;
    }
    default:
      return;
  }
}

/** Answers those who wait for at most this stage. */
export function reachStage(update: PendingUpdate, result: UpdateResult): void {
  for (const waiter of [...update.waiters]) {
    if (stageOrder[waiter.stage] > stageOrder[result.stage]) continue;
    update.waiters.delete(waiter);
    waiter.resolve(result);
  }
}

const stageOrder: Readonly<Record<UpdateLifecycleStage, number>> = {
  UNSPECIFIED: 0,
  ADMITTED: 1,
  ACCEPTED: 2,
  COMPLETED: 3,
};

/** The run closed while the update was accepted but not completed. */
export const closedBeforeCompletion: Failure = {
  message: 'Workflow Update failed because the Workflow completed before the Update completed.',
  source: 'Server',
  applicationFailureInfo: { type: 'AcceptedUpdateCompletedWorkflow', nonRetryable: true },
};
