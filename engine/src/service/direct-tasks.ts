import type {
  PollActivityTaskQueueRequest,
  PollActivityTaskQueueResponse,
  PollWorkflowTaskQueueRequest,
  PollWorkflowTaskQueueResponse,
  RespondActivityTaskCompletedRequest,
  RespondWorkflowTaskCompletedRequest,
} from './api/tasks.js';
import { completeActivityTask, serveActivityTasks } from './calls/activity-tasks.js';
import { completeWorkflowTask, refusedAnswer, serveWorkflowTasks } from './calls/workflow-tasks.js';
import type { ServiceContext } from './context.js';
import type { WhenDurable } from './commits.js';
import type { ServedQueue, TaskServer } from './task-queues.js';

type Server<T> = Pick<TaskServer<T>, 'hasRoom' | 'serve'>;

/**
 * The service as a worker of the same process may use it instead of polls and answers: a task is handed over and
 * answered by a plain call, without promises in between. What is recorded, and when, is the same.
 */
export interface DirectTasks {
  serveWorkflowTasks(
    request: PollWorkflowTaskQueueRequest,
    server: Server<PollWorkflowTaskQueueResponse>,
  ): ServedQueue;
  serveActivityTasks(
    request: PollActivityTaskQueueRequest,
    server: Server<PollActivityTaskQueueResponse>,
  ): ServedQueue;
  /** Throws as `respondWorkflowTaskCompleted` rejects. What it recorded is not durable yet. */
  completeWorkflowTask(request: RespondWorkflowTaskCompletedRequest): void;
  /** Throws as `respondActivityTaskCompleted` rejects. What it recorded is not durable yet. */
  completeActivityTask(request: RespondActivityTaskCompletedRequest): void;
  /** Calls back when all that was recorded before is durable, or could not be stored. */
  whenDurable(call: WhenDurable): void;
  /** Nothing follows at once: a commit need not wait for more. */
  flush(): void;
}

export function directTasks(ctx: ServiceContext): DirectTasks {
  return {
    serveWorkflowTasks: (request, server) => serveWorkflowTasks(ctx, request, server),
    serveActivityTasks: (request, server) => serveActivityTasks(ctx, request, server),
    completeWorkflowTask(request) {
      const failure = completeWorkflowTask(ctx, request);
      if (failure) throw refusedAnswer(failure);
    },
    completeActivityTask: (request) => completeActivityTask(ctx, request),
    whenDurable: (call) => ctx.runs.whenDurable(call),
    flush: () => ctx.runs.flush(),
  };
}
