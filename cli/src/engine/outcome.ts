import type { WorkflowHandle } from '@refrain/engine';
import { WorkflowFailedError } from '@refrain/engine';
import type { ExitCode } from '../command.js';

/** How a run ended: the JSON of `refrain run` and `refrain workflow result`. */
export interface Outcome {
  readonly workflowId: string;
  readonly runId: string;
  /** `completed`, `failed`, `canceled`, `terminated`, `timed_out`, `running` … */
  readonly status: string;
  readonly result?: unknown;
  readonly failure?: FailureText;
}

interface FailureText {
  readonly message: string;
  readonly type?: string;
  readonly cause?: FailureText;
}

/** Waits for the end of a workflow, whatever it is. */
export async function outcomeOf(handle: WorkflowHandle): Promise<Outcome> {
  try {
    const result: unknown = await handle.result();
    return { ...(await headOf(handle)), ...(result !== undefined && { result }) };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return { ...(await headOf(handle)), failure: failureText(error.cause ?? error) };
  }
}

async function headOf(
  handle: WorkflowHandle,
): Promise<{ workflowId: string; runId: string; status: string }> {
  const { workflowId, runId, status } = await handle.describe();
  return { workflowId, runId, status: status.name.toLowerCase() };
}

function failureText(error: unknown): FailureText {
  if (!(error instanceof Error)) return { message: String(error) };
  const type = (error as { type?: unknown }).type;
  return {
    message: error.message,
    ...(typeof type === 'string' && { type }),
    ...(error.cause !== undefined && { cause: failureText(error.cause) }),
  };
}

export function outcomeText(outcome: Outcome): string {
  const lines = [`${outcome.workflowId}  ${outcome.status}  (run ${outcome.runId})`];
  if (outcome.result !== undefined) lines.push(JSON.stringify(outcome.result, null, 2));
  for (let failure = outcome.failure; failure !== undefined; failure = failure.cause) {
    lines.push(
      `${failure === outcome.failure ? '' : 'caused by: '}${failure.type ? `${failure.type}: ` : ''}${failure.message}`,
    );
  }
  return lines.join('\n');
}

export function exitCodeOfOutcome({ status }: Outcome): ExitCode {
  return status === 'completed' ? 0 : 1;
}
