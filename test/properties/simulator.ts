import type {
  ActivationApi,
  Command,
  ExecutionOptions,
  ExecutionState,
  HistoryEvent,
  LocalActivityOutcome,
  OutgoingMessage,
  TaskAnswer,
  TaskInput,
  UpdateRequestMessage,
} from '@refrain/engine/internal';
import {
  beginTask,
  createExecution,
  heartbeatTask,
  nextStep,
  resolveLocalActivity,
  respond,
  takeLocalActivityRequests,
} from '@refrain/engine/internal';
import { payload } from './interpreter.js';

/**
 * A service in miniature: turns answers into events and lets the world happen, as a list of numbers says. It knows
 * no durability, no matching and no queues; it only makes histories that a server could have made.
 */
export interface World {
  /** Drawn in order; the world is quiet when they are used up. */
  readonly choices: readonly number[];
}

export interface Recorded {
  readonly events: HistoryEvent[];
  /** By the id of the task's WorkflowTaskStarted: what the worker answered. */
  readonly answers: Map<number, TaskAnswer>;
  /** Updates that came with a task and were not yet in history. */
  readonly messages: Map<number, readonly UpdateRequestMessage[]>;
  /** Local activities that ended during the task, in that order. */
  readonly localOutcomes: Map<number, readonly (readonly [seq: number, outcome: LocalActivityOutcome])[]>;
}

export const options: ExecutionOptions = {
  namespace: 'default',
  workflowId: 'w',
  runId: 'run-1',
  taskQueue: 'q',
  sdkName: 'refrain',
  sdkVersion: '1',
};

export type NewInstance = () => ActivationApi.WorkflowInstance;

/** Which of the running local activities ends next, and how; undefined: none, the worker sends a heartbeat. */
export type LocalWorld = (
  open: readonly number[],
) => readonly [seq: number, outcome: LocalActivityOutcome] | undefined;

/** The same local activities end in the same order as in a task before. */
export function sameLocalWorld(
  outcomes: readonly (readonly [seq: number, outcome: LocalActivityOutcome])[] = [],
): LocalWorld {
  return (open) => outcomes.find(([seq]) => open.includes(seq));
}

/** Runs one workflow task to its answer. */
export function runTask(
  state: ExecutionState,
  instance: ActivationApi.WorkflowInstance,
  input: TaskInput,
  localWorld: LocalWorld,
): TaskAnswer {
  beginTask(state, input);
  const running = new Set(state.local.executing);
  for (;;) {
    const step = nextStep(state);
    for (const request of takeLocalActivityRequests(state)) {
      if (request.type === 'run') running.add(request.command.seq);
      else if (running.delete(request.seq)) {
        const failure = { message: 'cancelled', canceledFailureInfo: {} };
        resolveLocalActivity(state, request.seq, {
          attempt: 1,
          runtimeMs: 1,
          result: { status: 'cancelled', failure },
        });
      }
    }
    if (step.type === 'activate') respond(state, instance.activate(step.activation));
    else if (step.type === 'answer') return step.answer;
    else if (step.type === 'awaitLocalActivities') {
      const open = [...state.local.executing];
      // The last one may just have been cancelled.
      if (open.length === 0) continue;
      const ended = localWorld(open);
      if (!ended) return heartbeatTask(state);
      running.delete(ended[0]);
      resolveLocalActivity(state, ended[0], ended[1]);
    } else
      throw new Error(`${step.type}: ${JSON.stringify('mismatch' in step ? step.mismatch : step.failure)}`);
  }
}

type Pending =
  | { type: 'activity'; scheduledEventId: number; startedEventId: number; cancelRequested: boolean }
  | { type: 'timer'; timerId: string; startedEventId: number }
  | {
      type: 'child';
      initiatedEventId: number;
      startedEventId: number;
      workflowId: string;
      name: string;
      cancelRequested: boolean;
    }
  | { type: 'signal' | 'cancel'; initiatedEventId: number; child?: string | undefined };

export class Simulator {
  readonly recorded: Recorded = {
    events: [],
    answers: new Map(),
    messages: new Map(),
    localOutcomes: new Map(),
  };
  closed = false;
  #choices: readonly number[];
  #at = 0;
  #nowMs = 1_000_000;
  #pending: Pending[] = [];
  #updates = 0;
  #openUpdates: UpdateRequestMessage[] = [];
  #previousStartedEventId = 0;
  #taskFor: 'none' | 'scheduled' = 'none';

  constructor(world: World) {
    this.#choices = world.choices;
    this.#record('WorkflowExecutionStarted', {
      workflowType: { name: 'program' },
      taskQueue: { name: 'q' },
      input: [],
      originalExecutionRunId: 'run-1',
      firstExecutionRunId: 'run-1',
      attempt: 1,
    });
    this.#schedule();
  }

  /** A number below `bound`; 0 when the choices are used up. */
  #choose(bound: number): number {
    const value = this.#choices[this.#at++];
    return value === undefined ? 0 : value % bound;
  }

  get quiet(): boolean {
    return this.#at >= this.#choices.length;
  }

  #record(type: string, attributes: object): number {
    this.#nowMs += 1 + (this.recorded.events.length % 3);
    const eventId = this.recorded.events.length + 1;
    this.recorded.events.push({
      eventId,
      eventTimeMs: this.#nowMs,
      type,
      attributes,
    } as unknown as HistoryEvent);
    return eventId;
  }

  #schedule(): void {
    if (this.#taskFor === 'scheduled') return;
    this.#taskFor = 'scheduled';
    this.#record('WorkflowTaskScheduled', {});
  }

  /** Starts the workflow task, if one is due; lost attempts come before it. */
  startTask(): TaskInput | undefined {
    if (this.closed || this.#taskFor === 'none') return undefined;
    for (let lost = this.#choose(8); lost === 7; lost = this.#choose(8)) {
      const scheduledEventId = this.recorded.events.length;
      this.#record('WorkflowTaskStarted', { scheduledEventId });
      const failed = this.#choose(2) === 1;
      this.#record(failed ? 'WorkflowTaskFailed' : 'WorkflowTaskTimedOut', { scheduledEventId });
      if (this.#choose(3) === 1) this.#signal();
      this.#record('WorkflowTaskScheduled', {});
    }
    this.#taskFor = 'none';
    const scheduledEventId = this.recorded.events.length;
    const sequencingEventId = scheduledEventId;
    const startedEventId = this.#record('WorkflowTaskStarted', {
      scheduledEventId,
      historySizeBytes: startedSize(scheduledEventId),
    });
    const messages = this.#openUpdates.map((message) => ({ ...message, sequencingEventId }));
    this.#openUpdates = [];
    this.recorded.messages.set(startedEventId, messages);
    return {
      events: this.recorded.events.slice(),
      previousStartedEventId: this.#previousStartedEventId,
      startedEventId,
      messages,
    };
  }

  workerDies(): boolean {
    return this.#choose(10) === 9;
  }

  /** Ends local activities by choice. */
  localWorld(): LocalWorld {
    const ended: (readonly [number, LocalActivityOutcome])[] = [];
    this.recorded.localOutcomes.set(this.recorded.events.length, ended);
    return (open) => {
      const choice = this.#choose(6);
      if (choice === 5) return undefined;
      const seq = open[choice % open.length]!;
      const outcome: LocalActivityOutcome = {
        attempt: 1,
        runtimeMs: choice,
        result:
          choice === 4
            ? { status: 'backoff', failure: { message: 'again' }, backoffMs: 5 }
            : choice === 3
              ? { status: 'failed', failure: { message: 'broken' } }
              : { status: 'completed', result: payload(`local ${seq}`) },
      };
      ended.push([seq, outcome]);
      return [seq, outcome];
    };
  }

  /** Takes the answer to the task that was started last. */
  complete(answer: TaskAnswer): void {
    const startedEventId = this.recorded.events.length;
    this.#previousStartedEventId = startedEventId;
    this.recorded.answers.set(startedEventId, answer);
    this.#record('WorkflowTaskCompleted', {
      scheduledEventId: startedEventId - 1,
      startedEventId,
      sdkMetadata: answer.sdkMetadata,
    });
    const messages = new Map(answer.messages.map((message) => [message.id, message]));
    for (const command of answer.commands) this.#apply(command, messages);
    if (answer.forceCreateNewWorkflowTask) this.#schedule();
  }

  #apply(command: Command, messages: ReadonlyMap<string, OutgoingMessage>): void {
    const { type, attributes } = command;
    switch (type) {
      case 'ScheduleActivityTask': {
        const scheduledEventId = this.#record('ActivityTaskScheduled', attributes);
        this.#pending.push({ type: 'activity', scheduledEventId, startedEventId: 0, cancelRequested: false });
        break;
      }
      case 'RequestCancelActivityTask': {
        this.#record('ActivityTaskCancelRequested', attributes);
        const activity = this.#pending.find(
          (entry) => entry.type === 'activity' && entry.scheduledEventId === attributes.scheduledEventId,
        );
        if (activity?.type === 'activity') activity.cancelRequested = true;
        break;
      }
      case 'StartTimer': {
        const startedEventId = this.#record('TimerStarted', attributes);
        this.#pending.push({ type: 'timer', timerId: attributes.timerId, startedEventId });
        break;
      }
      case 'CancelTimer': {
        const timer = this.#pending.find(
          (entry) => entry.type === 'timer' && entry.timerId === attributes.timerId,
        );
        if (timer?.type !== 'timer') throw new Error(`no timer ${attributes.timerId}`);
        this.#pending = this.#pending.filter((entry) => entry !== timer);
        this.#record('TimerCanceled', { timerId: timer.timerId, startedEventId: timer.startedEventId });
        break;
      }
      case 'StartChildWorkflowExecution': {
        const initiatedEventId = this.#record('StartChildWorkflowExecutionInitiated', attributes);
        const { workflowId, workflowType } = attributes;
        this.#pending.push({
          type: 'child',
          initiatedEventId,
          startedEventId: 0,
          workflowId,
          name: workflowType.name,
          cancelRequested: false,
        });
        break;
      }
      case 'SignalExternalWorkflowExecution': {
        const { execution, ...rest } = attributes;
        const initiatedEventId = this.#record('SignalExternalWorkflowExecutionInitiated', {
          ...rest,
          workflowExecution: execution,
        });
        this.#pending.push({ type: 'signal', initiatedEventId });
        break;
      }
      case 'RequestCancelExternalWorkflowExecution': {
        const { workflowId, runId, ...rest } = attributes;
        const workflowExecution = { workflowId, runId };
        const initiatedEventId = this.#record('RequestCancelExternalWorkflowExecutionInitiated', {
          ...rest,
          workflowExecution,
        });
        this.#pending.push({
          type: 'cancel',
          initiatedEventId,
          child: attributes.childWorkflowOnly ? workflowId : undefined,
        });
        break;
      }
      case 'RecordMarker':
        this.#record('MarkerRecorded', attributes);
        break;
      case 'UpsertWorkflowSearchAttributes':
        this.#record('UpsertWorkflowSearchAttributes', attributes);
        break;
      case 'ModifyWorkflowProperties':
        this.#record('WorkflowPropertiesModified', attributes);
        break;
      case 'ProtocolMessage':
        this.#message(messages.get(attributes.messageId)!);
        break;
      case 'CompleteWorkflowExecution':
      case 'FailWorkflowExecution':
      case 'CancelWorkflowExecution':
      case 'ContinueAsNewWorkflowExecution':
        this.closed = true;
        this.#record(endings[type], attributes);
        break;
      default:
        throw new Error(`unexpected command ${type}`);
    }
  }

  #message({ protocolInstanceId, body }: OutgoingMessage): void {
    if (body.type === 'acceptance') {
      const { type: _type, ...rest } = body;
      this.#record('WorkflowExecutionUpdateAccepted', { protocolInstanceId, ...rest });
    } else if (body.type === 'response') {
      this.#record('WorkflowExecutionUpdateCompleted', {
        meta: { updateId: body.updateId },
        acceptedEventId: 1,
        outcome: body.outcome,
      });
    }
  }

  /** Lets something happen; false when nothing can. */
  happen(): boolean {
    if (this.closed) return false;
    const open = this.#pending.length;
    const choice = this.quiet ? 3 : this.#choose(2 * open + 4);
    if (choice === 0) this.#signal();
    else if (choice === 1) this.#request();
    else if (choice === 2 && !this.quiet)
      this.#record('WorkflowExecutionCancelRequested', { cause: 'asked' });
    else if (open === 0) {
      if (!this.quiet) return true;
      // Whoever still waits, waits for a signal.
      this.#signal();
    } else this.#progress(this.#pending[(choice + 1) % open]!);
    if (choice !== 1) this.#schedule();
    return true;
  }

  #signal(): void {
    this.#record('WorkflowExecutionSignaled', {
      signalName: `s${this.recorded.events.length}`,
      input: [],
      identity: 'test',
    });
  }

  #request(): void {
    const id = `u${++this.#updates}`;
    this.#openUpdates.push({
      id: `${id}/request`,
      protocolInstanceId: id,
      sequencingEventId: 0,
      request: { meta: { updateId: id }, input: { name: 'apply', args: [payload(this.#updates % 3)] } },
    });
    this.#schedule();
  }

  #progress(entry: Pending): void {
    const remove = () => (this.#pending = this.#pending.filter((other) => other !== entry));
    switch (entry.type) {
      case 'timer':
        remove();
        this.#record('TimerFired', { timerId: entry.timerId, startedEventId: entry.startedEventId });
        break;
      case 'activity':
        this.#progressActivity(entry, remove);
        break;
      case 'child':
        this.#progressChild(entry, remove);
        break;
      case 'signal':
      case 'cancel':
        remove();
        this.#progressExternal(entry);
        break;
    }
  }

  #progressActivity(entry: Extract<Pending, { type: 'activity' }>, remove: () => void): void {
    const { scheduledEventId } = entry;
    const choice = this.#choose(5);
    const failure = { message: 'failed' };
    if (entry.cancelRequested && choice === 0) {
      remove();
      this.#record('ActivityTaskCanceled', { scheduledEventId, startedEventId: entry.startedEventId });
    } else if (choice === 1) {
      remove();
      this.#record('ActivityTaskTimedOut', {
        scheduledEventId,
        startedEventId: entry.startedEventId,
        failure,
      });
    } else if (entry.startedEventId === 0) {
      entry.startedEventId = this.#record('ActivityTaskStarted', { scheduledEventId, attempt: 1 });
    } else {
      remove();
      const startedEventId = entry.startedEventId;
      if (choice === 2) this.#record('ActivityTaskFailed', { scheduledEventId, startedEventId, failure });
      else
        this.#record('ActivityTaskCompleted', {
          scheduledEventId,
          startedEventId,
          result: [payload(scheduledEventId)],
        });
    }
  }

  #progressChild(entry: Extract<Pending, { type: 'child' }>, remove: () => void): void {
    const { initiatedEventId, workflowId, name } = entry;
    const base = {
      initiatedEventId,
      workflowType: { name },
      workflowExecution: { workflowId, runId: `${workflowId}-run` },
    };
    const choice = this.#choose(6);
    if (entry.startedEventId === 0) {
      if (choice === 1) {
        remove();
        this.#record('StartChildWorkflowExecutionFailed', { ...base, cause: 'WORKFLOW_ALREADY_EXISTS' });
      } else entry.startedEventId = this.#record('ChildWorkflowExecutionStarted', base);
      return;
    }
    remove();
    const ended = { ...base, startedEventId: entry.startedEventId };
    if (choice === 1)
      this.#record('ChildWorkflowExecutionFailed', { ...ended, failure: { message: 'failed' } });
    else if (choice === 2) this.#record('ChildWorkflowExecutionTimedOut', ended);
    else if (choice === 3) this.#record('ChildWorkflowExecutionTerminated', ended);
    else if (entry.cancelRequested) this.#record('ChildWorkflowExecutionCanceled', ended);
    else this.#record('ChildWorkflowExecutionCompleted', { ...ended, result: [payload(workflowId)] });
  }

  #progressExternal(entry: Extract<Pending, { type: 'signal' | 'cancel' }>): void {
    const { initiatedEventId, child } = entry;
    const failed = this.#choose(3) === 1;
    if (entry.type === 'signal') {
      const cause = 'EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND';
      if (failed) this.#record('SignalExternalWorkflowExecutionFailed', { initiatedEventId, cause });
      else this.#record('ExternalWorkflowExecutionSignaled', { initiatedEventId });
    } else if (failed) {
      this.#record('RequestCancelExternalWorkflowExecutionFailed', {
        initiatedEventId,
        cause: 'NAMESPACE_NOT_FOUND',
      });
    } else {
      this.#record('ExternalWorkflowExecutionCancelRequested', { initiatedEventId });
      for (const other of this.#pending) {
        if (other.type === 'child' && other.workflowId === child) other.cancelRequested = true;
      }
    }
  }
}

const endings = {
  CompleteWorkflowExecution: 'WorkflowExecutionCompleted',
  FailWorkflowExecution: 'WorkflowExecutionFailed',
  CancelWorkflowExecution: 'WorkflowExecutionCanceled',
  ContinueAsNewWorkflowExecution: 'WorkflowExecutionContinuedAsNew',
} as const;

function startedSize(eventId: number): number {
  return eventId * 100;
}

/** Runs to the end, or until `maxTasks` tasks were answered. `onTask` sees each task and its answer. */
export function simulate(
  newInstance: NewInstance,
  world: World,
  maxTasks: number,
  onTask: (input: TaskInput, answer: TaskAnswer, simulator: Simulator) => void = () => {},
  stepOptions: ExecutionOptions = options,
): Recorded {
  const simulator = new Simulator(world);
  let state = createExecution(stepOptions);
  let instance = newInstance();
  for (let tasks = 0; tasks < maxTasks && !simulator.closed;) {
    const input = simulator.startTask();
    if (!input) {
      if (!simulator.happen()) break;
      continue;
    }
    tasks += 1;
    if (simulator.workerDies()) {
      state = createExecution(stepOptions);
      instance = newInstance();
    }
    const answer = runTask(state, instance, input, simulator.localWorld());
    onTask(input, answer, simulator);
    // What happens while the worker runs comes after its commands.
    simulator.complete(answer);
    for (let more = 0; more < 2 && !simulator.closed; more++) if (!simulator.happen()) break;
  }
  return simulator.recorded;
}

export { createExecution };
