import type { RunRecord } from './store.js';
import type { SearchAttributeTypes } from './check-fields.js';
import { searchAttributeValues } from './check-fields.js';
import type { ExecutionState } from './state.js';
import { isRunning, taskQueueOf } from './state.js';

/** The row of a run, from its state. */
export function recordOf(state: ExecutionState): RunRecord {
  const { started } = state;
  const parent = started.parentWorkflowExecution;
  return {
    run: state.run,
    workflowId: state.workflowId,
    runId: state.runId,
    workflowType: started.workflowType.name,
    taskQueue: taskQueueOf(state),
    status: state.status,
    startTimeMs: state.startTimeMs,
    executionTimeMs: state.startTimeMs + (started.firstWorkflowTaskBackoffMs ?? 0),
    closeTimeMs: isRunning(state) ? undefined : state.closeTimeMs,
    historyLength: state.nextEventId - 1,
    historySizeBytes: state.historySizeBytes,
    parentWorkflowId: parent?.workflowId,
    parentRunId: parent?.runId,
    rootWorkflowId: started.rootWorkflowExecution?.workflowId ?? state.workflowId,
    rootRunId: started.rootWorkflowExecution?.runId ?? state.runId,
    firstRunId: started.firstExecutionRunId ?? state.runId,
    memo: state.memo,
    searchAttributes: state.searchAttributes,
    buildId: state.buildId,
    pinned: state.pinned,
  };
}

/** Comparable values of the registered search attributes of a run. */
export function searchValuesOf(
  state: ExecutionState,
  types: SearchAttributeTypes,
): Readonly<Record<string, readonly (string | number)[]>> {
  const found: Record<string, readonly (string | number)[]> = {};
  for (const [name, payload] of Object.entries(state.searchAttributes)) {
    const type = types.get(name);
    const values = type && searchAttributeValues(payload, type);
    if (values) found[name] = values;
  }
  return found;
}
