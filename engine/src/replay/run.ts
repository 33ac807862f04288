import type { Activation, WorkflowCommand } from '../core/activation.js';
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
import type { OpenCommands } from './open-commands.js';
import { noteAsked, noteTold } from './open-commands.js';
import type { Probe } from './probe.js';
import { probe } from './probe.js';
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
    | { readonly type: 'failed'; readonly failure: Failure; readonly start?: StartFailure };
  readonly drift: readonly Drift[];
  readonly matchedCommands: number;
  /** Commands that no event took, at the end of a history that ends with a completed workflow task. */
  readonly extraAtEnd: readonly Command[];
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
  const started = (events[0] as EventOf<'WorkflowExecutionStarted'>).attributes;
  const namespace = options.namespace;
  const taskQueue = started.taskQueue?.name ?? '';
  const state = createExecution({
    namespace,
    workflowId: started.workflowId ?? '',
    runId: started.originalExecutionRunId ?? '',
    taskQueue,
    compareDetails: true,
    localActivities: target.localActivities,
  });
  beginTask(state, replayInput(events));
  const instance = target.createInstance({ namespace, taskQueue, callSites: options.explain === true });
  const commands: WorkflowCommand[][] = [];
  const rejections: unknown[] = [];
  const trail: Trail = { open: new Map(), last: undefined };
  const stopListening = listenForRejections(target, (error) => {
    rejections.push(error);
    instance.reject(error);
  });
  try {
    const last = await replayTasks(state, instance, options, commands, rejections, trail);
    await turn();
    const beyond =
      options.explain && last?.type === 'mismatch' && trail.last
        ? probe(instance, trail.last, trail.open, events, last.mismatch.recorded?.eventId ?? 0)
        : undefined;
    return {
      ...(beyond ? { beyond } : {}),
      end: last ? endOf(last, instance, rejections) : { type: 'done' },
      drift: driftOf(state),
      matchedCommands: progressOf(state).matchedCommands,
      extraAtEnd: last?.type === 'answer' && endsWithAnswer(events) ? last.answer.commands : [],
      commands,
    };
  } finally {
    stopListening();
    disposeQuietly(instance);
  }
}

/** For the probe: where the code stands. */
interface Trail {
  readonly open: OpenCommands;
  last: Activation | undefined;
}

type LastStep = Exclude<Step, { type: 'activate' }>;

/** Undefined when it stopped at `untilTask`. */
async function replayTasks(
  state: ExecutionState,
  instance: ReplayInstance,
  options: RunOptions,
  commands: WorkflowCommand[][],
  rejections: readonly unknown[],
  trail: Trail,
): Promise<LastStep | undefined> {
  for (;;) {
    const step = nextStep(state);
    if (step.type !== 'activate') return step;
    if (options.injectQueries) askQueries(instance, step.activation);
    let completion = instance.activate(step.activation);
    if (options.explain) {
      await turn();
      if (rejections.length > 0) completion = { status: 'failed', failure: failureOf(rejections[0]) };
    }
    if (options.explain && completion.status === 'successful') {
      trail.last = step.activation;
      noteTold(trail.open, step.activation);
      noteAsked(trail.open, completion.commands);
    }
    if (options.keepCommands && completion.status === 'successful') {
      (commands[state.completedTasks] ??= []).push(...completion.commands);
    }
    respond(state, completion);
    if (options.untilTask !== undefined && state.completedTasks >= options.untilTask) return undefined;
  }
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
  const names = instance.queryNames(next);
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

/** Lets Node report rejections that nobody handled. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function listenForRejections(target: ReplayTarget, own: (error: unknown) => void): () => void {
  const listener = (error: unknown, promise: Promise<unknown>) => {
    if (target.owns(promise)) own(error);
    else if (process.listenerCount('unhandledRejection') === 1) {
      // Nobody else listens: do what Node does without listeners.
      setImmediate(() => {
        throw error;
      });
    }
  };
  process.on('unhandledRejection', listener);
  return () => process.off('unhandledRejection', listener);
}

function failureOf(error: unknown): Failure {
  const { message, stack, name } = (error ?? {}) as Partial<Error>;
  return {
    message: message ?? String(error),
    stackTrace: stack ?? '',
    applicationFailureInfo: { type: name ?? 'Error' },
  };
}

function disposeQuietly(instance: ReplayInstance): void {
  try {
    instance.dispose();
  } catch {
    // An interceptor's `dispose` may throw; the replay is over.
  }
}
