import { ValueError } from '../failures/errors.js';
import type { Duration } from '../failures/duration.js';
import { optionalDurationToMs } from '../failures/duration.js';
import type { RetryPolicy as RecordedRetryPolicy } from '../history/messages.js';
import type { RetryPolicy, Priority } from '../runtime/options.js';
import type { SearchAttributePair, SearchAttributes } from '../runtime/search-attributes.js';
import type { StartWorkflowExecutionRequest } from '../service/api/workflow.js';
import type { Conversion } from './conversion.js';

/** Options of a start; names and defaults as in `@temporalio/client`. */
export interface WorkflowOptions {
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly workflowExecutionTimeout?: Duration;
  readonly workflowRunTimeout?: Duration;
  readonly workflowTaskTimeout?: Duration;
  readonly startDelay?: Duration;
  readonly retry?: RetryPolicy;
  readonly cronSchedule?: string;
  readonly memo?: Readonly<Record<string, unknown>>;
  readonly searchAttributes?: SearchAttributes;
  readonly typedSearchAttributes?:
    readonly SearchAttributePair[] | { getAll(): readonly SearchAttributePair[] };
  readonly workflowIdReusePolicy?:
    'ALLOW_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY' | 'REJECT_DUPLICATE' | 'TERMINATE_IF_RUNNING';
  readonly workflowIdConflictPolicy?: 'FAIL' | 'USE_EXISTING' | 'TERMINATE_EXISTING';
  /** Starting twice with the same request id answers with the first run. */
  readonly requestId?: string;
  /** For `execute` and `result`: follow the chain of runs. Default true. */
  readonly followRuns?: boolean;
  readonly staticSummary?: string;
  readonly staticDetails?: string;
  readonly priority?: Priority;
}

/** The request of a start, without its arguments. */
export async function startRequestOf(
  conversion: Conversion,
  workflowType: string,
  options: WorkflowOptions & { readonly args: readonly unknown[] },
): Promise<StartWorkflowExecutionRequest> {
  const { retry, memo, staticSummary, staticDetails } = options;
  if (memo !== undefined && (typeof memo !== 'object' || memo === null)) {
    throw new ValueError(`memo: expected an object, found ${String(memo)}`);
  }
  const executionMs = optionalDurationToMs(options.workflowExecutionTimeout, 'workflowExecutionTimeout');
  const runMs = optionalDurationToMs(options.workflowRunTimeout, 'workflowRunTimeout');
  const taskMs = optionalDurationToMs(options.workflowTaskTimeout, 'workflowTaskTimeout');
  const delayMs = optionalDurationToMs(options.startDelay, 'startDelay');
  const attributes = searchAttributesOf(options);
  const [summary] =
    staticSummary === undefined ? [] : await conversion.encodeArguments([staticSummary], 'staticSummary');
  const [details] =
    staticDetails === undefined ? [] : await conversion.encodeArguments([staticDetails], 'staticDetails');
  return {
    workflowId: options.workflowId,
    workflowType: { name: workflowType },
    taskQueue: { name: options.taskQueue, kind: 'NORMAL' },
    input: await conversion.encodeArguments(options.args, `workflow ${workflowType}`),
    ...(executionMs !== undefined && { workflowExecutionTimeoutMs: executionMs }),
    ...(runMs !== undefined && { workflowRunTimeoutMs: runMs }),
    ...(taskMs !== undefined && { workflowTaskTimeoutMs: taskMs }),
    ...(delayMs !== undefined && { workflowStartDelayMs: delayMs }),
    ...(retry && { retryPolicy: retryPolicyOf(retry) }),
    ...(options.cronSchedule && { cronSchedule: options.cronSchedule }),
    ...(memo && { memo: { fields: await conversion.encodeMap(memo) } }),
    ...(attributes && { searchAttributes: { indexedFields: conversion.plainMap(attributes) } }),
    ...(options.workflowIdReusePolicy && { workflowIdReusePolicy: options.workflowIdReusePolicy }),
    ...(options.workflowIdConflictPolicy && { workflowIdConflictPolicy: options.workflowIdConflictPolicy }),
    ...(options.requestId !== undefined && { requestId: options.requestId }),
    ...(options.priority && { priority: options.priority }),
    ...((summary || details) && {
      userMetadata: { ...(summary && { summary }), ...(details && { details }) },
    }),
  };
}

function searchAttributesOf(options: WorkflowOptions): Record<string, unknown> | undefined {
  const { searchAttributes, typedSearchAttributes } = options;
  if (!typedSearchAttributes) return searchAttributes && { ...searchAttributes };
  const pairs = 'getAll' in typedSearchAttributes ? typedSearchAttributes.getAll() : typedSearchAttributes;
  return Object.fromEntries(pairs.map(({ key, value }) => [key.name, value]));
}

export function retryPolicyOf(retry: RetryPolicy): RecordedRetryPolicy {
  const initialIntervalMs = optionalDurationToMs(retry.initialInterval, 'retry.initialInterval');
  const maximumIntervalMs = optionalDurationToMs(retry.maximumInterval, 'retry.maximumInterval');
  const { backoffCoefficient, maximumAttempts, nonRetryableErrorTypes } = retry;
  return {
    ...(initialIntervalMs !== undefined && { initialIntervalMs }),
    ...(maximumIntervalMs !== undefined && { maximumIntervalMs }),
    ...(backoffCoefficient !== undefined && { backoffCoefficient }),
    ...(maximumAttempts !== undefined && maximumAttempts !== Infinity && { maximumAttempts }),
    ...(nonRetryableErrorTypes && { nonRetryableErrorTypes }),
  };
}
