import { InvariantViolation } from '../errors.js';
import type { HistoryEvent } from '../history/event.js';
import type { Activation, ActivationJob, Completion } from './activation.js';
import { queueFresh, takeCommands } from './commands.js';
import { applyNextSequence } from './feed.js';
import { FoundMismatch } from './found-mismatch.js';
import { knownCoreFlags } from './identity.js';
import { applyNextOutcome } from './machines/local-activity.js';
import type { Drift } from './mismatch.js';
import type { AnyCommand, ExecutionState } from './state.js';
import type {
  ExecutionOptions,
  LocalActivityOutcome,
  LocalActivityRequest,
  Progress,
  Step,
  TaskAnswer,
  TaskInput,
} from './step.js';

/** A run of which nothing is known yet. */
export function createExecution(options: ExecutionOptions): ExecutionState {
  return {
    options,
    dead: undefined,
    feed: {
      events: [],
      position: 0,
      nextEnd: -1,
      lastEventId: 0,
      previousStartedEventId: 0,
      startedEventId: 0,
      replaying: false,
      atEnd: false,
      sawFinalEvent: false,
      messages: [],
    },
    clock: { timeMs: 0, historySizeBytes: 0, continueAsNewSuggested: false },
    flags: {
      core: new Set(),
      lang: new Set(),
      langNew: new Set(),
      langList: [],
      lastSdkName: '',
      lastSdkVersion: '',
      buildId: options.buildId,
    },
    machines: {
      byEventId: new Map(),
      bySeq: {
        timer: new Map(),
        activity: new Map(),
        localActivity: new Map(),
        childWorkflow: new Map(),
        signalExternal: new Map(),
      },
      highestSeq: { timer: 0, activity: 0, localActivity: 0, childWorkflow: 0, signalExternal: 0 },
      updates: new Map(),
    },
    patches: new Map(),
    local: { requests: [], executing: new Set(), announced: [], ended: [], waiting: new Set() },
    searchAttributes: undefined,
    started: undefined,
    jobs: [],
    fresh: [],
    outgoing: [],
    outgoingHead: 0,
    cancelledQueued: false,
    messages: [],
    queries: [],
    queryResults: [],
    queriesSent: false,
    closing: false,
    attempted: [],
    attemptedIsStale: false,
    completedTasks: 0,
    taskCompletedEventId: 0,
    commandIndex: 0,
    matchedCommands: 0,
    replayedTasks: 0,
    drift: [],
  };
}

/** The input for replaying a history file. */
export function replayInput(events: readonly HistoryEvent[]): TaskInput {
  let previousStartedEventId = 0;
  for (let index = events.length - 1; index >= 0 && previousStartedEventId === 0; index--) {
    const event = events[index]!;
    if (event.type === 'WorkflowTaskCompleted') {
      previousStartedEventId = event.attributes.startedEventId || event.eventId - 1;
    }
  }
  return { events, previousStartedEventId, startedEventId: 0 };
}

/** Gives the state the events and messages of a workflow task. The previous task must have been answered. */
export function beginTask(state: ExecutionState, input: TaskInput): void {
  const { feed } = state;
  if (feed.position < feed.events.length && !feed.sawFinalEvent) {
    throw new InvariantViolation('RFN1005', 'A workflow task began before the one before it was answered');
  }
  const [first] = input.events;
  const unseen =
    first && first.eventId <= feed.lastEventId
      ? input.events.filter((event) => event.eventId > feed.lastEventId)
      : input.events;
  if (unseen[0] && unseen[0].eventId !== feed.lastEventId + 1) {
    throw new InvariantViolation(
      'RFN1005',
      `The events of a workflow task begin at ${unseen[0].eventId}, the state ends at ${feed.lastEventId}`,
    );
  }
  feed.events = unseen;
  feed.position = 0;
  feed.nextEnd = -1;
  feed.previousStartedEventId = input.previousStartedEventId;
  feed.replaying = input.previousStartedEventId > 0;
  feed.messages = [...(input.messages ?? [])];
  state.queries = input.queries ?? [];
  state.queryResults = [];
  state.queriesSent = false;
}

/** Forgets a workflow task whose events the service took back (all its updates were rejected). */
export function rewind(state: ExecutionState, lastEventId: number): void {
  if (lastEventId < state.feed.lastEventId) state.feed.lastEventId = lastEventId;
}

/** What to do next; see step.ts. */
export function nextStep(state: ExecutionState): Step {
  if (state.dead) return state.dead;
  try {
    while (state.jobs.length === 0) {
      // Once the code has ended the run, it hears of no further outcome: nothing follows a terminal command.
      if ((state.closing || !tellNextOutcome(state)) && !applyNextSequence(state)) break;
    }
  } catch (error) {
    return die(state, error);
  }
  if (state.jobs.length > 0) return { type: 'activate', activation: takeActivation(state) };
  if (state.queries.length > 0 && !state.queriesSent) {
    state.queriesSent = true;
    const jobs = state.queries.map((query): ActivationJob => ({ type: 'queryWorkflow', ...query }));
    return { type: 'activate', activation: activationOf(state, jobs, true) };
  }
  if (state.local.executing.size > 0 && !state.closing) return { type: 'awaitLocalActivities' };
  if (state.closing) cancelLocalActivities(state);
  return { type: 'answer', answer: answerOf(state, false) };
}

/** What still runs when the run ends is told to stop; its outcome is nobody's. */
function cancelLocalActivities({ local }: ExecutionState): void {
  for (const seq of local.executing) local.requests.push({ type: 'cancel', seq });
  local.executing.clear();
}

function tellNextOutcome(state: ExecutionState): boolean {
  if (!applyNextOutcome(state)) return false;
  queueFresh(state);
  return true;
}

/** Takes what the code answered to the last activation. */
export function respond(state: ExecutionState, completion: Completion): void {
  if (completion.status === 'failed') {
    const cause = completion.cause ?? 'WORKFLOW_WORKER_UNHANDLED_FAILURE';
    state.dead = { type: 'failed', failure: completion.failure, cause };
    return;
  }
  try {
    takeCommands(state, completion);
  } catch (error) {
    die(state, error);
  }
}

/** Local activities to run or cancel now; each is handed out once. */
export function takeLocalActivityRequests(state: ExecutionState): readonly LocalActivityRequest[] {
  const { requests } = state.local;
  if (requests.length > 0) state.local.requests = [];
  return requests;
}

export function resolveLocalActivity(
  state: ExecutionState,
  seq: number,
  outcome: LocalActivityOutcome,
): void {
  state.local.executing.delete(seq);
  state.local.ended.push({ seq, outcome });
}

/** The answer that keeps the workflow task alive while local activities run. */
export function heartbeatTask(state: ExecutionState): TaskAnswer {
  return answerOf(state, true);
}

export function driftOf(state: ExecutionState): readonly Drift[] {
  return state.drift;
}

export function progressOf(state: ExecutionState): Progress {
  const { matchedCommands, replayedTasks } = state;
  return { matchedCommands, replayedTasks, lastEventId: state.feed.lastEventId };
}

function die(state: ExecutionState, error: unknown): Step {
  if (!(error instanceof FoundMismatch)) throw error;
  state.dead = { type: 'mismatch', mismatch: error.mismatch };
  return state.dead;
}

/** As sdk-core sorts them, but what markers announce stands before the start: every language layer takes it first. */
function rankOf(job: ActivationJob): number {
  switch (job.type) {
    case 'notifyHasPatch':
    case 'notifyHasVersion':
    case 'resolveSideEffect':
      return 0;
    case 'initializeWorkflow':
      return 1;
    case 'updateRandomSeed':
      return 2;
    case 'signalWorkflow':
    case 'doUpdate':
      return 3;
    case 'resolveActivity':
      return job.isLocal ? 5 : 4;
    case 'queryWorkflow':
      return 6;
    default:
      return 4;
  }
}

function takeActivation(state: ExecutionState): Activation {
  const { jobs } = state;
  state.jobs = [];
  if (jobs.length > 1) jobs.sort((left, right) => rankOf(left) - rankOf(right));
  return activationOf(state, jobs, state.feed.replaying);
}

function activationOf(
  state: ExecutionState,
  jobs: readonly ActivationJob[],
  isReplaying: boolean,
): Activation {
  const { clock, feed, flags, options } = state;
  if (!isReplaying && options.buildId) flags.buildId = options.buildId;
  return {
    runId: options.runId,
    timestampMs: clock.timeMs,
    isReplaying,
    historyLength: feed.lastEventId,
    historySizeBytes: clock.historySizeBytes,
    continueAsNewSuggested: clock.continueAsNewSuggested,
    availableInternalFlags: flags.langList,
    ...(flags.buildId ? { buildId: flags.buildId } : {}),
    ...(flags.lastSdkVersion ? { lastSdkVersion: flags.lastSdkVersion } : {}),
    jobs,
  };
}

function answerOf(state: ExecutionState, forceCreateNewWorkflowTask: boolean): TaskAnswer {
  const commands: AnyCommand[] = [];
  for (let index = state.outgoingHead; index < state.outgoing.length; index++) {
    const queued = state.outgoing[index]!;
    const command = queued.build(state, queued);
    const userMetadata = queued.source?.userMetadata;
    commands.push(userMetadata ? { ...command, userMetadata } : command);
  }
  const { messages, queryResults } = state;
  state.messages = [];
  state.queryResults = [];
  return {
    commands,
    messages,
    queryResults,
    sdkMetadata: takeMetadata(state),
    forceCreateNewWorkflowTask,
    closes: state.closing,
  };
}

/** Flags and names that the history does not show yet. */
function takeMetadata(state: ExecutionState): TaskAnswer['sdkMetadata'] {
  const { flags, options } = state;
  const coreUsedFlags = knownCoreFlags.filter((flag) => !flags.core.has(flag));
  const langUsedFlags = [...flags.langNew];
  for (const flag of coreUsedFlags) flags.core.add(flag);
  for (const flag of langUsedFlags) flags.lang.add(flag);
  if (langUsedFlags.length > 0) flags.langList = [...flags.lang];
  flags.langNew.clear();
  const { sdkName, sdkVersion } = options;
  return {
    coreUsedFlags,
    langUsedFlags,
    ...(sdkName && sdkName !== flags.lastSdkName ? { sdkName } : {}),
    ...(sdkVersion && sdkVersion !== flags.lastSdkVersion ? { sdkVersion } : {}),
  };
}
