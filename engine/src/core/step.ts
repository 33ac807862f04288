import type { Command } from '../history/command.js';
import type { HistoryEvent } from '../history/event.js';
import type { Failure, UpdateOutcome, UpdateRequest, WorkflowTaskFailedCause } from '../history/messages.js';
import type { Payload } from '../history/payload.js';
import type { Activation, Headers, QueryResult, ScheduleLocalActivity } from './activation.js';
import type { Mismatch } from './mismatch.js';

/**
 * How an execution is driven (functions of core/execution.ts; all synchronous, the state is changed in place and
 * has one owner):
 *
 *     const state = createExecution(options);
 *     beginTask(state, input);                       // a history file, or what one poll brought
 *     for (;;) {
 *       const step = nextStep(state);
 *       if (step.type === 'activate') respond(state, instance.activate(step.activation));
 *       else if (step.type === 'awaitLocalActivities') …
 *       else return step;                            // 'answer' | 'mismatch' | 'failed'
 *     }
 *
 * Besides: `driftOf(state)`, `takeLocalActivityRequests(state)`, `resolveLocalActivity(state, seq, outcome)`,
 * `heartbeatTask(state)`, `progressOf(state)`.
 */
export interface ExecutionOptions {
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly taskQueue: string;
  /** Called for each transition of a machine: for coverage of the tables and for traces. */
  readonly onTransition?: (machine: string, from: string, input: string) => void;
  readonly buildId?: string;
  /**
   * How outcomes of local activities reach the code. `exact` (the default): one activation each, after the other
   * jobs of the workflow task, live and in replay. `asSdkCore`: in replay together with the other jobs and over
   * heartbeats, as sdk-core gives them to the code of Temporal's SDKs; what a first run saw may differ from it.
   */
  readonly localActivities?: 'exact' | 'asSdkCore';
  /** Compare details and collect drift; off when running, on for verdicts. */
  readonly compareDetails?: boolean;
  /** Written into the history by the first task that this worker completes. */
  readonly sdkName?: string;
  readonly sdkVersion?: string;
}

/** An update's request, accepted or to be validated, as the service delivers it with a workflow task. */
export interface UpdateRequestMessage {
  readonly id: string;
  readonly protocolInstanceId: string;
  /** The update is handled after this event. */
  readonly sequencingEventId: number;
  readonly request: UpdateRequest;
}

export interface QueryInput {
  readonly queryId: string;
  readonly queryType: string;
  readonly arguments: readonly Payload[];
  readonly headers: Headers;
}

/** What one poll of the workflow task queue (or one history file) brings. */
export interface TaskInput {
  /**
   * The events that the state has not seen: a whole history, or what came since the last task (sticky). They
   * continue the state's last event without a gap.
   */
  readonly events: readonly HistoryEvent[];
  /** `WorkflowTaskStarted` of the last workflow task that a worker completed; 0 when none has. */
  readonly previousStartedEventId: number;
  /** `WorkflowTaskStarted` of this task; 0 for a query-only task and for the replay of a history file. */
  readonly startedEventId: number;
  readonly messages?: readonly UpdateRequestMessage[];
  readonly queries?: readonly QueryInput[];
}

/** A message of the update protocol from the worker to the service. */
export interface OutgoingMessage {
  readonly id: string;
  readonly protocolInstanceId: string;
  readonly body:
    | {
        readonly type: 'acceptance';
        readonly acceptedRequestMessageId: string;
        readonly acceptedRequestSequencingEventId: number;
        readonly acceptedRequest: UpdateRequest;
      }
    | {
        readonly type: 'rejection';
        readonly rejectedRequestMessageId: string;
        readonly rejectedRequestSequencingEventId: number;
        readonly rejectedRequest: UpdateRequest;
        readonly failure: Failure;
      }
    | { readonly type: 'response'; readonly updateId: string; readonly outcome: UpdateOutcome };
}

/** What the worker answers to a workflow task (RespondWorkflowTaskCompleted). */
export interface TaskAnswer {
  readonly commands: readonly Command[];
  readonly messages: readonly OutgoingMessage[];
  readonly queryResults: readonly QueryResult[];
  readonly sdkMetadata: {
    readonly coreUsedFlags: readonly number[];
    readonly langUsedFlags: readonly number[];
    readonly sdkName?: string;
    readonly sdkVersion?: string;
  };
  /** A heartbeat: local activities are still running, the service gives a new task at once. */
  readonly forceCreateNewWorkflowTask: boolean;
  /** The commands end the run. */
  readonly closes: boolean;
}

/** A local activity that the worker has to run now (or to cancel). */
export type LocalActivityRequest =
  | { readonly type: 'run'; readonly command: ScheduleLocalActivity; readonly scheduledTimeMs: number }
  | { readonly type: 'cancel'; readonly seq: number };

/** What the driver of an execution has to do next. */
export type Step =
  /** Hand the activation to the workflow instance, then call `respond` with its completion. */
  | { readonly type: 'activate'; readonly activation: Activation }
  /**
   * The code waits for local activities alone: run them, then `resolveLocalActivity`; before the workflow task
   * times out, `heartbeatTask` gives an answer to send meanwhile.
   */
  | { readonly type: 'awaitLocalActivities' }
  /** The task is done. In the replay of a finished history the commands are those that no event took. */
  | { readonly type: 'answer'; readonly answer: TaskAnswer }
  /** The code does not fit the history. The state is dead. */
  | { readonly type: 'mismatch'; readonly mismatch: Mismatch }
  /** The workflow task failed (the workflow's code threw outside of the workflow, a deadline …). The state is dead. */
  | { readonly type: 'failed'; readonly failure: Failure; readonly cause: WorkflowTaskFailedCause };

/** How far an execution has come: for reports. */
export interface Progress {
  /** Command events that a command of the code took. */
  readonly matchedCommands: number;
  /** Workflow tasks that were replayed. */
  readonly replayedTasks: number;
  readonly lastEventId: number;
}

/** How a local activity ended in this worker. */
export interface LocalActivityOutcome {
  /** The attempt that ended so. */
  readonly attempt: number;
  /** From its scheduling to its end, on the worker's clock. */
  readonly runtimeMs: number;
  readonly result:
    | { readonly status: 'completed'; readonly result?: Payload }
    | { readonly status: 'failed' | 'cancelled'; readonly failure: Failure }
    /** The next attempt is too far away: the code waits by a durable timer. */
    | { readonly status: 'backoff'; readonly failure: Failure; readonly backoffMs: number };
}
