import type { TaskApi } from '@refrain/engine/internal';
import { WorkflowTaskFailedError } from '../errors.js';
import { failureText } from '../history/failure-text.js';

/** Why the workflow does not go on: a service gives a failed task out again and again, which no test waits for. */
export function failedTaskError(
  { workflowType, workflowExecution }: TaskApi.PollWorkflowTaskQueueResponse,
  { cause, failure }: TaskApi.RespondWorkflowTaskFailedRequest,
): WorkflowTaskFailedError {
  const stack = failure?.stackTrace?.trim();
  return new WorkflowTaskFailedError(
    `A workflow task of ${workflowType.name} (${workflowExecution.workflowId}) failed: ${failureText(failure)} (${cause}).\n` +
      'The task would be tried again for ever: only a failure of the API, such as ApplicationFailure, fails the workflow ' +
      'itself. Every other error counts as a mistake in the code, which a corrected version gets past.' +
      (stack ? `\n\n${stack}` : ''),
  );
}
