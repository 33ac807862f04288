import type { WorkflowCommand } from '../activation.js';
import { mismatchOf } from '../found-mismatch.js';
import type { MachineDefinition } from '../machine.js';
import {
  enqueue,
  eventOf,
  machineBySeq,
  newMachine,
  pushJob,
  registerBySeq,
  sourceOf,
  stepMachine,
} from '../machine.js';
import type { CommandBuilder, ExecutionState } from '../state.js';
import { transitionTable } from '../transition-table.js';

export const timerTable = transitionTable({
  name: 'timer',
  initial: ['CommandCreated'],
  final: ['Fired', 'Cancelled', 'CancelledBeforeSent'],
  rows: [
    ['CommandCreated', 'TimerStarted', 'Recorded'],
    // Never sent: no events at all. The code has already let go of the timer.
    ['CommandCreated', 'cancel', 'CancelledBeforeSent', 'drop'],
    ['Recorded', 'TimerFired', 'Fired', 'fire'],
    ['Recorded', 'cancel', 'CancelCommandCreated', 'requestCancel'],
    ['CancelCommandCreated', 'cancel', 'CancelCommandCreated'],
    ['CancelCommandCreated', 'TimerCanceled', 'Cancelled'],
  ],
});

type StartTimer = Extract<WorkflowCommand, { type: 'startTimer' }>;
type CancelTimer = Extract<WorkflowCommand, { type: 'cancelTimer' }>;

export const timerMachine: MachineDefinition = {
  table: timerTable,
  perform(state, machine, effect, event, detail) {
    switch (effect) {
      case 'drop':
        machine.cancelledBeforeSent = true;
        state.cancelledQueued = true;
        break;
      case 'requestCancel':
        enqueue(state, machine, 'TimerCanceled', buildCancelTimer, detail as CancelTimer);
        break;
      case 'fire': {
        const fired = eventOf(event, 'TimerFired');
        if (fired.attributes.timerId !== String(machine.seq)) {
          throw mismatchOf(
            state,
            'differentCommand',
            `timer ${fired.attributes.timerId} fired, the code's timer is ${machine.seq}`,
            {
              recorded: fired,
              attempted: machine.source,
              field: 'timerId',
              recordedValue: fired.attributes.timerId,
              attemptedValue: String(machine.seq),
            },
          );
        }
        pushJob(state, machine, { type: 'fireTimer', seq: machine.seq });
        break;
      }
    }
  },
};

export function startTimer(state: ExecutionState, command: StartTimer): void {
  const machine = newMachine('timer', command.seq, 'CommandCreated', command);
  registerBySeq(state, 'timer', machine);
  enqueue(state, machine, 'TimerStarted', buildStartTimer, command);
}

export function cancelTimer(state: ExecutionState, command: CancelTimer): void {
  const machine = machineBySeq(state, 'timer', command.seq, command);
  if (machine) stepMachine(timerMachine, state, machine, 'cancel', undefined, command);
}

const buildStartTimer: CommandBuilder = (_state, { source }) => {
  const { seq, startToFireTimeoutMs } = sourceOf(source, 'startTimer');
  return { type: 'StartTimer', attributes: { timerId: String(seq), startToFireTimeoutMs } };
};

const buildCancelTimer: CommandBuilder = (_state, { machine }) => ({
  type: 'CancelTimer',
  attributes: { timerId: String(machine.seq) },
});
