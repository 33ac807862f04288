import type { RunRecord } from './store.js';
import type { WorkflowExecutionInfo } from './api/workflow.js';

/** What list and describe tell of a run, from its row. */
export function infoOf(record: RunRecord): WorkflowExecutionInfo {
  const { workflowId, runId, closeTimeMs, parentWorkflowId, parentRunId, rootWorkflowId, rootRunId } = record;
  const { buildId, pinned } = record;
  return {
    execution: { workflowId, runId },
    type: { name: record.workflowType },
    startTimeMs: record.startTimeMs,
    executionTimeMs: record.executionTimeMs,
    ...(closeTimeMs !== undefined && {
      closeTimeMs,
      executionDurationMs: closeTimeMs - record.executionTimeMs,
    }),
    status: record.status,
    historyLength: record.historyLength,
    historySizeBytes: record.historySizeBytes,
    ...(parentWorkflowId !== undefined && {
      parentExecution: {
        workflowId: parentWorkflowId,
        ...(parentRunId !== undefined && { runId: parentRunId }),
      },
    }),
    ...(rootWorkflowId !== undefined && {
      rootExecution: { workflowId: rootWorkflowId, ...(rootRunId !== undefined && { runId: rootRunId }) },
    }),
    firstRunId: record.firstRunId,
    memo: { fields: record.memo },
    searchAttributes: { indexedFields: record.searchAttributes },
    taskQueue: record.taskQueue,
    ...(buildId !== undefined && {
      assignedBuildId: buildId,
      versioningInfo: { behavior: pinned ? 'PINNED' : 'AUTO_UPGRADE', buildId },
    }),
  };
}
