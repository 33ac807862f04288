import type {
  SignalWithStartWorkflowExecutionRequest,
  SignalWorkflowExecutionRequest,
  StartWorkflowExecutionRequest,
  StartWorkflowExecutionResponse,
} from '../api/workflow.js';
import { checkPayloads } from '../check-fields.js';
import type { ServiceContext } from '../context.js';
import { openRunOf } from '../context.js';
import { terminate } from '../effects.js';
import { firstWorkflowTask, signalRun, startRun } from '../from-outside.js';
import { invalidArgument } from '../errors.js';
import type { LoadedRun } from '../loaded-run.js';
import { checkId, checkStart, decideStart, startedAttributes } from '../start.js';
import { isRunning } from '../state.js';
import type { Transition } from '../transition.js';
import { finish } from '../transition.js';
import { scheduleWorkflowTask, wake } from '../workflow-task.js';

export async function startWorkflowExecution(
  ctx: ServiceContext,
  request: StartWorkflowExecutionRequest,
): Promise<StartWorkflowExecutionResponse> {
  const { run, started } = startOrUse(ctx, request);
  await ctx.runs.durable();
  return { runId: run.state.runId, started, status: run.state.status };
}

/** Starts a run, or finds the one that the policies say to use. `first` adds to the first transition. */
export function startOrUse(
  ctx: ServiceContext,
  request: StartWorkflowExecutionRequest,
  first?: (t: Transition) => void,
): { readonly run: LoadedRun; readonly started: boolean } {
  checkStart(request, ctx.searchAttributeTypes);
  ctx.workflowTasks.checkBacklog(request.taskQueue.name!);
  const current = ctx.runs.current(request.workflowId);
  if (current) {
    const repeated = startedBy(ctx, current, request.requestId);
    if (repeated) return { run: repeated, started: true };
    const decision = decideStart(request, current.state);
    if (decision === 'useExisting') return { run: current, started: false };
    if (decision === 'terminateThenStart')
      terminate(ctx, current, 'TerminateIfRunning WorkflowIdReusePolicy');
  }
  const runId = ctx.random.uuid();
  const attributes = startedAttributes(request, runId, ctx.clock.nowMs());
  const run = ctx.runs.create(request.workflowId, runId, request.requestId);
  ctx.runs.transact(run, (t) => {
    startRun(t, attributes, request.userMetadata);
    first?.(t);
    firstWorkflowTask(t);
  });
  return { run, started: true };
}

/** The run that this very request has started: the current one, or the first of its chain. */
function startedBy(
  ctx: ServiceContext,
  current: LoadedRun,
  requestId: string | undefined,
): LoadedRun | undefined {
  if (requestId === undefined) return undefined;
  if (current.startRequestId === requestId) return current;
  const { runId, started } = current.state;
  const { firstExecutionRunId = runId } = started;
  const first = firstExecutionRunId === runId ? undefined : ctx.runs.byRunId(firstExecutionRunId);
  return first?.startRequestId === requestId ? first : undefined;
}

export async function signalWorkflowExecution(
  ctx: ServiceContext,
  request: SignalWorkflowExecutionRequest,
): Promise<void> {
  checkId('signalName', request.signalName);
  checkPayloads(request.input, 'input');
  const run = openRunOf(ctx, request.workflowExecution);
  ctx.runs.transact(run, (t) => {
    if (signalRun(t, signalAttributes(request))) wake(t);
  });
  await ctx.runs.durable();
}

function signalAttributes(
  request: Pick<SignalWorkflowExecutionRequest, 'signalName' | 'input' | 'identity' | 'header' | 'requestId'>,
) {
  const { signalName, input, identity, header, requestId } = request;
  return {
    signalName,
    input: input ?? [],
    identity: identity ?? '',
    header: header ?? {},
    ...(requestId !== undefined && { requestId }),
  };
}

export async function signalWithStartWorkflowExecution(
  ctx: ServiceContext,
  request: SignalWithStartWorkflowExecutionRequest,
): Promise<StartWorkflowExecutionResponse> {
  checkId('signalName', request.signalName);
  checkPayloads(request.signalInput, 'signalInput');
  if (request.workflowIdConflictPolicy === 'FAIL') {
    throw invalidArgument('workflowIdConflictPolicy FAIL is not supported by a signal with start');
  }
  const { signalName, signalInput = [], identity, header, requestId, ...start } = request;
  const signal = signalAttributes({
    signalName,
    input: signalInput,
    ...(identity !== undefined && { identity }),
    ...(header && { header }),
    ...(requestId !== undefined && { requestId }),
  });
  const policies = {
    ...start,
    ...(identity !== undefined && { identity }),
    ...(header && { header }),
    ...(requestId !== undefined && { requestId }),
    ...(takesExisting(request) && { workflowIdConflictPolicy: 'USE_EXISTING' as const }),
  };
  const { run, started } = startOrUse(ctx, policies, (t) => void signalRun(t, signal));
  const isSecond = started && !run.state.signalRequestIds.has(requestId ?? '') && requestId !== undefined;
  if ((!started || isSecond) && isRunning(run.state)) {
    ctx.runs.transact(run, (t) => {
      if (!signalRun(t, signal)) return;
      // Unlike a signal alone, this one does not wait for a delayed start.
      scheduleWorkflowTask(t);
      finish(t);
    });
  }
  await ctx.runs.durable();
  return { runId: run.state.runId, started, status: run.state.status };
}

function takesExisting({
  workflowIdReusePolicy,
  workflowIdConflictPolicy,
}: StartWorkflowExecutionRequest): boolean {
  const unset = !workflowIdConflictPolicy || workflowIdConflictPolicy === 'UNSPECIFIED';
  return unset && workflowIdReusePolicy !== 'TERMINATE_IF_RUNNING';
}
