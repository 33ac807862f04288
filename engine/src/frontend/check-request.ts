import { invalidArgument } from '../service/errors.js';
import type { ServedMethod } from './grpc-definition.js';

interface Checked {
  readonly namespace?: string;
  readonly execution?: Execution;
  readonly workflowExecution?: Execution;
}

interface Execution {
  readonly workflowId?: string;
  readonly runId?: string;
}

/** These name a namespace that need not be there, or by its id. */
const namespaceFree = new Set(['DescribeNamespace', 'ListNamespaces', 'GetSearchAttributes']);

/** What Temporal's front end refuses of any request before it looks at anything else. Throws INVALID_ARGUMENT. */
export function checkRequest(request: object, { name, hasNamespace }: ServedMethod): void {
  const { namespace, execution, workflowExecution } = request as Checked;
  if (hasNamespace && !namespace && !namespaceFree.has(name)) throw invalidArgument('Namespace is empty.');
  for (const path of needed[name] ?? [])
    if (!isSet(request, path)) throw invalidArgument(`${path} is not set on request.`);
  for (const named of [execution, workflowExecution]) {
    if (!named) continue;
    if (!named.workflowId) throw invalidArgument('WorkflowId is not set on request.');
    if (named.runId && !uuid.test(named.runId)) throw invalidArgument('Invalid RunId.');
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function isSet(request: object, path: string): boolean {
  let value: unknown = request;
  for (const part of path.split('.'))
    value = (value as Readonly<Record<string, unknown>> | undefined)?.[part];
  return value !== undefined;
}

/** Messages that a request has to hold, by method: those that the service's types say are there. */
const needed: Readonly<Record<string, readonly string[]>> = {
  ...forAll(['workflowType', 'taskQueue'], 'StartWorkflowExecution', 'SignalWithStartWorkflowExecution'),
  ...forAll(['taskQueue'], 'PollWorkflowTaskQueue', 'PollActivityTaskQueue', 'ListTaskQueuePartitions'),
  ...forAll(
    ['workflowExecution'],
    ...['SignalWorkflowExecution', 'RequestCancelWorkflowExecution', 'TerminateWorkflowExecution'],
    ...['ResetWorkflowExecution', 'DeleteWorkflowExecution'],
  ),
  ...forAll(
    ['execution'],
    ...['DescribeWorkflowExecution', 'GetWorkflowExecutionHistory', 'GetWorkflowExecutionHistoryReverse'],
  ),
  ...forAll(
    [
      'scheduleId',
      'schedule.spec',
      'schedule.action.startWorkflow',
      'schedule.action.startWorkflow.workflowId',
    ],
    ...['CreateSchedule', 'UpdateSchedule'],
  ),
  ...forAll(
    ['workflowId', 'activityId'],
    ...['RespondActivityTaskCompletedById', 'RespondActivityTaskFailedById'],
    ...['RespondActivityTaskCanceledById', 'RecordActivityTaskHeartbeatById'],
  ),
  QueryWorkflow: ['execution', 'query'],
  UpdateWorkflowExecution: ['workflowExecution', 'request.meta', 'request.input'],
  PollWorkflowExecutionUpdate: ['updateRef.workflowExecution', 'updateRef.updateId'],
  PatchSchedule: ['patch'],
};

function forAll(
  paths: readonly string[],
  ...methods: readonly string[]
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(methods.map((method) => [method, paths]));
}
