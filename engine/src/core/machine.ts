import { InvariantViolation } from '../errors.js';
import type { EventType, HistoryEvent } from '../history/event.js';
import type { ActivationJob, WorkflowCommand } from './activation.js';
import { mismatchOf } from './found-mismatch.js';
import type {
  CommandBuilder,
  ExecutionState,
  LocalMachineData,
  Machine,
  MachineKind,
  SeqKind,
  UpdateMachineData,
} from './state.js';
import type { Transitions, TransitionTable } from './transition-table.js';

/** One kind of machine: its table and what its effects do. */
export interface MachineDefinition {
  readonly table: TransitionTable & { readonly find: Transitions };
  /**
   * `event` is present when the input is an event; the input's name is then the event's type. `detail` is what
   * came with another input, e.g. the code's command that cancels.
   */
  perform(
    state: ExecutionState,
    machine: Machine,
    effect: string,
    event: HistoryEvent | undefined,
    detail: unknown,
  ): void;
}

/** Feeds one input to a machine. Throws `FoundMismatch` when its table has no row for it. */
export function stepMachine(
  definition: MachineDefinition,
  state: ExecutionState,
  machine: Machine,
  input: string,
  event?: HistoryEvent,
  detail?: unknown,
): void {
  const transition = definition.table.find.get(machine.state)?.get(input);
  if (!transition) {
    throw mismatchOf(
      state,
      'invalidTransition',
      `${definition.table.name} ${machine.seq} cannot take ${input} in its state ${machine.state}`,
      { recorded: event, attempted: machine.source },
    );
  }
  state.options.onTransition?.(definition.table.name, machine.state, input);
  machine.state = transition.to;
  for (const effect of transition.effects) definition.perform(state, machine, effect, event, detail);
  if (transition.final) forget(state, machine);
}

export function newMachine(
  kind: MachineKind,
  seq: number,
  initial: string,
  source: WorkflowCommand | undefined,
  extra: { internal?: boolean; update?: UpdateMachineData; local?: LocalMachineData } = {},
): Machine {
  return {
    kind,
    seq,
    source,
    state: initial,
    resolved: false,
    cancelledBeforeSent: false,
    internal: extra.internal === true,
    initiatedEventId: 0,
    startedEventId: 0,
    runId: '',
    update: extra.update,
    local: extra.local,
  };
}

/** Registers a machine that the code knows by its seq. */
export function registerBySeq(state: ExecutionState, kind: SeqKind, machine: Machine): void {
  const { bySeq, highestSeq } = state.machines;
  bySeq[kind].set(machine.seq, machine);
  if (machine.seq > highestSeq[kind]) highestSeq[kind] = machine.seq;
}

/** The machine that a command of the code refers to; undefined when it has ended. */
export function machineBySeq(
  state: ExecutionState,
  kind: SeqKind,
  seq: number,
  command: WorkflowCommand,
): Machine | undefined {
  const machine = state.machines.bySeq[kind].get(seq);
  if (machine || seq <= state.machines.highestSeq[kind]) return machine;
  throw mismatchOf(
    state,
    'invalidTransition',
    `${command.type} names ${kind} ${seq}, which was never begun`,
    {
      attempted: command,
    },
  );
}

function forget(state: ExecutionState, machine: Machine): void {
  const { byEventId } = state.machines;
  const bySeq: Partial<Record<MachineKind, Map<number, Machine>>> = state.machines.bySeq;
  bySeq[machine.kind]?.delete(machine.seq);
  if (machine.initiatedEventId) byEventId.delete(machine.initiatedEventId);
}

/** Tells the code something, unless the machine is the core's own. */
export function pushJob(state: ExecutionState, machine: Machine, job: ActivationJob): void {
  if (!machine.internal) state.jobs.push(job);
}

/** Puts a command into the queue of the current activation. */
export function enqueue(
  state: ExecutionState,
  machine: Machine,
  expects: EventType,
  build: CommandBuilder,
  source: WorkflowCommand | undefined,
  marker?: string,
  detail?: unknown,
): void {
  state.fresh.push({ machine, expects, marker, source, build, detail, reportedExtra: false });
}

/** For builders: the source must be the command that the queue was given. */
export function sourceOf<T extends WorkflowCommand['type']>(
  source: WorkflowCommand | undefined,
  type: T,
): Extract<WorkflowCommand, { type: T }> {
  if (source?.type !== type) throw new InvariantViolation('RFN1007', `expected a ${type} command`);
  return source as Extract<WorkflowCommand, { type: T }>;
}

/** For effects: the event must be of the type that the row names. */
export function eventOf<T extends EventType>(
  event: HistoryEvent | undefined,
  type: T,
): Extract<HistoryEvent, { type: T }> {
  if (event?.type !== type) throw new InvariantViolation('RFN1007', `expected the event ${type}`);
  return event as Extract<HistoryEvent, { type: T }>;
}
