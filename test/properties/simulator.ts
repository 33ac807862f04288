import type {
  Command,
  HistoryEvent,
  LocalActivityOutcome,
  OutgoingMessage,
  TaskAnswer,
  TaskInput,
  UpdateRequestMessage,
} from '@refrain/engine/internal';
import { payload } from './interpreter.js';
import type { LocalWorld } from './run-task.js';
import type { Pending, Recorder } from './world-progress.js';
import { progressActivity, progressChild, progressExternal } from './world-progress.js';

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
  readonly #recorder: Recorder = {
    record: (type, attributes) => this.#record(type, attributes),
    choose: (bound) => this.#choose(bound),
  };

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
        progressActivity(this.#recorder, entry, remove);
        break;
      case 'child':
        progressChild(this.#recorder, entry, remove);
        break;
      case 'signal':
      case 'cancel':
        remove();
        progressExternal(this.#recorder, entry, this.#pending);
        break;
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
