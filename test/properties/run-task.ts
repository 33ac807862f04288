import type {
  ActivationApi,
  ExecutionOptions,
  ExecutionState,
  LocalActivityOutcome,
  TaskAnswer,
  TaskInput,
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
import type { Recorded, World } from './simulator.js';
import { Simulator } from './simulator.js';

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
