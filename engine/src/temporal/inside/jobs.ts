/** Activation jobs in the form that the SDK's activator takes (`coresdk.workflow_activation`). */
import type { ActivationJob, InitializeWorkflow, Resolution } from '../../core/activation.js';
import type { MakeDuration, ProtoForm } from '../../history/proto-form.js';

type Dict = Record<string, unknown>;

export interface ProtoJob {
  variant: string;
  [variant: string]: unknown;
}

export interface JobConversion {
  readonly form: ProtoForm;
  readonly makeDuration: MakeDuration;
  /** The start job is `startWorkflow` up to 1.10. */
  readonly legacy: boolean;
}

export function jobToProto(job: ActivationJob, conversion: JobConversion): ProtoJob {
  const variant = job.type === 'initializeWorkflow' && conversion.legacy ? 'startWorkflow' : job.type;
  return { variant, [variant]: bodyOf(job, conversion) };
}

function bodyOf(job: ActivationJob, conversion: JobConversion): Dict {
  const { form } = conversion;
  switch (job.type) {
    case 'initializeWorkflow':
      return initialize(job, conversion);
    case 'signalWorkflow':
      return {
        signalName: job.signalName,
        input: form.to('Payload[]', job.input),
        identity: job.identity,
        headers: form.to('map:Payload', job.headers),
      };
    case 'doUpdate':
      return {
        id: job.id,
        protocolInstanceId: job.protocolInstanceId,
        name: job.name,
        input: form.to('Payload[]', job.input),
        headers: form.to('map:Payload', job.headers),
        meta: { updateId: job.id, identity: job.identity },
        runValidator: job.runValidator,
      };
    case 'queryWorkflow':
      return {
        queryId: job.queryId,
        queryType: job.queryType,
        arguments: form.to('Payload[]', job.arguments),
        headers: form.to('map:Payload', job.headers),
      };
    case 'resolveActivity':
      return { seq: job.seq, isLocal: job.isLocal, result: resolution(job.result, conversion) };
    case 'resolveChildWorkflowExecution':
      return { seq: job.seq, result: resolution(job.result, conversion) };
    case 'resolveChildWorkflowExecutionStart':
      return { seq: job.seq, ...childStart(job.result, form) };
    case 'resolveSignalExternalWorkflow':
    case 'resolveRequestCancelExternalWorkflow':
      return { seq: job.seq, failure: form.to('Failure', job.failure) };
    case 'updateRandomSeed':
      return { randomnessSeed: { toBytes: () => seedBytes(job.randomnessSeed) } };
    case 'notifyHasPatch':
      return { patchId: job.patchId };
    case 'fireTimer':
      return { seq: job.seq };
    case 'cancelWorkflow':
      return { reason: job.reason };
    default:
      return {};
  }
}

function resolution(result: Resolution, { form, makeDuration }: JobConversion): Dict {
  switch (result.status) {
    case 'completed':
      return { completed: { result: form.to('Payload', result.result) } };
    case 'failed':
      return { failed: { failure: form.to('Failure', result.failure) } };
    case 'cancelled':
      return { cancelled: { failure: form.to('Failure', result.failure) } };
    case 'backoff':
      return {
        backoff: {
          attempt: result.attempt,
          backoffDuration: makeDuration(result.backoffMs),
          originalScheduleTime: makeDuration(result.originalScheduleTimeMs),
        },
      };
  }
}

/** The SDK's enum has this one cause. */
const WORKFLOW_ALREADY_EXISTS = 1;

function childStart(
  result: Extract<ActivationJob, { type: 'resolveChildWorkflowExecutionStart' }>['result'],
  form: ProtoForm,
): Dict {
  switch (result.status) {
    case 'succeeded':
      return { succeeded: { runId: result.runId } };
    case 'failed':
      return {
        failed: {
          workflowId: result.workflowId,
          workflowType: result.workflowType,
          cause: result.cause === 'WORKFLOW_ALREADY_EXISTS' ? WORKFLOW_ALREADY_EXISTS : 0,
        },
      };
    case 'cancelled':
      return { cancelled: { failure: form.to('Failure', result.failure) } };
  }
}

function initialize(job: InitializeWorkflow, { form }: JobConversion): Dict {
  return {
    workflowType: job.workflowType,
    workflowId: job.workflowId,
    arguments: form.to('Payload[]', job.arguments),
    headers: form.to('map:Payload', job.headers),
    identity: job.identity,
    attempt: job.attempt,
    continuedFailure: form.to('Failure', job.continuedFailure),
    lastCompletionResult: form.to('Payloads', job.lastCompletionResult),
    memo: form.to('Memo', job.memo),
    searchAttributes: form.to('SearchAttributes', job.searchAttributes),
  };
}

/** The eight bytes of the seed, the most significant first: what `Long.toBytes()` gives. */
export function seedBytes(seed: string): number[] {
  let rest = BigInt(seed);
  const bytes: number[] = [];
  for (let i = 0; i < 8; i++) {
    bytes.unshift(Number(rest & 255n));
    rest >>= 8n;
  }
  return bytes;
}
