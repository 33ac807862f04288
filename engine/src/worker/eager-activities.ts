import type {
  PollActivityTaskQueueResponse,
  RespondWorkflowTaskCompletedRequest,
} from '../service/api/tasks.js';
import type { ActivityRunner } from './activity-runner.js';
import type { CompiledOptions } from './options.js';

type Command = RespondWorkflowTaskCompletedRequest['commands'][number];

/**
 * Answers a workflow task, asks for the activities with it that this worker may run at once, and begins those.
 *
 * An attempt's timeouts run from the moment it is given out, and nobody else gets it. So only those are asked for that
 * are for this worker's queue and have a free slot, which is kept for them; all others come through their task queue.
 */
export function eagerly(
  { service, taskQueue }: CompiledOptions,
  runner: ActivityRunner | undefined,
): (request: RespondWorkflowTaskCompletedRequest) => Promise<void> {
  return async (request) => {
    let reserved = 0;
    const asked = (command: Command): Command => {
      if (command.type !== 'ScheduleActivityTask' || !command.attributes.requestEagerExecution)
        return command;
      if (command.attributes.taskQueue?.name === taskQueue && runner?.reserve()) {
        reserved++;
        return command;
      }
      return { ...command, attributes: { ...command.attributes, requestEagerExecution: false } };
    };
    const commands = request.commands.map(asked);
    let given: readonly PollActivityTaskQueueResponse[] = [];
    try {
      given = (await service.respondWorkflowTaskCompleted({ ...request, commands })).activityTasks;
    } finally {
      for (let left = reserved - given.length; left > 0; left--) runner!.unreserve();
    }
    for (const task of given) runner!.runReserved(task);
  };
}
