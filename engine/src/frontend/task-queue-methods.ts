import type { WorkflowService } from '../service/api.js';
import type { DescribeTaskQueueRequest, PollerInfo } from '../service/api/tasks.js';
import { invalidArgument } from '../service/errors.js';
import type { Method } from './call.js';

type Kind = 'WORKFLOW' | 'ACTIVITY';

interface DescribeRequest extends Omit<DescribeTaskQueueRequest, 'taskQueueType'> {
  readonly taskQueueType?: string;
  readonly apiMode?: string;
  readonly reportStats?: boolean;
}

/** What clients ask about task queues: who polls them, and how much waits. A queue has one partition here. */
export function taskQueueMethods(service: WorkflowService): Readonly<Record<string, Method>> {
  const describe = async (request: DescribeRequest, taskQueueType: Kind) => {
    const { namespace, taskQueue } = request;
    const described = await service.describeTaskQueue({
      ...(namespace !== undefined && { namespace }),
      taskQueue,
      taskQueueType,
    });
    const { pollers, approximateBacklogCount } = described;
    return { pollers: pollers.map(onWire), stats: { approximateBacklogCount, approximateBacklogAgeMs: 0 } };
  };
  return {
    DescribeTaskQueue: async (request: DescribeRequest) => {
      if (!request.taskQueue?.name) throw invalidArgument('missing task queue name');
      if (request.apiMode === 'ENHANCED') {
        const [workflow, activity] = await Promise.all([
          describe(request, 'WORKFLOW'),
          describe(request, 'ACTIVITY'),
        ]);
        // The keys are the numbers of `TaskQueueType`; the version without a name is that of unversioned workers.
        return { versionsInfo: { '': { typesInfo: { 1: workflow, 2: activity } } } };
      }
      const { pollers, stats } = await describe(
        request,
        request.taskQueueType === 'ACTIVITY' ? 'ACTIVITY' : 'WORKFLOW',
      );
      return {
        pollers,
        taskQueueStatus: { backlogCountHint: stats.approximateBacklogCount },
        ...(request.reportStats && { stats }),
      };
    },
    ListTaskQueuePartitions: async ({ taskQueue }: DescribeRequest) => {
      const partition = [{ key: taskQueue?.name ?? '', ownerHostName: 'refrain' }];
      return { activityTaskQueuePartitions: partition, workflowTaskQueuePartitions: partition };
    },
  };
}

function onWire({ buildId, ...poller }: PollerInfo): object {
  return { ...poller, ...(buildId !== undefined && { workerVersionCapabilities: { buildId } }) };
}
