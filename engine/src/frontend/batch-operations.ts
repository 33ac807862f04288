import { randomUUID } from 'node:crypto';
import type { WorkflowService } from '../service/api.js';
import type { ResetWorkflowExecutionRequest } from '../service/api/workflow.js';
import { invalidArgument, notFound, ServiceError } from '../service/errors.js';
import type { ResetTarget } from '../service/reset-point.js';
import { findResetPoint } from '../service/reset-point.js';
import type { Message } from '../history/field-kinds.js';
import type { WorkflowExecution } from '../history/messages.js';
import type { Payload } from '../history/payload.js';
import type { Method } from './call.js';

interface StartBatchRequest {
  readonly namespace: string;
  readonly jobId?: string;
  readonly reason?: string;
  readonly visibilityQuery?: string;
  readonly executions?: readonly WorkflowExecution[];
  readonly maxOperationsPerSecond?: number;
  readonly terminationOperation?: { readonly details?: readonly Payload[]; readonly identity?: string };
  readonly signalOperation?: SignalOperation;
  readonly cancellationOperation?: { readonly identity?: string };
  readonly deletionOperation?: object;
  readonly resetOperation?: ResetOperation;
}

interface SignalOperation {
  readonly signal: string;
  readonly input?: readonly Payload[];
  readonly header?: Message<'Header'>;
  readonly identity?: string;
}

/** A point by its name; the older `resetType` names the first two of them. */
interface ResetOperation {
  readonly options?: {
    readonly firstWorkflowTask?: object;
    readonly lastWorkflowTask?: object;
    readonly workflowTaskId?: number;
    readonly buildId?: string;
    readonly currentRunOnly?: boolean;
  } & ReapplyOptions;
  readonly resetType?: 'UNSPECIFIED' | 'FIRST_WORKFLOW_TASK' | 'LAST_WORKFLOW_TASK';
  readonly resetReapplyType?: ReapplyOptions['resetReapplyType'];
  readonly postResetOperations?: readonly unknown[];
}

type ReapplyOptions = Pick<ResetWorkflowExecutionRequest, 'resetReapplyType' | 'resetReapplyExcludeTypes'>;

interface Job {
  readonly request: StartBatchRequest;
  readonly jobId: string;
  readonly operationType: string;
  readonly startTimeMs: number;
  state: 'RUNNING' | 'COMPLETED' | 'FAILED';
  closeTimeMs?: number;
  total: number;
  complete: number;
  failed: number;
}

/** Jobs remembered, running or ended; the oldest ended ones are forgotten first. */
const jobsKept = 1_000;
const runningAtMost = 10;
const pageSize = 500;

/**
 * Batch operations: one of the service's calls for each execution that a query finds. Owns the jobs, which live as
 * long as the server: one that is interrupted by its end is started again by whoever wants the rest done.
 */
export function batchMethods(service: WorkflowService): Readonly<Record<string, Method>> {
  const jobs = new Map<string, Job>();
  const jobOf = ({ namespace, jobId }: { namespace: string; jobId?: string }): Job => {
    const job = jobs.get(`${namespace}/${jobId}`);
    if (!job) throw notFound(`batch operation ${jobId} not found`);
    return job;
  };
  return {
    StartBatchOperation: async (request: StartBatchRequest) => {
      const job = newJob(request);
      const key = `${request.namespace}/${job.jobId}`;
      if (jobs.has(key)) {
        throw new ServiceError('RFN2003', 'ALREADY_EXISTS', 'AlreadyExists', `batch ${job.jobId} exists`);
      }
      makeRoom(jobs);
      const call = operationOf(service, request);
      jobs.set(key, job);
      void runJob(service, job, call);
    },
    DescribeBatchOperation: async (request: { namespace: string; jobId?: string }) => {
      const job = jobOf(request);
      const { reason, visibilityQuery } = job.request;
      return {
        ...infoOf(job),
        ...{ totalOperationCount: job.total, completeOperationCount: job.complete },
        ...{ failureOperationCount: job.failed, reason, query: visibilityQuery },
      };
    },
    ListBatchOperations: async ({ namespace }: { namespace: string }) => {
      const own = [...jobs.values()].filter((job) => job.request.namespace === namespace).reverse();
      return { operationInfo: own.map(infoOf) };
    },
    StopBatchOperation: async (request: { namespace: string; jobId?: string }) => {
      const job = jobOf(request);
      if (job.state === 'RUNNING') end(job, 'FAILED');
    },
  };
}

function newJob(request: StartBatchRequest): Job {
  const operationType = Object.keys(request).find((name) => operationTypes.has(name));
  if (!request.visibilityQuery === !request.executions?.length) {
    throw invalidArgument('visibilityQuery or executions must be set, and not both');
  }
  if (!operationType)
    throw invalidArgument(`the operation must be one of ${[...operationTypes.keys()].join(', ')}`);
  return {
    ...{ request, jobId: request.jobId ?? randomUUID(), operationType: operationTypes.get(operationType)! },
    ...{ startTimeMs: Date.now(), state: 'RUNNING', total: 0, complete: 0, failed: 0 },
  };
}

const operationTypes: ReadonlyMap<string, string> = new Map([
  ['terminationOperation', 'TERMINATE_WORKFLOW'],
  ['cancellationOperation', 'CANCEL_WORKFLOW'],
  ['signalOperation', 'SIGNAL_WORKFLOW'],
  ['deletionOperation', 'DELETE_WORKFLOW'],
  ['resetOperation', 'RESET_WORKFLOW'],
]);

function makeRoom(jobs: Map<string, Job>): void {
  const running = [...jobs.values()].filter(({ state }) => state === 'RUNNING').length;
  if (running >= runningAtMost) {
    const message = `${running} batch operations are running already`;
    throw new ServiceError('RFN2004', 'RESOURCE_EXHAUSTED', 'ResourceExhausted', message);
  }
  if (jobs.size < jobsKept) return;
  for (const [key, { state }] of jobs) {
    if (state !== 'RUNNING') return void jobs.delete(key);
  }
}

function infoOf({ jobId, state, startTimeMs, closeTimeMs, operationType }: Job): object {
  return { jobId, state, startTimeMs, ...(closeTimeMs !== undefined && { closeTimeMs }), operationType };
}

function end(job: Job, state: 'COMPLETED' | 'FAILED'): void {
  job.state = state;
  job.closeTimeMs = Date.now();
}

/** What the job does with one execution. */
function operationOf(service: WorkflowService, request: StartBatchRequest) {
  const { namespace, reason, terminationOperation, signalOperation, deletionOperation } = request;
  return (workflowExecution: WorkflowExecution): Promise<unknown> => {
    const common = { namespace, workflowExecution };
    if (terminationOperation)
      return service.terminateWorkflowExecution({
        ...common,
        ...terminationOperation,
        ...(reason && { reason }),
      });
    if (signalOperation) {
      const { signal: signalName, ...rest } = signalOperation;
      return service.signalWorkflowExecution({ ...common, ...rest, signalName });
    }
    if (deletionOperation) return service.deleteWorkflowExecution(common);
    if (request.resetOperation) return resetOne(service, request, workflowExecution);
    const { identity } = request.cancellationOperation!;
    const who = { ...(identity && { identity }), ...(reason && { reason }) };
    return service.requestCancelWorkflowExecution({ ...common, ...who });
  };
}

async function resetOne(
  service: WorkflowService,
  { namespace, reason, resetOperation = {} }: StartBatchRequest,
  execution: WorkflowExecution,
): Promise<unknown> {
  const { options, resetReapplyType, postResetOperations } = resetOperation;
  const { workflowTaskId } = options ?? {};
  const point = workflowTaskId
    ? { workflowExecution: execution, workflowTaskFinishEventId: workflowTaskId }
    : await findResetPoint(service, { namespace, execution, target: targetOf(resetOperation) });
  const reapplyType = options ? options.resetReapplyType : resetReapplyType;
  const excludedTypes = options?.resetReapplyExcludeTypes;
  return service.resetWorkflowExecution({
    ...{ namespace, ...point, requestId: randomUUID(), ...(reason && { reason }) },
    ...(reapplyType && { resetReapplyType: reapplyType }),
    ...(excludedTypes && { resetReapplyExcludeTypes: excludedTypes }),
    ...(postResetOperations && { postResetOperations }),
  });
}

function targetOf({ options = {}, resetType }: ResetOperation): ResetTarget {
  const { firstWorkflowTask, lastWorkflowTask, buildId, currentRunOnly = false } = options;
  if (firstWorkflowTask ?? resetType === 'FIRST_WORKFLOW_TASK') return { type: 'FirstWorkflowTask' };
  if (lastWorkflowTask ?? resetType === 'LAST_WORKFLOW_TASK') return { type: 'LastWorkflowTask' };
  if (buildId) return { type: 'BuildId', buildId, currentRunOnly };
  throw invalidArgument('resetOperation.options: the target must be set');
}

async function runJob(
  service: WorkflowService,
  job: Job,
  call: (execution: WorkflowExecution) => Promise<unknown>,
): Promise<void> {
  try {
    // All are found before the first is changed: a change moves executions between the pages.
    const executions = job.request.executions ?? (await findAll(service, job.request));
    job.total = executions.length;
    for (const execution of executions) {
      if (job.state !== 'RUNNING') return;
      await call(execution).then(
        () => (job.complete += 1),
        () => (job.failed += 1),
      );
      await pause(job.request.maxOperationsPerSecond);
    }
    end(job, 'COMPLETED');
  } catch {
    // The query is wrong, or the store does not work; `describe` says that the job failed.
    end(job, 'FAILED');
  }
}

async function findAll(service: WorkflowService, request: StartBatchRequest): Promise<WorkflowExecution[]> {
  const found: WorkflowExecution[] = [];
  let nextPageToken: string | undefined;
  do {
    const page = await service.listWorkflowExecutions({
      ...{ namespace: request.namespace, query: request.visibilityQuery!, pageSize },
      ...(nextPageToken && { nextPageToken }),
    });
    found.push(...page.executions.map(({ execution }) => execution));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken);
  return found;
}

/** Lets others in between two operations, and keeps to the rate that was asked for. */
function pause(perSecond: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (perSecond) setTimeout(resolve, 1000 / perSecond);
    else setImmediate(resolve);
  });
}
