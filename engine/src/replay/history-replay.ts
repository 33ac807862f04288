import type { Activation, Completion, WorkflowCommand } from '../core/activation.js';
import {
  beginTask,
  createExecution,
  driftOf,
  nextStep,
  progressOf,
  replayInput,
  respond,
} from '../core/execution.js';
import type { Drift, Mismatch } from '../core/mismatch.js';
import type { ExecutionState } from '../core/state.js';
import type { Step } from '../core/step.js';
import type { EventOf, HistoryEvent } from '../history/event.js';
import type { Command } from '../history/command.js';
import type { Failure } from '../history/messages.js';
import { underDeadline } from '../sandbox/deadline.js';
import { WorkflowDeadlineError } from '../sandbox/errors.js';
import type { OpenCommands } from './open-commands.js';
import { noteAsked, noteTold } from './open-commands.js';
import type { Probe } from './probe.js';
import { probe } from './probe.js';
import { sdkNameOf } from './sdk-name.js';
import type { ReplayInstance, ReplayTarget, StartFailure } from './target.js';

export interface RunOptions {
  readonly namespace: string;
  /** Record call sites and let unhandled rejections fail the task in which they happen: slower. */
  readonly explain?: boolean;
  /** Ask all queries of the workflow before each of its activations. */
  readonly injectQueries?: boolean;
  /** Stop when so many workflow tasks were answered and their answers compared. */
  readonly untilTask?: number;
  /** With `untilTask`: its last task is told that it is not a replay, as on a worker that lost its cache. */
  readonly endsLive?: boolean;
  /** Keep what the code asked for, by workflow task. */
  readonly keepCommands?: boolean;
}

/** What one replay of one history found. */
export interface Run {
  readonly end:
    | { readonly type: 'done' }
    | { readonly type: 'mismatch'; readonly mismatch: Mismatch }
    | { readonly type: 'failed'; readonly failure: Failure; readonly start?: StartFailure }
    /** The code did not give control back: another run would cost the whole deadline again. */
    | { readonly type: 'stuck'; readonly failure: Failure };
  readonly drift: readonly Drift[];
  readonly matchedCommands: number;
  readonly completedTasks: number;
  /** Commands that no event took, at the end of a history that ends with a completed workflow task. */
  readonly extraAtEnd: readonly Command[];
  /** Only with `keepCommands`; index 0 is the first workflow task. */
  readonly commands: readonly (readonly WorkflowCommand[])[];
  /** Only with `explain`, after a mismatch: what the code would ask for next. */
  readonly beyond?: Probe;
}

/** `stopped`: at `untilTask`. */
type End = Exclude<Step, { type: 'activate' }> | 'stopped';
type LastStep = Exclude<End, 'stopped'>;

/** How long the code may go without giving control back; a whole fast replay has more, by its length. */
const ACTIVATION_DEADLINE_MS = 5000;
/** So much more for each event. */
export const EVENT_DEADLINE_MS = 2;

function replayDeadlineMs(events: number): number {
  return ACTIVATION_DEADLINE_MS + events * EVENT_DEADLINE_MS;
}

/** One replay: the state of the core, the instance of the code, and what is kept for the report. */
export class HistoryReplay {
  readonly #events: readonly HistoryEvent[];
  readonly #options: RunOptions;
  readonly #isProven: boolean;
  readonly #state: ExecutionState;
  readonly #instance: ReplayInstance;
  readonly #commands: WorkflowCommand[][] = [];
  readonly #rejections: unknown[] = [];
  readonly #open: OpenCommands = new Map();
  #lastActivation: Activation | undefined;

  constructor(target: ReplayTarget, events: readonly HistoryEvent[], options: RunOptions) {
    const started = (events[0] as EventOf<'WorkflowExecutionStarted'>).attributes;
    const { namespace } = options;
    const taskQueue = started.taskQueue?.name ?? '';
    this.#events = events;
    this.#options = options;
    this.#isProven = target.isProven ?? false;
    this.#state = createExecution({
      namespace,
      workflowId: started.workflowId ?? '',
      runId: started.originalExecutionRunId ?? '',
      taskQueue,
      compareDetails: true,
      localActivities: localActivitiesOf(events) ?? target.localActivities,
    });
    beginTask(this.#state, replayInput(events));
    this.#instance = target.createInstance({ namespace, taskQueue, callSites: options.explain === true });
  }

  go(): End {
    const follow = () => {
      for (;;) {
        const end = this.advance();
        if (end !== 'more') return end;
      }
    };
    if (this.#isProven) return follow();
    return guarded(replayDeadlineMs(this.#events.length), follow);
  }

  /** One activation of the code. */
  advance(): End | 'more' {
    const step = nextStep(this.#state);
    if (step.type !== 'activate') return step;
    if (this.#isAtCut()) return 'stopped';
    this.#take(this.#activate(step.activation));
    return 'more';
  }

  /** With a pause after each activation, in which rejections that nobody handles are reported. */
  async goSlowly(pause: () => Promise<void>): Promise<End> {
    for (;;) {
      const step = nextStep(this.#state);
      if (step.type !== 'activate') return step;
      if (this.#isAtCut()) return 'stopped';
      let completion = guarded(ACTIVATION_DEADLINE_MS, () => this.#activate(step.activation));
      await pause();
      if (this.#rejections.length > 0)
        completion = { status: 'failed', failure: failureOf(this.#rejections[0]) };
      if (completion.status === 'successful') {
        this.#lastActivation = step.activation;
        noteTold(this.#open, step.activation);
        noteAsked(this.#open, completion.commands);
      }
      this.#take(completion);
    }
  }

  #isAtCut(): boolean {
    const { untilTask } = this.#options;
    return untilTask !== undefined && this.#state.completedTasks >= untilTask;
  }

  #activate(activation: Activation): Completion {
    const { injectQueries, endsLive, untilTask } = this.#options;
    if (injectQueries) askQueries(this.#instance, activation);
    const isLive = endsLive && this.#state.completedTasks + 1 === untilTask;
    return this.#instance.activate(isLive ? { ...activation, isReplaying: false } : activation);
  }

  #take(completion: Completion): void {
    const state = this.#state;
    if (this.#options.keepCommands && completion.status === 'successful') {
      (this.#commands[state.completedTasks] ??= []).push(...completion.commands);
    }
    respond(state, completion);
  }

  reject(error: unknown): void {
    this.#rejections.push(error);
    this.#instance.reject(error);
  }

  result(end: End): Run {
    const last = end === 'stopped' ? undefined : end;
    const beyond = this.#beyond(last);
    return {
      ...this.stopped(last ? endOf(last, this.#instance, this.#rejections) : { type: 'done' }),
      extraAtEnd: last?.type === 'answer' && endsWithAnswer(this.#events) ? last.answer.commands : [],
      ...(beyond ? { beyond } : {}),
    };
  }

  stopped(end: Run['end']): Run {
    const state = this.#state;
    const { matchedCommands } = progressOf(state);
    const { completedTasks } = state;
    const [drift, commands] = [driftOf(state), this.#commands];
    return { end, drift, matchedCommands, completedTasks, extraAtEnd: [], commands };
  }

  #beyond(last: LastStep | undefined): Probe | undefined {
    if (last?.type !== 'mismatch' || !this.#lastActivation) return undefined;
    const from = last.mismatch.recorded?.eventId ?? 0;
    const follow = () => probe(this.#instance, this.#lastActivation!, this.#open, this.#events, from);
    return guarded(ACTIVATION_DEADLINE_MS, follow);
  }

  dispose(): void {
    try {
      this.#instance.dispose();
    } catch {
      // An interceptor's `dispose` may throw; the replay is over.
    }
  }
}

/** By the worker that ran the history: a Temporal project's code also runs on ours, and Refrain's on Temporal's. */
function localActivitiesOf(events: readonly HistoryEvent[]): ReplayTarget['localActivities'] | undefined {
  const name = sdkNameOf(events);
  if (name === undefined) return undefined;
  return name === 'refrain' ? 'exact' : 'asSdkCore';
}

export function guarded<T>(deadlineMs: number, call: () => T): T {
  return underDeadline(deadlineMs, call, () => new WorkflowDeadlineError(deadlineMs));
}

function endOf(step: LastStep, instance: ReplayInstance, rejections: readonly unknown[]): Run['end'] {
  if (step.type === 'failed') {
    const start = instance.startFailure;
    return { type: 'failed', failure: step.failure, ...(start ? { start } : {}) };
  }
  if (rejections.length > 0) return { type: 'failed', failure: failureOf(rejections[0]) };
  if (step.type === 'mismatch') return { type: 'mismatch', mismatch: step.mismatch };
  return { type: 'done' };
}

/** The last thing that history shows is what a completed workflow task asked for. */
function endsWithAnswer(events: readonly HistoryEvent[]): boolean {
  const last = events.at(-1);
  if (!last) return false;
  if (last.type === 'WorkflowTaskCompleted') return true;
  return 'workflowTaskCompletedEventId' in last.attributes;
}

/** Queries must change nothing that replay can see (E7); what they answer is of no interest here. */
function askQueries(instance: ReplayInstance, next: Activation): void {
  if (next.jobs.some((job) => job.type === 'initializeWorkflow')) return;
  const names = instance.queryNames();
  if (names.length === 0) return;
  instance.activate({
    ...next,
    isReplaying: true,
    jobs: names.map((queryType) => ({
      type: 'queryWorkflow',
      queryId: `cut-${next.historyLength}-${queryType}`,
      queryType,
      arguments: [],
      headers: {},
    })),
  });
}

export function failureOf(error: unknown): Failure {
  const { message, stack, name } = (error ?? {}) as Partial<Error>;
  return {
    message: message ?? String(error),
    stackTrace: stack ?? '',
    applicationFailureInfo: { type: name ?? 'Error' },
  };
}
