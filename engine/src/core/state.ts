import type { CommandOf, CommandType } from '../history/command.js';
import type { EventType, HistoryEvent } from '../history/event.js';
import type { SearchAttributes, UpdateRequest } from '../history/messages.js';
import type { Payload } from '../history/payload.js';
import type { ActivationJob, QueryResult, Resolution, WorkflowCommand } from './activation.js';
import type { Drift } from './mismatch.js';
import type {
  ExecutionOptions,
  LocalActivityOutcome,
  LocalActivityRequest,
  OutgoingMessage,
  QueryInput,
  Step,
  UpdateRequestMessage,
} from './step.js';

/**
 * The state of one execution in the core.
 *
 * Owns: the machines, the queue of commands that wait for their events, the jobs of the next activation, what
 * was learned from history (time, flags, patches). Does not own: the code's state, I/O, clocks.
 *
 * Invariants:
 * 1. It is changed only by the functions of this folder, in place, and has one owner (E1: same calls, same state).
 * 2. `outgoing` holds commands in the order in which the code asked; a command leaves it when its event is seen
 *    or when it was cancelled before it was sent.
 * 3. A machine is in `byEventId` from its first event to its final state, and in `bySeq` until its final state.
 * 4. No step walks over all events or all machines (E9).
 */
export interface ExecutionState {
  readonly options: ExecutionOptions;
  /** Set when the state can go no further. */
  dead: Step | undefined;
  readonly feed: Feed;
  readonly clock: Clock;
  readonly flags: Flags;
  readonly machines: MachineIndex;
  readonly patches: Map<string, { createdCommand: boolean }>;
  readonly local: LocalActivities;
  /** Current search attributes and memo of the run: continue-as-new carries them on. */
  searchAttributes: SearchAttributes | undefined;
  started: Extract<HistoryEvent, { type: 'WorkflowExecutionStarted' }> | undefined;

  jobs: ActivationJob[];
  /** Commands of the current activation, in order. */
  fresh: QueuedCommand[];
  /** Commands that wait for their events; `outgoingHead` is the index of the front. */
  outgoing: QueuedCommand[];
  outgoingHead: number;
  /** Some machine of a queued command was cancelled before it was sent. */
  cancelledQueued: boolean;
  messages: OutgoingMessage[];
  queries: readonly QueryInput[];
  queryResults: QueryResult[];
  /** Queries went to the code; their results are awaited. */
  queriesSent: boolean;
  /** The code asked for the end of the run. */
  closing: boolean;

  /** What the code attempted since the last workflow task began. */
  attempted: WorkflowCommand[];
  attemptedIsStale: boolean;
  completedTasks: number;
  taskCompletedEventId: number;
  commandIndex: number;
  matchedCommands: number;
  replayedTasks: number;
  readonly drift: Drift[];
}

/** The part of history that is known and not yet applied. */
export interface Feed {
  events: readonly HistoryEvent[];
  /** Index of the next event to apply. */
  position: number;
  /** Index after the last event of the sequence that comes next, as far as it was looked for; -1 unknown. */
  nextEnd: number;
  lastEventId: number;
  previousStartedEventId: number;
  /** The last WorkflowTaskStarted that was handled. */
  startedEventId: number;
  replaying: boolean;
  /** The sequence that was applied last reaches the end of what is known. */
  atEnd: boolean;
  sawFinalEvent: boolean;
  messages: UpdateRequestMessage[];
}

export interface Clock {
  /** Workflow time; never goes back. */
  timeMs: number;
  historySizeBytes: number;
  continueAsNewSuggested: boolean;
}

export interface Flags {
  readonly core: Set<number>;
  readonly lang: Set<number>;
  readonly langNew: Set<number>;
  /** `lang` as the activation has it; rebuilt only when it changes. */
  langList: readonly number[];
  lastSdkName: string;
  lastSdkVersion: string;
  buildId: string | undefined;
}

export interface LocalActivities {
  /** Asked for and not yet handed to the worker. */
  requests: LocalActivityRequest[];
  /** Handed to the worker (or waiting to be), not resolved. */
  readonly executing: Set<number>;
  /** Outcomes that markers announce, in the order of the markers. */
  announced: { readonly seq: number; readonly outcome: AnnouncedOutcome }[];
  /** Outcomes that the worker reported and the code has not been told. */
  ended: { readonly seq: number; readonly outcome: LocalActivityOutcome }[];
  /** Requested in replay, without an announcement so far: run them when a live task begins. */
  readonly waiting: Set<Machine>;
}

/** How a local activity ended, as its marker says. */
export interface AnnouncedOutcome {
  readonly resolution: Resolution;
  readonly completeTimeMs: number | undefined;
}

export type MachineKind =
  | 'timer'
  | 'activity'
  | 'localActivity'
  | 'childWorkflow'
  | 'signalExternal'
  | 'cancelExternal'
  | 'patch'
  | 'version'
  | 'sideEffect'
  | 'update'
  | 'upsertSearchAttributes'
  | 'modifyProperties'
  | 'workflowCompletion';

/** Kinds whose machines the code names again, by their seq. */
export type SeqKind = 'timer' | 'activity' | 'localActivity' | 'childWorkflow' | 'signalExternal';

/** All kinds of machines have one shape, so that the hot paths stay monomorphic. */
export interface Machine {
  readonly kind: MachineKind;
  readonly seq: number;
  /** The command that created it; an update has its request instead. */
  readonly source: WorkflowCommand | undefined;
  state: string;
  /** The code has its answer: nothing more is told. */
  resolved: boolean;
  cancelledBeforeSent: boolean;
  /** Created by the core itself: its events are not for the code. */
  readonly internal: boolean;
  initiatedEventId: number;
  startedEventId: number;
  /** Child workflow: its run. */
  runId: string;
  readonly update: UpdateMachineData | undefined;
  readonly local: LocalMachineData | undefined;
}

export interface UpdateMachineData {
  readonly messageId: string;
  readonly protocolInstanceId: string;
  readonly sequencingEventId: number;
  readonly request: UpdateRequest;
}

export interface LocalMachineData {
  /** Workflow time when the code asked for it. */
  readonly scheduledTimeMs: number;
  readonly originalScheduleTimeMs: number;
  /** How it ended in this worker; a recorded marker must agree. */
  endedWell: boolean | undefined;
}

/** A command in the queue. */
export interface QueuedCommand {
  readonly machine: Machine;
  /** The type of the event that records it. */
  readonly expects: EventType;
  /** Name of the marker, for MarkerRecorded. */
  readonly marker: string | undefined;
  /** What the code asked for; absent for commands that the core adds. */
  readonly source: WorkflowCommand | undefined;
  /** Attributes are made only for the answer and for the comparison of details. */
  readonly build: CommandBuilder;
  readonly detail: unknown;
  /** Already reported as not recorded by its task. */
  reportedExtra: boolean;
}

export type AnyCommand = { [T in CommandType]: CommandOf<T> }[CommandType];
export type CommandBuilder = (state: ExecutionState, queued: QueuedCommand) => AnyCommand;

export interface MachineIndex {
  readonly byEventId: Map<number, Machine>;
  /** By kind, for the kinds that the code refers to by their seq. */
  readonly bySeq: Readonly<Record<SeqKind, Map<number, Machine>>>;
  /** Highest seq that was used, by kind: a cancel of a forgotten machine is no error. */
  readonly highestSeq: Record<SeqKind, number>;
  readonly updates: Map<string, Machine>;
}

/** The single payload of a result. */
export function onlyPayload(payloads: readonly Payload[] | undefined): { result?: Payload } {
  const first = payloads?.[0];
  return first ? { result: first } : {};
}
