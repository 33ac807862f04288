import type { WorkflowService } from '../service/api.js';
import type * as T from '../service/api/tasks.js';
import type { CallContext, Method } from './call.js';
import { callOptions } from './call.js';

/** The worker half of WorkflowService: polls, and the answers to tasks. */
export function workerMethods(service: WorkflowService): Readonly<Record<string, Method>> {
  return {
    PollWorkflowTaskQueue: async (request: T.PollWorkflowTaskQueueRequest, call: CallContext) =>
      (await service.pollWorkflowTaskQueue(request, callOptions(call))) ?? {},
    RespondWorkflowTaskCompleted: async (request: T.RespondWorkflowTaskCompletedRequest) => {
      const { commands = [] } = request;
      const answer = await service.respondWorkflowTaskCompleted({ ...request, commands });
      return { ...answer, activityTasks: answer.activityTasks.map(withAllTimeouts) };
    },
    RespondWorkflowTaskFailed: (request: T.RespondWorkflowTaskFailedRequest) =>
      service.respondWorkflowTaskFailed(request),
    RespondQueryTaskCompleted: (request: T.RespondQueryTaskCompletedRequest) =>
      service.respondQueryTaskCompleted(request),
    PollActivityTaskQueue: async (request: T.PollActivityTaskQueueRequest, call: CallContext) =>
      withAllTimeouts(await service.pollActivityTaskQueue(request, callOptions(call))),
    RespondActivityTaskCompleted: (request: T.RespondActivityTaskCompletedRequest) =>
      service.respondActivityTaskCompleted(request),
    RespondActivityTaskFailed: (request: T.RespondActivityTaskFailedRequest) =>
      service.respondActivityTaskFailed(request),
    RespondActivityTaskCanceled: (request: T.RespondActivityTaskCanceledRequest) =>
      service.respondActivityTaskCanceled(request),
    RecordActivityTaskHeartbeat: (request: T.RecordActivityTaskHeartbeatRequest) =>
      service.recordActivityTaskHeartbeat(request),
    RespondActivityTaskCompletedById: (request: T.RespondActivityTaskCompletedByIdRequest) =>
      service.respondActivityTaskCompletedById(request),
    RespondActivityTaskFailedById: (request: T.RespondActivityTaskFailedByIdRequest) =>
      service.respondActivityTaskFailedById(request),
    RespondActivityTaskCanceledById: (request: T.RespondActivityTaskCanceledByIdRequest) =>
      service.respondActivityTaskCanceledById(request),
    RecordActivityTaskHeartbeatById: (request: T.RecordActivityTaskHeartbeatByIdRequest) =>
      service.recordActivityTaskHeartbeatById(request),
    // No Nexus here: the poll holds as an idle queue's would, so that a worker does not spin.
    PollNexusTaskQueue: (_request: object, { signal, longPollMs }: CallContext) =>
      idlePoll(signal, longPollMs),
    ShutdownWorker: async ({ stickyTaskQueue, ...rest }: Partial<T.ShutdownWorkerRequest>) => {
      if (stickyTaskQueue) await service.shutdownWorker({ ...rest, stickyTaskQueue });
    },
    // A sticky queue without a poller hands its tasks on by itself, and nothing is kept of workers' heartbeats: an
    // acknowledgement is all that is owed.
    ResetStickyTaskQueue: async () => ({}),
    RecordWorkerHeartbeat: async () => ({}),
    FetchWorkerConfig: async () => ({}),
  };
}

/** SDKs expect every timeout of an activity task to be there; 0 is none. */
function withAllTimeouts(task: T.PollActivityTaskQueueResponse | undefined): object {
  return task
    ? { scheduleToCloseTimeoutMs: 0, startToCloseTimeoutMs: 0, heartbeatTimeoutMs: 0, ...task }
    : {};
}

function idlePoll(signal: AbortSignal, ms: number): Promise<object> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      resolve({});
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
