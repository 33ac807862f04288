import { randomUUID } from 'node:crypto';
import { RawClient } from './raw-client.js';

const workflowService = 'temporal.api.workflowservice.v1.WorkflowService';

/** A real server on a busy machine takes its time, most of all for the first task. */
const timeoutMs = 30_000;

/** An event as protobuf.js gives it: `…Attributes` under the name of its type. */
export interface WireEvent {
  readonly eventId: number;
  readonly eventType: string;
  readonly [attributes: string]: unknown;
}

export interface WireTask {
  readonly taskToken: Uint8Array;
  readonly workflowExecution: { readonly workflowId: string; readonly runId: string };
  readonly startedEventId: number;
  readonly previousStartedEventId?: number;
  readonly attempt: number;
  readonly history?: { readonly events?: readonly WireEvent[] };
  readonly nextPageToken?: Uint8Array;
  readonly messages?: readonly { readonly id: string; readonly protocolInstanceId: string }[];
}

/**
 * A client and a worker that send what they are told, over gRPC: the same script runs on the engine and on Temporal's
 * server. It has a task queue and workflow ids of its own.
 */
export class ScriptedWorker {
  readonly #client: RawClient;
  readonly #queue = randomUUID();

  constructor(address: string) {
    this.#client = new RawClient(address);
  }

  close(): void {
    this.#client.close();
  }

  id(name: string): string {
    return `${name}-${this.#queue}`;
  }

  /** The answer; throws with the name of the status. */
  async call<R>(method: string, message: object): Promise<R> {
    const request = { namespace: 'default', ...message };
    const { status, answer } = await this.#client.call(workflowService, method, request, timeoutMs);
    if (status !== 'OK') throw new Error(`${method}: ${status}`);
    return answer as R;
  }

  async start(name: string, more: object = {}): Promise<string> {
    const { runId } = await this.call<{ runId: string }>('StartWorkflowExecution', {
      ...{ workflowId: this.id(name), workflowType: { name: 'wf' }, requestId: randomUUID() },
      ...{ taskQueue: { name: this.#queue }, ...more },
    });
    return runId;
  }

  async poll(): Promise<WireTask> {
    const request = { taskQueue: { name: this.#queue }, identity: 'w' };
    for (;;) {
      const task = await this.call<Partial<WireTask>>('PollWorkflowTaskQueue', request);
      // Empty when none came in time.
      if (task.taskToken?.length) return task as WireTask;
    }
  }

  async answer<R>(task: WireTask, commands: readonly object[] = [], more: object = {}): Promise<R> {
    return this.call<R>('RespondWorkflowTaskCompleted', {
      ...{ taskToken: task.taskToken, identity: 'w', commands, ...more },
    });
  }

  /** Takes the next workflow task and answers it. */
  async task(commands: readonly object[] = [], more: object = {}): Promise<WireTask> {
    const task = await this.poll();
    await this.answer(task, commands, more);
    return task;
  }

  async activity(): Promise<{ readonly taskToken: Uint8Array; readonly activityId: string }> {
    return this.call('PollActivityTaskQueue', { taskQueue: { name: this.#queue }, identity: 'a' });
  }

  signal(name: string, signalName: string): Promise<unknown> {
    const workflowExecution = { workflowId: this.id(name) };
    return this.call('SignalWorkflowExecution', { workflowExecution, signalName, requestId: randomUUID() });
  }

  async reset(name: string, workflowTaskFinishEventId: number, more: object = {}): Promise<string> {
    const { runId } = await this.call<{ runId: string }>('ResetWorkflowExecution', {
      ...{ workflowExecution: { workflowId: this.id(name) }, reason: 'because', requestId: randomUUID() },
      ...{ workflowTaskFinishEventId, ...more },
    });
    return runId;
  }

  async history(name: string, runId?: string): Promise<readonly WireEvent[]> {
    const execution = { workflowId: this.id(name), ...(runId !== undefined && { runId }) };
    const answer = await this.call<{ history: { events: readonly WireEvent[] } }>(
      'GetWorkflowExecutionHistory',
      { execution },
    );
    return answer.history.events;
  }

  /** `eventId Type` of each event. */
  async types(name: string, runId?: string): Promise<readonly string[]> {
    return (await this.history(name, runId)).map(
      ({ eventId, eventType }) => `${eventId} ${short(eventType)}`,
    );
  }

  /** Until the history of the current run holds an event of this type. */
  async until(name: string, type: string): Promise<void> {
    while (!(await this.types(name)).some((found) => found.endsWith(` ${type}`))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  child(name: string, more: object = {}): object {
    return {
      commandType: 'COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION',
      startChildWorkflowExecutionCommandAttributes: {
        ...{ workflowId: this.id(name), workflowType: { name: 'child' } },
        ...{ taskQueue: { name: this.#queue }, ...more },
      },
    };
  }

  scheduled(activityId: string, more: object = {}): object {
    return {
      commandType: 'COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK',
      scheduleActivityTaskCommandAttributes: {
        ...{ activityId, activityType: { name: 'act' }, taskQueue: { name: this.#queue } },
        ...{ startToCloseTimeout: { seconds: 60 }, ...more },
      },
    };
  }
}

export const complete = {
  commandType: 'COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION',
  completeWorkflowExecutionCommandAttributes: {},
};

export function timer(timerId: string, seconds: number): object {
  return {
    commandType: 'COMMAND_TYPE_START_TIMER',
    startTimerCommandAttributes: { timerId, startToFireTimeout: { seconds } },
  };
}

export const continueAsNew = {
  commandType: 'COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION',
  continueAsNewWorkflowExecutionCommandAttributes: { workflowType: { name: 'wf' } },
};

/** A rejection of an update in an Any: its failure (field 4), of which the message (field 1). */
export function rejection(message: string): object {
  const text = Buffer.from(message);
  const failure = Buffer.concat([Buffer.from([0x0a, text.length]), text]);
  return {
    type_url: 'type.googleapis.com/temporal.api.update.v1.Rejection',
    value: Buffer.concat([Buffer.from([0x22, failure.length]), failure]),
  };
}

/** `EVENT_TYPE_TIMER_FIRED` as `TimerFired`. */
function short(eventType: string): string {
  const words = eventType.replace('EVENT_TYPE_', '').toLowerCase().split('_');
  return words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}
