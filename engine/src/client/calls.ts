import type { DescribeWorkflowExecutionResponse } from '../service/api/workflow.js';
import type { WorkflowCalls } from '../service/api.js';
import type { Conversion } from './conversion.js';
import {
  isRefusal,
  QueryNotRegisteredError,
  QueryRejectedError,
  workflowErrorOf,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from './errors.js';
import type {
  CancelInput,
  QueryInput,
  SignalInput,
  SignalWithStartInput,
  StartInput,
  StartUpdateInput,
  Target,
  TerminateInput,
  UpdateStarted,
  WorkflowClientInterceptor,
} from './interceptors.js';
import { intercepted } from './interceptors.js';
import { startRequestOf } from './workflow-options.js';

/** The calls of a client on workflows, each through the interceptors; what handles and clients share. */
export interface ClientCalls {
  start(input: StartInput): Promise<string>;
  signalWithStart(input: SignalWithStartInput): Promise<string>;
  signal(input: SignalInput): Promise<void>;
  query(input: QueryInput): Promise<unknown>;
  startUpdate(input: StartUpdateInput): Promise<UpdateStarted>;
  cancel(input: CancelInput): Promise<void>;
  terminate(input: TerminateInput): Promise<void>;
  describe(input: Target): Promise<DescribeWorkflowExecutionResponse>;
}

export interface CallsOptions {
  readonly service: WorkflowCalls;
  readonly conversion: Conversion;
  readonly identity: string;
  readonly newId: () => string;
  readonly interceptors: readonly WorkflowClientInterceptor[];
  readonly queryRejectCondition: 'NONE' | 'NOT_OPEN' | 'NOT_COMPLETED_CLEANLY' | undefined;
}

export function clientCalls(options: CallsOptions): ClientCalls {
  const { interceptors } = options;
  return {
    start: intercepted(interceptors, 'start', (input) => start(options, input)),
    signalWithStart: intercepted(interceptors, 'signalWithStart', (input) => signalWithStart(options, input)),
    signal: intercepted(interceptors, 'signal', (input) => signal(options, input)),
    query: intercepted(interceptors, 'query', (input) => query(options, input)),
    startUpdate: intercepted(interceptors, 'startUpdate', (input) => startUpdate(options, input)),
    cancel: intercepted(interceptors, 'cancel', (input) => cancel(options, input)),
    terminate: intercepted(interceptors, 'terminate', (input) => terminate(options, input)),
    describe: intercepted(interceptors, 'describe', (input) =>
      named(input, options.service.describeWorkflowExecution({ execution: executionOf(input) })),
    ),
  };
}

export function executionOf({ workflowId, runId }: Target) {
  return { workflowId, ...(runId !== undefined && { runId }) };
}

async function named<T>({ workflowId, runId }: Target, call: Promise<T>): Promise<T> {
  return call.catch((error: unknown) => {
    throw workflowErrorOf(error, workflowId, runId);
  });
}

async function start(o: CallsOptions, { workflowType, options, headers }: StartInput): Promise<string> {
  const request = await startRequestOf(o.conversion, workflowType, options);
  const requestId = request.requestId ?? o.newId();
  const call = o.service.startWorkflowExecution({
    ...request,
    requestId,
    identity: o.identity,
    header: { fields: headers },
  });
  const target = { workflowId: options.workflowId, runId: undefined, firstExecutionRunId: undefined };
  return (await named(target, call)).runId;
}

async function signalWithStart(o: CallsOptions, input: SignalWithStartInput): Promise<string> {
  const { workflowType, options, headers, signalName, signalArgs } = input;
  const request = await startRequestOf(o.conversion, workflowType, options);
  const call = o.service.signalWithStartWorkflowExecution({
    ...request,
    requestId: request.requestId ?? o.newId(),
    identity: o.identity,
    header: { fields: headers },
    signalName,
    signalInput: await o.conversion.encodeArguments(signalArgs, `signal ${signalName}`),
  });
  const target = { workflowId: options.workflowId, runId: undefined, firstExecutionRunId: undefined };
  return (await named(target, call)).runId;
}

async function signal(o: CallsOptions, input: SignalInput): Promise<void> {
  const { signalName, args, headers } = input;
  const call = o.service.signalWorkflowExecution({
    workflowExecution: executionOf(input),
    signalName,
    input: await o.conversion.encodeArguments(args, `signal ${signalName}`),
    identity: o.identity,
    requestId: o.newId(),
    header: { fields: headers },
  });
  await named(input, call);
}

async function query(o: CallsOptions, input: QueryInput): Promise<unknown> {
  const { queryType, args, headers } = input;
  const queryArgs = await o.conversion.encodeArguments(args, `query ${queryType}`);
  const call = o.service.queryWorkflow({
    execution: executionOf(input),
    query: { queryType, queryArgs, header: { fields: headers } },
    ...(o.queryRejectCondition && { queryRejectCondition: o.queryRejectCondition }),
  });
  const { queryResult, queryRejected } = await named(input, call).catch((error: unknown) => {
    if (isRefusal(error) && error.reason === 'QueryFailed')
      throw new QueryNotRegisteredError(error.message, error);
    throw error;
  });
  if (queryRejected) throw new QueryRejectedError(queryRejected.status);
  return o.conversion.decodeFirst(queryResult);
}

async function startUpdate(o: CallsOptions, input: StartUpdateInput): Promise<UpdateStarted> {
  const { updateId, updateName, args, headers, waitForStage, firstExecutionRunId } = input;
  const call = o.service.updateWorkflowExecution({
    workflowExecution: executionOf(input),
    ...(firstExecutionRunId !== undefined && { firstExecutionRunId }),
    waitPolicy: { lifecycleStage: waitForStage },
    request: {
      meta: { updateId, identity: o.identity },
      input: {
        header: { fields: headers },
        name: updateName,
        args: await o.conversion.encodeArguments(args, `update ${updateName}`),
      },
    },
  });
  const { updateRef, outcome } = await named(input, call).catch(updateCallEnded);
  const runId = updateRef.workflowExecution.runId ?? '';
  return { updateId, workflowId: input.workflowId, runId, outcome };
}

export function updateCallEnded(error: unknown): never {
  if (isRefusal(error, 'DEADLINE_EXCEEDED') || isRefusal(error, 'CANCELLED')) {
    throw new WorkflowUpdateRPCTimeoutOrCancelledError(error.message, error);
  }
  throw error;
}

async function cancel(o: CallsOptions, input: CancelInput): Promise<void> {
  const { firstExecutionRunId, reason } = input;
  const call = o.service.requestCancelWorkflowExecution({
    workflowExecution: executionOf(input),
    identity: o.identity,
    requestId: o.newId(),
    ...(firstExecutionRunId !== undefined && { firstExecutionRunId }),
    ...(reason !== undefined && { reason }),
  });
  await named(input, call);
}

async function terminate(o: CallsOptions, input: TerminateInput): Promise<void> {
  const { firstExecutionRunId, reason, details } = input;
  const call = o.service.terminateWorkflowExecution({
    workflowExecution: executionOf(input),
    identity: o.identity,
    ...(details.length > 0 && { details: await o.conversion.encodeArguments(details, 'details') }),
    ...(firstExecutionRunId !== undefined && { firstExecutionRunId }),
    ...(reason !== undefined && { reason }),
  });
  await named(input, call);
}
