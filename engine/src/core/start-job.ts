import type { EventOf } from '../history/event.js';
import type { InitializeWorkflow, NamespacedWorkflowExecution } from './activation.js';
import { randomnessSeed } from './random-seed.js';
import type { ExecutionOptions } from './step.js';

/** The job that starts the code, from the first event of the run. */
export function initializeJob(
  options: ExecutionOptions,
  event: EventOf<'WorkflowExecutionStarted'>,
): InitializeWorkflow {
  const { attributes: started } = event;
  const parent = parentOf(event);
  return defined({
    type: 'initializeWorkflow',
    workflowType: started.workflowType.name,
    workflowId: options.workflowId,
    namespace: options.namespace,
    taskQueue: options.taskQueue,
    arguments: started.input ?? [],
    randomnessSeed: randomnessSeed(started.originalExecutionRunId ?? ''),
    headers: started.header?.fields ?? {},
    identity: started.identity ?? '',
    parentWorkflowInfo: parent,
    rootWorkflow: started.rootWorkflowExecution,
    workflowExecutionTimeoutMs: positive(started.workflowExecutionTimeoutMs),
    workflowRunTimeoutMs: positive(started.workflowRunTimeoutMs),
    workflowTaskTimeoutMs: positive(started.workflowTaskTimeoutMs),
    continuedFromExecutionRunId: started.continuedExecutionRunId || undefined,
    continuedInitiator: started.initiator,
    continuedFailure: started.continuedFailure,
    lastCompletionResult: started.lastCompletionResult,
    firstExecutionRunId: started.firstExecutionRunId ?? options.runId,
    originalExecutionRunId: started.originalExecutionRunId,
    retryPolicy: started.retryPolicy,
    attempt: started.attempt ?? 1,
    cronSchedule: started.cronSchedule || undefined,
    workflowExecutionExpirationTimeMs: started.workflowExecutionExpirationTimeMs,
    cronScheduleToScheduleIntervalMs: positive(started.firstWorkflowTaskBackoffMs),
    memo: started.memo,
    searchAttributes: started.searchAttributes,
    startTimeMs: event.eventTimeMs,
    priority: started.priority,
  });
}

function parentOf(event: EventOf<'WorkflowExecutionStarted'>): NamespacedWorkflowExecution | undefined {
  const { parentWorkflowExecution: parent, parentWorkflowNamespace } = event.attributes;
  if (!parent) return undefined;
  return {
    namespace: parentWorkflowNamespace ?? '',
    workflowId: parent.workflowId ?? '',
    runId: parent.runId ?? '',
  };
}

/** A timeout of 0 in a history means that there is none. */
function positive(ms: number | undefined): number | undefined {
  return ms !== undefined && ms > 0 ? ms : undefined;
}

type Undefinable<T> = { [K in keyof T]: T[K] | undefined };

/** Leaves out what is undefined: the contract's optional fields are absent, not undefined. */
function defined<T extends object>(value: Undefinable<T>): T {
  const result: Partial<T> = {};
  for (const name in value) {
    if (value[name] !== undefined) result[name] = value[name];
  }
  return result as T;
}
