import { offAbort, onAbort } from '../abort.js';
import type { CallOptions } from '../api/common.js';
import type {
  ExecuteMultiOperationRequest,
  ExecuteMultiOperationResponse,
  PollWorkflowExecutionUpdateRequest,
  StartWorkflowExecutionRequest,
  UpdateLifecycleStage,
  UpdateWorkflowExecutionRequest,
  UpdateWorkflowExecutionResponse,
} from '../api/workflow.js';
import { checkPayloads } from '../check-fields.js';
import { setWait } from '../clock.js';
import type { ServiceContext } from '../context.js';
import { alreadyCompleted, runOf } from '../context.js';
import { inOperation, invalidArgument, notFound, ServiceError } from '../errors.js';
import { limits } from '../limits.js';
import type { LoadedRun } from '../loaded-run.js';
import { checkId } from '../start.js';
import { isRunning } from '../state.js';
import type { PendingUpdate, UpdateResult, UpdateWaiter } from '../updates.js';
import { wakeForUpdate } from '../workflow-task.js';
import { startOrUse } from './start.js';

export async function updateWorkflowExecution(
  ctx: ServiceContext,
  request: UpdateWorkflowExecutionRequest,
  options: CallOptions = {},
): Promise<UpdateWorkflowExecutionResponse> {
  const run = runOf(ctx, request.workflowExecution);
  const first = run.state.started.firstExecutionRunId;
  if (request.firstExecutionRunId && first !== request.firstExecutionRunId) {
    throw notFound(
      `workflow ${run.state.workflowId} has no run in the chain of ${request.firstExecutionRunId}`,
    );
  }
  return sendUpdate(ctx, run, request, options);
}

async function sendUpdate(
  ctx: ServiceContext,
  run: LoadedRun,
  request: UpdateWorkflowExecutionRequest,
  options: CallOptions,
): Promise<UpdateWorkflowExecutionResponse> {
  checkStage(request.waitPolicy?.lifecycleStage);
  checkId('update.name', request.request.input?.name);
  checkPayloads(request.request.input?.args, 'args');
  const updateId = request.request.meta?.updateId || ctx.random.uuid();
  checkId('update.id', updateId);
  const known = knownUpdate(run, updateId);
  const update = known ?? admit(ctx, run, updateId, request);
  return waitFor(ctx, run, update, updateId, request.waitPolicy?.lifecycleStage, options);
}

/** An update of this id that the run has seen already: pending, or its outcome. */
function knownUpdate(run: LoadedRun, updateId: string): PendingUpdate | UpdateResult | undefined {
  const recorded = run.state.updates.get(updateId);
  if (recorded?.outcome) return { stage: 'COMPLETED', outcome: recorded.outcome };
  const pending = run.updates?.get(updateId);
  if (pending) return pending;
  // One without an acceptance was rejected: it may be asked for again.
  if (!recorded?.acceptedEventId) return undefined;
  if (!isRunning(run.state)) throw alreadyCompleted(run);
  // Accepted before the run was loaded from the store.
  const update: PendingUpdate = { updateId, request: undefined, stage: 'accepted', waiters: new Set() };
  run.updates ??= new Map();
  run.updates.set(updateId, update);
  return update;
}

function admit(
  ctx: ServiceContext,
  run: LoadedRun,
  updateId: string,
  { request }: UpdateWorkflowExecutionRequest,
): PendingUpdate {
  if (!isRunning(run.state)) throw alreadyCompleted(run);
  run.updates ??= new Map();
  const inFlight = [...run.updates.values()].length;
  if (inFlight >= limits.updatesInFlight) throw exhausted(`${inFlight} updates are in flight already`);
  if (run.state.updates.size + inFlight >= limits.updatesPerRun) {
    throw exhausted(
      `the limit of ${limits.updatesPerRun} updates of a run is reached; continue as new before`,
    );
  }
  const update: PendingUpdate = {
    updateId,
    request: { ...request, meta: { ...request.meta, updateId } },
    stage: 'admitted',
    waiters: new Set(),
  };
  run.updates.set(updateId, update);
  ctx.runs.transact(run, wakeForUpdate);
  return update;
}

function exhausted(message: string): ServiceError {
  return new ServiceError('RFN2004', 'RESOURCE_EXHAUSTED', 'ResourceExhausted', message);
}

async function waitFor(
  ctx: ServiceContext,
  run: LoadedRun,
  update: PendingUpdate | UpdateResult,
  updateId: string,
  asked: UpdateLifecycleStage | undefined,
  options: CallOptions,
): Promise<UpdateWorkflowExecutionResponse> {
  const { workflowId, runId } = run.state;
  const updateRef = { workflowExecution: { workflowId, runId }, updateId };
  const stage = !asked || asked === 'UNSPECIFIED' ? 'ACCEPTED' : asked;
  const result = 'waiters' in update ? await reached(ctx, update, stage, options) : update;
  await ctx.runs.durable();
  return { updateRef, stage: result.stage, ...(result.outcome && { outcome: result.outcome }) };
}

function reached(
  ctx: ServiceContext,
  update: PendingUpdate,
  stage: UpdateLifecycleStage,
  options: CallOptions,
): Promise<UpdateResult> {
  if (stage === 'ADMITTED' || (stage === 'ACCEPTED' && update.stage === 'accepted')) {
    return Promise.resolve({ stage: update.stage === 'accepted' ? 'ACCEPTED' : 'ADMITTED' });
  }
  return new Promise((resolve, reject) => {
    let cancelTimer: (() => void) | undefined;
    const settle = () => {
      cancelTimer?.();
      update.waiters.delete(waiter);
      if (options.signal) offAbort(options.signal, abort);
    };
    const waiter: UpdateWaiter = {
      stage,
      resolve: (result) => {
        settle();
        resolve(result);
      },
      reject: (error) => {
        settle();
        reject(error as Error);
      },
    };
    const abort = () => waiter.reject(options.signal?.reason);
    update.waiters.add(waiter);
    if (options.signal) onAbort(options.signal, abort);
    if (options.timeoutMs !== undefined) {
      const now = () => waiter.resolve({ stage: update.stage === 'accepted' ? 'ACCEPTED' : 'ADMITTED' });
      cancelTimer = setWait(ctx.clock, options.timeoutMs, now);
    }
  });
}

export async function pollWorkflowExecutionUpdate(
  ctx: ServiceContext,
  request: PollWorkflowExecutionUpdateRequest,
  options: CallOptions = {},
): Promise<UpdateWorkflowExecutionResponse> {
  const { workflowExecution, updateId } = request.updateRef;
  const run = runOf(ctx, workflowExecution);
  const update = knownUpdate(run, updateId);
  if (!update) throw notFound(`update ${updateId} not found in workflow ${run.state.workflowId}`);
  return waitFor(ctx, run, update, updateId, request.waitPolicy?.lifecycleStage, options);
}

/** Update-with-start: both, or neither. */
export async function executeMultiOperation(
  ctx: ServiceContext,
  request: ExecuteMultiOperationRequest,
  options: CallOptions = {},
): Promise<ExecuteMultiOperationResponse> {
  const [start, update] = request.operations;
  if (request.operations.length !== 2 || !start?.startWorkflow || !update?.updateWorkflow) {
    throw invalidArgument('operations must be a start and then an update');
  }
  const { startWorkflow } = start;
  const { updateWorkflow } = update;
  inOperation(0, () => checkStartOfTwo(startWorkflow));
  inOperation(1, () => checkUpdateOfTwo(updateWorkflow, startWorkflow.workflowId));
  const updateId = updateWorkflow.request.meta?.updateId;
  const current = ctx.runs.current(startWorkflow.workflowId);
  const hasUpdate = updateId !== undefined && current?.state.updates.has(updateId);
  // The first workflow task brings the update: no worker gets it before.
  const { run, started, sent } = ctx.workflowTasks.holdBack(() => {
    const used = hasUpdate
      ? { run: current!, started: false }
      : inOperation(0, () => startOrUse(ctx, startWorkflow));
    return { ...used, sent: inOperation(1, () => sendUpdate(ctx, used.run, updateWorkflow, options)) };
  });
  const result = await sent;
  return {
    responses: [
      { startWorkflow: { runId: run.state.runId, started, status: run.state.status } },
      { updateWorkflow: result },
    ],
  };
}

function checkStartOfTwo({ cronSchedule, workflowStartDelayMs }: StartWorkflowExecutionRequest): void {
  if (cronSchedule || workflowStartDelayMs) {
    throw invalidArgument('cronSchedule and workflowStartDelay cannot be used with update-with-start');
  }
}

/** Refused before anything is started. */
function checkUpdateOfTwo(
  { workflowExecution, request, waitPolicy }: UpdateWorkflowExecutionRequest,
  workflowId: string,
): void {
  if (workflowExecution.workflowId !== workflowId) {
    throw invalidArgument('the start and the update name different workflow ids');
  }
  if (workflowExecution.runId) throw invalidArgument('an update with a start cannot name a run');
  checkStage(waitPolicy?.lifecycleStage);
  checkId('update.name', request.input?.name);
  checkPayloads(request.input?.args, 'args');
}

function checkStage(stage: UpdateLifecycleStage | undefined): void {
  if (stage !== 'ADMITTED') return;
  const message = 'waiting for an update to be admitted is not supported: wait for ACCEPTED or COMPLETED';
  throw new ServiceError('RFN2001', 'PERMISSION_DENIED', 'PermissionDenied', message);
}
