import type { EventAttributes } from '../history/event.js';
import type { WorkflowIdReusePolicy } from '../history/messages.js';
import type { Payload } from '../history/payload.js';
import { enumTable } from '../history/schema/enums.js';
import type { StartWorkflowExecutionRequest, WorkflowIdConflictPolicy } from './api/workflow.js';
import type { SearchAttributeTypes } from './check-fields.js';
import { checkPayloads, checkSearchAttributes, payloadsBytes } from './check-fields.js';
import { invalidArgument, ServiceError } from './errors.js';
import { limits } from './limits.js';
import { checkRetryPolicy, completeRetryPolicy } from './retry-policy.js';
import { firstCronBackoffMs, parseCron } from './schedule/cron.js';
import type { ExecutionState } from './state.js';
import { isRunning } from './state.js';

/** Refuses a start with an impossible option, by an error that names the option. */
export function checkStart(request: StartWorkflowExecutionRequest, types: SearchAttributeTypes): void {
  checkId('workflowId', request.workflowId);
  checkId('workflowType', request.workflowType?.name);
  checkId('taskQueue', request.taskQueue?.name);
  checkTimeout('workflowExecutionTimeout', request.workflowExecutionTimeoutMs);
  checkTimeout('workflowRunTimeout', request.workflowRunTimeoutMs);
  checkTimeout('workflowTaskTimeout', request.workflowTaskTimeoutMs);
  checkTimeout('workflowStartDelay', request.workflowStartDelayMs);
  checkRetryPolicy(request.retryPolicy);
  checkPayloads(request.input, 'input');
  checkSearchAttributes(request.searchAttributes, types);
  checkMemo(request.memo?.fields);
  if (request.cronSchedule) {
    if (request.workflowStartDelayMs)
      throw invalidArgument('workflowStartDelay cannot be used with cronSchedule');
    parseCron(request.cronSchedule);
  }
  const { workflowIdConflictPolicy: conflict, workflowIdReusePolicy: reuse } = request;
  checkName('workflowIdReusePolicy', reuse, reusePolicies);
  checkName('workflowIdConflictPolicy', conflict, conflictPolicies);
  checkPriority(request.priority);
  if (reuse === 'TERMINATE_IF_RUNNING' && conflict && conflict !== 'UNSPECIFIED') {
    throw invalidArgument(
      'workflowIdReusePolicy TERMINATE_IF_RUNNING cannot be used together with a workflowIdConflictPolicy',
    );
  }
  if (reuse === 'REJECT_DUPLICATE' && conflict === 'TERMINATE_EXISTING') {
    throw invalidArgument(
      'workflowIdConflictPolicy TERMINATE_EXISTING cannot be used with workflowIdReusePolicy REJECT_DUPLICATE',
    );
  }
}

export function checkId(option: string, value: string | undefined): void {
  if (!value) throw invalidArgument(`${option} is not set`);
  if (typeof value !== 'string') throw invalidArgument(`${option} must be a text, found ${String(value)}`);
  if (Buffer.byteLength(value) > limits.idBytes) {
    throw invalidArgument(`${option} is longer than ${limits.idBytes} bytes`);
  }
}

export const reusePolicies = Object.keys(enumTable.WorkflowIdReusePolicy.values);
const conflictPolicies = ['UNSPECIFIED', 'FAIL', 'USE_EXISTING', 'TERMINATE_EXISTING'];

/** Throws when the value is none of the names. */
export function checkName(option: string, value: string | undefined, names: readonly string[]): void {
  if (value === undefined || names.includes(value)) return;
  const known = names.filter((name) => name !== 'UNSPECIFIED').join(', ');
  throw invalidArgument(`${option}: '${value}' is none of ${known}`);
}

export function checkPriority(priority: StartWorkflowExecutionRequest['priority']): void {
  const { priorityKey = 0, fairnessKey = '', fairnessWeight = 0 } = priority ?? {};
  if (!Number.isInteger(priorityKey) || priorityKey < 0) {
    throw invalidArgument(`priority.priorityKey must be a whole number of at least 1, found ${priorityKey}`);
  }
  if (Buffer.byteLength(fairnessKey) > limits.fairnessKeyBytes) {
    throw invalidArgument(`priority.fairnessKey is longer than ${limits.fairnessKeyBytes} bytes`);
  }
  if (!(fairnessWeight >= 0 && fairnessWeight < Infinity)) {
    throw invalidArgument(`priority.fairnessWeight must not be negative, found ${fairnessWeight}`);
  }
}

export function checkMemo(fields: Readonly<Record<string, Payload>> = {}): void {
  const bytes = payloadsBytes(Object.values(fields));
  if (bytes > limits.memoBytesError) {
    throw invalidArgument(`memo: ${bytes} bytes are more than the limit of ${limits.memoBytesError}`);
  }
}

function checkTimeout(option: string, ms: number | undefined): void {
  if (ms === undefined || (ms >= 0 && ms < Infinity)) return;
  throw invalidArgument(`${option} must not be ${ms > 0 ? 'infinite' : 'negative'}, found ${ms} ms`);
}

/** What the first event of a new execution says. */
export function startedAttributes(
  request: StartWorkflowExecutionRequest,
  runId: string,
  nowMs: number,
): EventAttributes<'WorkflowExecutionStarted'> {
  const { workflowExecutionTimeoutMs: executionMs = 0 } = request;
  const runTimeoutMs = runTimeoutWithin(request.workflowRunTimeoutMs, executionMs);
  const backoffMs = firstBackoffMs(request, nowMs);
  return {
    workflowType: request.workflowType,
    taskQueue: { name: request.taskQueue.name!, kind: 'NORMAL' },
    input: request.input ?? [],
    workflowExecutionTimeoutMs: executionMs,
    workflowRunTimeoutMs: runTimeoutMs,
    workflowTaskTimeoutMs: taskTimeoutMs(request.workflowTaskTimeoutMs, runTimeoutMs),
    originalExecutionRunId: runId,
    ...(request.cronSchedule && { initiator: 'CRON_SCHEDULE' as const }),
    identity: request.identity ?? '',
    firstExecutionRunId: runId,
    ...(request.retryPolicy && { retryPolicy: completeRetryPolicy(request.retryPolicy) }),
    attempt: 1,
    ...(executionMs > 0 && { workflowExecutionExpirationTimeMs: nowMs + executionMs }),
    ...(request.cronSchedule && { cronSchedule: request.cronSchedule }),
    ...(backoffMs > 0 && { firstWorkflowTaskBackoffMs: backoffMs }),
    ...(request.memo && { memo: request.memo }),
    ...(request.searchAttributes && { searchAttributes: request.searchAttributes }),
    header: request.header ?? {},
    workflowId: request.workflowId,
    ...(request.versioningOverride && { versioningOverride: request.versioningOverride }),
    ...(request.priority && { priority: request.priority }),
    ...(request.lastCompletionResult && { lastCompletionResult: request.lastCompletionResult }),
    ...(request.continuedFailure && { continuedFailure: request.continuedFailure }),
  };
}

/** A run may not take longer than the execution. */
export function runTimeoutWithin(runMs = 0, executionMs = 0): number {
  return executionMs > 0 && (runMs === 0 || runMs > executionMs) ? executionMs : runMs;
}

/** A workflow task may not take longer than its run. */
export function taskTimeoutMs(asked: number | undefined, runTimeoutMs: number): number {
  return Math.min(
    asked || limits.workflowTaskTimeoutMs,
    limits.workflowTaskTimeoutMaxMs,
    runTimeoutMs || Infinity,
  );
}

function firstBackoffMs(request: StartWorkflowExecutionRequest, nowMs: number): number {
  if (!request.cronSchedule) return request.workflowStartDelayMs ?? 0;
  return firstCronBackoffMs(request.cronSchedule, nowMs);
}

export type StartDecision = 'start' | 'useExisting' | 'terminateThenStart';

interface Policies {
  readonly workflowIdReusePolicy?: WorkflowIdReusePolicy;
  readonly workflowIdConflictPolicy?: WorkflowIdConflictPolicy;
}

/**
 * What a start does when its workflow id is known already:
 *
 * | current run            | reuse policy                | conflict policy    | decision           |
 * |------------------------|-----------------------------|--------------------|--------------------|
 * | running                | TERMINATE_IF_RUNNING        |                    | terminateThenStart |
 * | running                |                             | USE_EXISTING       | useExisting        |
 * | running                |                             | TERMINATE_EXISTING | terminateThenStart |
 * | running                |                             | else               | already started    |
 * | completed              | ALLOW_DUPLICATE_FAILED_ONLY |                    | already started    |
 * | closed                 | REJECT_DUPLICATE            |                    | already started    |
 * | closed                 | else                        |                    | start              |
 */
export function decideStart(policies: Policies, current: ExecutionState): StartDecision {
  const { workflowIdReusePolicy: reuse, workflowIdConflictPolicy: conflict } = policies;
  if (isRunning(current)) {
    if (reuse === 'TERMINATE_IF_RUNNING' || conflict === 'TERMINATE_EXISTING') return 'terminateThenStart';
    if (conflict === 'USE_EXISTING') return 'useExisting';
    throw alreadyStarted(current, 'Workflow execution is already running.');
  }
  if (reuse === 'REJECT_DUPLICATE') {
    throw alreadyStarted(current, 'Workflow execution already finished.');
  }
  const failed = ['FAILED', 'CANCELED', 'TERMINATED', 'TIMED_OUT'].includes(current.status);
  if (reuse === 'ALLOW_DUPLICATE_FAILED_ONLY' && !failed) {
    throw alreadyStarted(current, 'Workflow execution already finished successfully.');
  }
  return 'start';
}

function alreadyStarted(current: ExecutionState, what: string): ServiceError {
  const { workflowId, runId } = current;
  const message = `${what} WorkflowId: ${workflowId}, RunId: ${runId}.`;
  const details = { workflowId, runId, workflowType: current.started.workflowType.name };
  return new ServiceError('RFN2003', 'ALREADY_EXISTS', 'WorkflowExecutionAlreadyStarted', message, details);
}
