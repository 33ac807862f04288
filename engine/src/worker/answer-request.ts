import type { TaskAnswer } from '../core/step.js';
import type {
  PollWorkflowTaskQueueResponse,
  RespondWorkflowTaskCompletedRequest,
  StickyExecutionAttributes,
} from '../service/api/tasks.js';
import type { CachedExecution } from './cached-execution.js';
import type { WorkerMetrics } from './metrics.js';
import type { CompiledOptions } from './options.js';
import { resultsById } from './query-answers.js';
import { toProtocolMessage } from './update-messages.js';

const capabilities = { discardSpeculativeWorkflowTaskWithEvents: true };

/** The answer to a workflow task as the service takes it. `sticky`: where the next task of an open run goes. */
export function answerRequest(
  { identity, namespace, buildId, useVersioning }: CompiledOptions,
  { taskToken }: PollWorkflowTaskQueueResponse,
  answer: TaskAnswer,
  sticky: StickyExecutionAttributes | undefined,
): RespondWorkflowTaskCompletedRequest {
  const messages = answer.messages.map(toProtocolMessage);
  const { commands, queryResults, sdkMetadata, forceCreateNewWorkflowTask } = answer;
  return {
    namespace,
    taskToken,
    identity,
    commands,
    sdkMetadata,
    forceCreateNewWorkflowTask,
    capabilities,
    ...(messages.length > 0 ? { messages } : {}),
    ...(queryResults.length > 0 ? { queryResults: resultsById(queryResults) } : {}),
    ...(buildId ? { workerVersionStamp: { buildId, useVersioning } } : {}),
    ...(buildId && useVersioning ? { versioningBehavior: 'PINNED' } : {}),
    ...(sticky && !answer.closes ? { stickyAttributes: sticky } : {}),
  };
}

export function stickyAttributes(
  { taskQueue, stickyScheduleToStartMs }: CompiledOptions,
  name: string,
): StickyExecutionAttributes {
  return {
    workerTaskQueue: { name, kind: 'STICKY', normalName: taskQueue },
    scheduleToStartTimeoutMs: stickyScheduleToStartMs,
  };
}

export function countAnswer(
  metrics: WorkerMetrics,
  { identity, state }: CachedExecution,
  { commands }: TaskAnswer,
): void {
  const { workflowType } = identity;
  metrics.historySize(workflowType, state.feed.lastEventId, state.clock.historySizeBytes);
  if (commands.some(({ type }) => type === 'ContinueAsNewWorkflowExecution')) {
    metrics.continuedAsNew(workflowType);
  }
}

export function countTask(
  metrics: WorkerMetrics,
  { identity, state }: CachedExecution,
  { previousStartedEventId }: PollWorkflowTaskQueueResponse,
  durationMs: number,
): void {
  const { events } = state.feed;
  metrics.workflowTaskCompleted(identity.workflowType, events.length, durationMs);
  const signals = events.filter(
    ({ type, eventId }) => type === 'WorkflowExecutionSignaled' && eventId > previousStartedEventId,
  );
  if (signals.length > 0) metrics.signalsReceived(identity.workflowType, signals.length);
}
