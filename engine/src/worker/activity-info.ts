import { fromRecorded } from '../converter/payload-converter.js';
import type { Payload } from '../history/payload.js';
import type { PollActivityTaskQueueResponse } from '../service/api/tasks.js';
import type { ActivityInfo } from './activity-context.js';
import type { CompiledOptions } from './options.js';

/** What an attempt knows of itself. The token's forms are made when they are asked for: few activities do. */
export function infoOf(
  { namespace, taskQueue, payloadConverter }: CompiledOptions,
  task: PollActivityTaskQueueResponse,
  heartbeatDetails: Payload | undefined,
): ActivityInfo {
  const { heartbeatTimeoutMs, priority, retryPolicy } = task;
  return {
    get taskToken() {
      return new TextEncoder().encode(task.taskToken);
    },
    get base64TaskToken() {
      return Buffer.from(task.taskToken).toString('base64');
    },
    activityId: task.activityId,
    activityType: task.activityType.name,
    activityNamespace: namespace,
    namespace,
    attempt: task.attempt,
    isLocal: false,
    inWorkflow: true,
    workflowExecution: task.workflowExecution,
    workflowNamespace: task.workflowNamespace,
    workflowType: task.workflowType.name,
    scheduledTimestampMs: task.scheduledTimeMs,
    currentAttemptScheduledTimestampMs: task.currentAttemptScheduledTimeMs,
    scheduleToCloseTimeoutMs: task.scheduleToCloseTimeoutMs ?? 0,
    startToCloseTimeoutMs: task.startToCloseTimeoutMs ?? 0,
    heartbeatTimeoutMs,
    heartbeatDetails: heartbeatDetails ? fromRecorded(payloadConverter, heartbeatDetails) : undefined,
    taskQueue,
    priority,
    retryPolicy,
  };
}

export function logAttributesOf(info: ActivityInfo): Readonly<Record<string, unknown>> {
  return {
    activityId: info.activityId,
    activityType: info.activityType,
    attempt: info.attempt,
    isLocal: info.isLocal,
    workflowId: info.workflowExecution.workflowId,
    workflowRunId: info.workflowExecution.runId,
    workflowType: info.workflowType,
    taskQueue: info.taskQueue,
  };
}
