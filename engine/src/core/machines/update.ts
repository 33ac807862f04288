import type { DoUpdate, UpdateResponse } from '../activation.js';
import { resultOf } from '../command-parts.js';
import { mismatchOf } from '../found-mismatch.js';
import type { MachineDefinition } from '../machine.js';
import { enqueue, newMachine, pushJob, stepMachine } from '../machine.js';
import type { CommandBuilder, ExecutionState, Machine, UpdateMachineData } from '../state.js';
import type { OutgoingMessage, UpdateRequestMessage } from '../step.js';
import { transitionTable } from '../transition-table.js';

export const updateTable = transitionTable({
  name: 'update',
  initial: ['Requested'],
  final: ['Rejected', 'CompletedRecorded'],
  rows: [
    ['Requested', 'accepted', 'AcceptCommandCreated', 'accept'],
    // A rejection leaves no trace in history: a message only.
    ['Requested', 'rejected', 'Rejected', 'reject'],
    ['AcceptCommandCreated', 'WorkflowExecutionUpdateAccepted', 'AcceptRecorded'],
    ['AcceptCommandCreated', 'completed', 'BothCommandsCreated', 'complete'],
    ['AcceptCommandCreated', 'rejected', 'BothCommandsCreated', 'fail'],
    ['AcceptRecorded', 'completed', 'CompleteCommandCreated', 'complete'],
    ['AcceptRecorded', 'rejected', 'CompleteCommandCreated', 'fail'],
    ['BothCommandsCreated', 'WorkflowExecutionUpdateAccepted', 'CompleteCommandCreated'],
    ['CompleteCommandCreated', 'WorkflowExecutionUpdateCompleted', 'CompletedRecorded'],
  ],
});

export const updateMachine: MachineDefinition = {
  table: updateTable,
  perform(state, machine, effect, _event, detail) {
    const response = detail as UpdateResponse;
    switch (effect) {
      case 'accept':
        send(state, machine, response, 'accept', 'WorkflowExecutionUpdateAccepted');
        break;
      case 'reject':
        send(state, machine, response, 'reject', undefined);
        state.machines.updates.delete(response.protocolInstanceId);
        break;
      case 'complete':
      case 'fail':
        send(state, machine, response, 'complete', 'WorkflowExecutionUpdateCompleted');
        state.machines.updates.delete(response.protocolInstanceId);
        break;
    }
  },
};

/** A request came (live) or its acceptance is announced by history. */
export function requestUpdate(state: ExecutionState, message: UpdateRequestMessage): void {
  const { request, protocolInstanceId } = message;
  const machine = newMachine('update', 0, 'Requested', undefined, {
    update: {
      messageId: message.id,
      protocolInstanceId,
      sequencingEventId: message.sequencingEventId,
      request,
    },
  });
  state.machines.updates.set(protocolInstanceId, machine);
  const job: DoUpdate = {
    type: 'doUpdate',
    id: request.meta?.updateId ?? protocolInstanceId,
    protocolInstanceId,
    name: request.input?.name ?? '',
    input: request.input?.args ?? [],
    headers: request.input?.header?.fields ?? {},
    identity: request.meta?.identity ?? '',
    runValidator: !state.feed.replaying,
  };
  pushJob(state, machine, job);
}

export function respondToUpdate(state: ExecutionState, command: UpdateResponse): void {
  const machine = state.machines.updates.get(command.protocolInstanceId);
  if (!machine) {
    throw mismatchOf(
      state,
      'invalidTransition',
      `the code answered update ${command.protocolInstanceId}, which is not open`,
      { attempted: command },
    );
  }
  stepMachine(updateMachine, state, machine, command.status, undefined, command);
}

function send(
  state: ExecutionState,
  machine: Machine,
  response: UpdateResponse,
  step: 'accept' | 'reject' | 'complete',
  expects: 'WorkflowExecutionUpdateAccepted' | 'WorkflowExecutionUpdateCompleted' | undefined,
): void {
  const update = machine.update;
  if (!update) return;
  const id = `${update.messageId}/${step}`;
  // In replay the service has had the message already.
  if (!state.feed.replaying) state.messages.push(messageOf(update, id, response));
  if (expects) enqueue(state, machine, expects, build, response, undefined, id);
}

function messageOf(update: UpdateMachineData, id: string, response: UpdateResponse): OutgoingMessage {
  const { protocolInstanceId, messageId, sequencingEventId, request } = update;
  if (id.endsWith('/accept')) {
    return {
      id,
      protocolInstanceId,
      body: {
        type: 'acceptance',
        acceptedRequestMessageId: messageId,
        acceptedRequestSequencingEventId: sequencingEventId,
        acceptedRequest: request,
      },
    };
  }
  if (id.endsWith('/reject') && response.status === 'rejected') {
    return {
      id,
      protocolInstanceId,
      body: {
        type: 'rejection',
        rejectedRequestMessageId: messageId,
        rejectedRequestSequencingEventId: sequencingEventId,
        rejectedRequest: request,
        failure: response.failure,
      },
    };
  }
  const updateId = request.meta?.updateId ?? protocolInstanceId;
  const outcome =
    response.status === 'rejected'
      ? { failure: response.failure }
      : { success: (response.status === 'completed' && resultOf(response.result)) || [] };
  return { id, protocolInstanceId, body: { type: 'response', updateId, outcome } };
}

const build: CommandBuilder = (_state, { detail }) => ({
  type: 'ProtocolMessage',
  attributes: { messageId: detail as string },
});
