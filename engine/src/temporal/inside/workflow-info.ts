import type { Activation, InitializeWorkflow } from '../../core/activation.js';
import type { DriverOptions } from './driver.js';
import type { ProtoForm } from '../../history/proto-form.js';
import type { Activator, SdkModules } from './sdk-types.js';

type Dict = Record<string, unknown>;

/** `WorkflowInfo` as the Temporal worker gives it to `initRuntime`; the SDK fills in what comes from payloads. */
export function workflowInfoOf(
  activation: Activation,
  job: InitializeWorkflow,
  options: DriverOptions,
): Dict {
  const parent = job.parentWorkflowInfo;
  return {
    workflowId: job.workflowId,
    runId: activation.runId,
    workflowType: job.workflowType,
    searchAttributes: {},
    memo: {},
    parent: parent?.workflowId
      ? { workflowId: parent.workflowId, runId: parent.runId, namespace: parent.namespace }
      : undefined,
    root: job.rootWorkflow?.workflowId
      ? { workflowId: job.rootWorkflow.workflowId, runId: job.rootWorkflow.runId }
      : undefined,
    taskQueue: job.taskQueue || options.taskQueue,
    namespace: job.namespace || options.namespace,
    firstExecutionRunId: job.firstExecutionRunId,
    originalExecutionRunId: job.originalExecutionRunId ?? activation.runId,
    continuedFromExecutionRunId: job.continuedFromExecutionRunId || undefined,
    startTime: new Date(Math.floor(job.startTimeMs)),
    runStartTime: new Date(Math.floor(activation.timestampMs)),
    executionTimeoutMs: job.workflowExecutionTimeoutMs,
    executionExpirationTime:
      job.workflowExecutionExpirationTimeMs === undefined
        ? undefined
        : new Date(Math.floor(job.workflowExecutionExpirationTimeMs)),
    runTimeoutMs: job.workflowRunTimeoutMs,
    taskTimeoutMs: job.workflowTaskTimeoutMs ?? 10_000,
    retryPolicy: retryPolicyOf(job),
    attempt: job.attempt,
    cronSchedule: job.cronSchedule || undefined,
    cronScheduleToScheduleInterval: job.cronScheduleToScheduleIntervalMs || undefined,
    historyLength: activation.historyLength,
    historySize: activation.historySizeBytes,
    continueAsNewSuggested: activation.continueAsNewSuggested,
    targetWorkerDeploymentVersionChanged: false,
    currentBuildId: activation.buildId ?? '',
    currentDeploymentVersion: undefined,
    priority: job.priority ?? {},
    unsafe: { isReplaying: activation.isReplaying, isReplayingHistoryEvents: activation.isReplaying },
  };
}

function retryPolicyOf({ retryPolicy }: InitializeWorkflow): Dict | undefined {
  if (!retryPolicy) return undefined;
  return {
    backoffCoefficient: retryPolicy.backoffCoefficient,
    maximumAttempts: retryPolicy.maximumAttempts,
    maximumInterval: retryPolicy.maximumIntervalMs,
    initialInterval: retryPolicy.initialIntervalMs,
    nonRetryableErrorTypes: retryPolicy.nonRetryableErrorTypes ? [...retryPolicy.nonRetryableErrorTypes] : [],
  };
}

/** Up to 1.10 the worker decodes what later SDKs decode in `initialize`. */
export function fillLegacyInfo(
  activator: Activator,
  job: InitializeWorkflow,
  { common, searchAttributeConverter }: SdkModules,
  form: ProtoForm,
): void {
  const { payloadConverter, failureConverter } = activator;
  const fields = (message: unknown, name: string) => (message as Dict | undefined)?.[name];
  const last = job.lastCompletionResult?.[0];
  const memo = form.to('Memo', job.memo);
  const attributes = form.to('SearchAttributes', job.searchAttributes);
  activator.mutateWorkflowInfo((info) => ({
    ...info,
    memo: common.mapFromPayloads(payloadConverter, fields(memo, 'fields')),
    searchAttributes:
      common.mapFromPayloads(searchAttributeConverter, fields(attributes, 'indexedFields')) ?? {},
    lastResult: last ? payloadConverter.fromPayload(form.to('Payload', last)) : undefined,
    lastFailure: job.continuedFailure
      ? failureConverter.failureToError(form.to('Failure', job.continuedFailure), payloadConverter)
      : undefined,
  }));
}
