// The module's own: a test that fakes the global timers must not stop this.
import { setImmediate } from 'node:timers';
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
import { listenForRejections } from '../temporal/rejections.js';
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
  /** Stop when so many workflow tasks were answered. */
  readonly untilTask?: number;
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
  /** Only with `injectQueries`: how many queries the code was asked. */
  readonly queries: number;
  /** Only with `keepCommands`; index 0 is the first workflow task. */
  readonly commands: readonly (readonly WorkflowCommand[])[];
  /** Only with `explain`, after a mismatch: what the code would ask for next. */
  readonly beyond?: Probe;
}

/** Replays one history from zero. */
export async function runHistory(
  target: ReplayTarget,
  events: readonly HistoryEvent[],
  options: RunOptions,
): Promise<Run> {
  const replay = new HistoryReplay(target, events, options);
  const stopListening = listenForRejections(
    (promise) => target.owns(promise),
    (error) => replay.reject(error),
  );
  try {
    const last = options.explain ? await replay.goSlowly(turn) : replay.go();
    await turn();
    return replay.result(last);
  } catch (error) {
    if (!(error instanceof WorkflowDeadlineError)) throw error;
    // What the code left behind in the target must not run under another execution.
    target.abandon();
    return replay.stopped({ type: 'stuck', failure: failureOf(error) });
  } finally {
    stopListening();
    replay.dispose();
  }
}

type FastOptions = Omit<RunOptions, 'explain'>;

/**
 * Replays several histories from zero, as `runTogether`; when that does not work out, each is replayed alone.
 */
export async function runHistories(
  target: ReplayTarget,
  histories: readonly (readonly HistoryEvent[])[],
  options: FastOptions,
): Promise<Run[]> {
  if (histories.length > 1) {
    const events = histories.reduce((sum, { length }) => sum + length, 0);
    const runs = await runTogether(target, events, (run) => histories.map((history) => run(history, options)));
    if (runs) return runs;
  }
  const runs: Run[] = [];
  for (const events of histories) runs.push(await runHistory(target, events, options));
  return runs;
}

/**
 * Several replays, of about so many `events`, in one go and under one watchdog, whose thread costs as much as a short
 * history. Undefined when the code does not give control back, or nobody handles a rejection: it is not known in which
 * of them.
 */
export async function runTogether<T>(
  target: ReplayTarget,
  events: number,
  work: (run: (events: readonly HistoryEvent[], options: FastOptions) => Run) => T,
): Promise<T | undefined> {
  let isRejected = false;
  const stopListening = listenForRejections(
    (promise) => target.owns(promise),
    () => (isRejected = true),
  );
  try {
    const all = () => work((history, options) => runAtOnce(target, history, options));
    const done = target.isProven ? all() : guarded(TOGETHER_DEADLINE_MS + events * EVENT_DEADLINE_MS, all);
    await turn();
    return isRejected ? undefined : done;
  } catch (error) {
    if (!(error instanceof WorkflowDeadlineError)) throw error;
    target.abandon();
    return undefined;
  } finally {
    stopListening();
  }
}

function runAtOnce(target: ReplayTarget, events: readonly HistoryEvent[], options: RunOptions): Run {
  const replay = new HistoryReplay(target, events, options);
  try {
    return replay.result(replay.go());
  } finally {
    replay.dispose();
  }
}

type LastStep = Exclude<Step, { type: 'activate' }>;

/** How long the code may go without giving control back; a whole fast replay has more, by its length. */
const ACTIVATION_DEADLINE_MS = 5000;
/** When several run together nothing is lost by a short one: each is then replayed alone. */
const TOGETHER_DEADLINE_MS = 1000;
const EVENT_DEADLINE_MS = 2;

function replayDeadlineMs(events: number): number {
  return ACTIVATION_DEADLINE_MS + events * EVENT_DEADLINE_MS;
}

/** One replay: the state of the core, the instance of the code, and what is kept for the report. */
class HistoryReplay {
  readonly #events: readonly HistoryEvent[];
  readonly #options: RunOptions;
  readonly #isProven: boolean;
  readonly #state: ExecutionState;
  readonly #instance: ReplayInstance;
  readonly #commands: WorkflowCommand[][] = [];
  readonly #rejections: unknown[] = [];
  readonly #open: OpenCommands = new Map();
  #lastActivation: Activation | undefined;
  #queries = 0;

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

  /** Undefined when it stopped at `untilTask`. */
  go(): LastStep | undefined {
    const follow = () => {
      for (;;) {
        const step = nextStep(this.#state);
        if (step.type !== 'activate') return step;
        if (this.#take(this.#activate(step.activation))) return undefined;
      }
    };
    if (this.#isProven) return follow();
    return guarded(replayDeadlineMs(this.#events.length), follow);
  }

  /** With a pause after each activation, in which rejections that nobody handles are reported. */
  async goSlowly(pause: () => Promise<void>): Promise<LastStep | undefined> {
    for (;;) {
      const step = nextStep(this.#state);
      if (step.type !== 'activate') return step;
      let completion = guarded(ACTIVATION_DEADLINE_MS, () => this.#activate(step.activation));
      await pause();
      if (this.#rejections.length > 0)
        completion = { status: 'failed', failure: failureOf(this.#rejections[0]) };
      if (completion.status === 'successful') {
        this.#lastActivation = step.activation;
        noteTold(this.#open, step.activation);
        noteAsked(this.#open, completion.commands);
      }
      if (this.#take(completion)) return undefined;
    }
  }

  #activate(activation: Activation): Completion {
    if (this.#options.injectQueries) this.#queries += askQueries(this.#instance, activation);
    return this.#instance.activate(activation);
  }

  /** True when the replay has gone as far as it should. */
  #take(completion: Completion): boolean {
    const { keepCommands, untilTask } = this.#options;
    const state = this.#state;
    if (keepCommands && completion.status === 'successful') {
      (this.#commands[state.completedTasks] ??= []).push(...completion.commands);
    }
    respond(state, completion);
    return untilTask !== undefined && state.completedTasks >= untilTask;
  }

  reject(error: unknown): void {
    this.#rejections.push(error);
    this.#instance.reject(error);
  }

  result(last: LastStep | undefined): Run {
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
    const [drift, commands, queries] = [driftOf(state), this.#commands, this.#queries];
    return { end, drift, matchedCommands, completedTasks, extraAtEnd: [], queries, commands };
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

function guarded<T>(deadlineMs: number, call: () => T): T {
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

/**
 * Queries must change nothing that replay can see (E7); what they answer is of no interest here. Returns how many were
 * asked.
 */
function askQueries(instance: ReplayInstance, next: Activation): number {
  if (next.jobs.some((job) => job.type === 'initializeWorkflow')) return 0;
  const names = instance.queryNames();
  if (names.length === 0) return 0;
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
  return names.length;
}

/** Lets Node report rejections that nobody handled. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function failureOf(error: unknown): Failure {
  const { message, stack, name } = (error ?? {}) as Partial<Error>;
  return {
    message: message ?? String(error),
    stackTrace: stack ?? '',
    applicationFailureInfo: { type: name ?? 'Error' },
  };
}
