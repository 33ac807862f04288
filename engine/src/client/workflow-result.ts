import { CancelledFailure, TerminatedFailure, TimeoutFailure } from '../failures/failures.js';
import type { HistoryEvent } from '../history/event.js';
import type { WorkflowCalls } from '../service/api.js';
import type { Conversion } from './conversion.js';
import { workflowErrorOf, WorkflowContinuedAsNewError, WorkflowFailedError } from './errors.js';

export interface ResultQuestion {
  readonly workflowId: string;
  readonly runId: string | undefined;
  readonly followRuns: boolean;
}

/** Waits for the end of a workflow: of the run, or of its chain. Throws as `@temporalio/client` does. */
export async function workflowResult(
  service: WorkflowCalls,
  conversion: Conversion,
  { workflowId, runId, followRuns }: ResultQuestion,
): Promise<unknown> {
  let current = runId;
  for (;;) {
    const event = await closeEvent(service, workflowId, current);
    const next = nextRunId(event);
    if (next === undefined || !followRuns) return outcomeOf(event, conversion, followRuns);
    current = next;
  }
}

async function closeEvent(
  service: WorkflowCalls,
  workflowId: string,
  runId: string | undefined,
): Promise<HistoryEvent> {
  for (;;) {
    const { history } = await service
      .getWorkflowExecutionHistory({
        execution: { workflowId, ...(runId !== undefined && { runId }) },
        waitNewEvent: true,
        historyEventFilterType: 'CLOSE_EVENT',
      })
      .catch((error: unknown) => {
        throw workflowErrorOf(error, workflowId, runId);
      });
    if (history.events[0]) return history.events[0];
  }
}

function nextRunId(event: HistoryEvent): string | undefined {
  switch (event.type) {
    case 'WorkflowExecutionCompleted':
    case 'WorkflowExecutionFailed':
    case 'WorkflowExecutionTimedOut':
    case 'WorkflowExecutionContinuedAsNew':
      return event.attributes.newExecutionRunId || undefined;
    default:
      return undefined;
  }
}

async function outcomeOf(event: HistoryEvent, conversion: Conversion, followRuns: boolean): Promise<unknown> {
  switch (event.type) {
    case 'WorkflowExecutionCompleted':
      return conversion.decodeFirst(event.attributes.result);
    case 'WorkflowExecutionFailed': {
      const { failure, retryState } = event.attributes;
      const cause = failure && (await conversion.decodeFailure(failure));
      throw new WorkflowFailedError('Workflow execution failed', cause, retryState);
    }
    case 'WorkflowExecutionCanceled': {
      const cause = new CancelledFailure(
        'Workflow canceled',
        await details(event.attributes.details, conversion),
      );
      throw new WorkflowFailedError('Workflow execution cancelled', cause, 'NON_RETRYABLE_FAILURE');
    }
    case 'WorkflowExecutionTerminated': {
      const cause = new TerminatedFailure(event.attributes.reason || 'Workflow execution terminated');
      throw new WorkflowFailedError(
        event.attributes.reason || 'Workflow execution terminated',
        cause,
        'NON_RETRYABLE_FAILURE',
      );
    }
    case 'WorkflowExecutionTimedOut': {
      const cause = new TimeoutFailure('Workflow execution timed out', undefined, 'START_TO_CLOSE');
      throw new WorkflowFailedError('Workflow execution timed out', cause, event.attributes.retryState);
    }
    case 'WorkflowExecutionContinuedAsNew': {
      const { newExecutionRunId = '' } = event.attributes;
      if (followRuns) throw new Error('unreachable: a chain is followed to its end');
      throw new WorkflowContinuedAsNewError('Workflow execution continued as new', newExecutionRunId);
    }
    default:
      throw new Error(`${event.type} is not the end of a workflow`);
  }
}

async function details(
  payloads: Parameters<Conversion['decodeFirst']>[0],
  conversion: Conversion,
): Promise<unknown[]> {
  return Promise.all((payloads ?? []).map((payload) => conversion.decodeFirst([payload])));
}
