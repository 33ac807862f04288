import type { CallOptions } from './api/common.js';
import type * as S from './api/schedules.js';
import type * as T from './api/tasks.js';
import type * as W from './api/workflow.js';

/**
 * The embedded service, by the names and the meaning of Temporal's `WorkflowService`. Every call that changes
 * something resolves after the change is durable (E2), and rejects with a `ServiceError` that carries the gRPC
 * status Temporal would answer with. Polls resolve to `undefined` when their time is up.
 */
export interface WorkflowService extends WorkflowCalls, TaskCalls, ScheduleCalls {}

export interface WorkflowCalls {
  startWorkflowExecution(request: W.StartWorkflowExecutionRequest): Promise<W.StartWorkflowExecutionResponse>;
  signalWithStartWorkflowExecution(
    request: W.SignalWithStartWorkflowExecutionRequest,
  ): Promise<W.StartWorkflowExecutionResponse>;
  executeMultiOperation(
    request: W.ExecuteMultiOperationRequest,
    options?: CallOptions,
  ): Promise<W.ExecuteMultiOperationResponse>;
  signalWorkflowExecution(request: W.SignalWorkflowExecutionRequest): Promise<void>;
  queryWorkflow(request: W.QueryWorkflowRequest, options?: CallOptions): Promise<W.QueryWorkflowResponse>;
  updateWorkflowExecution(
    request: W.UpdateWorkflowExecutionRequest,
    options?: CallOptions,
  ): Promise<W.UpdateWorkflowExecutionResponse>;
  pollWorkflowExecutionUpdate(
    request: W.PollWorkflowExecutionUpdateRequest,
    options?: CallOptions,
  ): Promise<W.UpdateWorkflowExecutionResponse>;
  describeWorkflowExecution(
    request: W.DescribeWorkflowExecutionRequest,
  ): Promise<W.DescribeWorkflowExecutionResponse>;
  listWorkflowExecutions(request: W.ListWorkflowExecutionsRequest): Promise<W.ListWorkflowExecutionsResponse>;
  countWorkflowExecutions(
    request: W.CountWorkflowExecutionsRequest,
  ): Promise<W.CountWorkflowExecutionsResponse>;
  getWorkflowExecutionHistory(
    request: W.GetWorkflowExecutionHistoryRequest,
    options?: CallOptions,
  ): Promise<W.GetWorkflowExecutionHistoryResponse>;
  requestCancelWorkflowExecution(request: W.RequestCancelWorkflowExecutionRequest): Promise<void>;
  terminateWorkflowExecution(request: W.TerminateWorkflowExecutionRequest): Promise<void>;
  resetWorkflowExecution(request: W.ResetWorkflowExecutionRequest): Promise<{ readonly runId: string }>;
  deleteWorkflowExecution(request: W.DeleteWorkflowExecutionRequest): Promise<void>;
  importWorkflowExecution(
    request: W.ImportWorkflowExecutionRequest,
  ): Promise<{ readonly workflowId: string; readonly runId: string }>;
}

export interface TaskCalls {
  pollWorkflowTaskQueue(
    request: T.PollWorkflowTaskQueueRequest,
    options?: CallOptions,
  ): Promise<T.PollWorkflowTaskQueueResponse | undefined>;
  respondWorkflowTaskCompleted(
    request: T.RespondWorkflowTaskCompletedRequest,
  ): Promise<T.RespondWorkflowTaskCompletedResponse>;
  respondWorkflowTaskFailed(request: T.RespondWorkflowTaskFailedRequest): Promise<void>;
  respondQueryTaskCompleted(request: T.RespondQueryTaskCompletedRequest): Promise<void>;
  shutdownWorker(request: T.ShutdownWorkerRequest): Promise<void>;
  pollActivityTaskQueue(
    request: T.PollActivityTaskQueueRequest,
    options?: CallOptions,
  ): Promise<T.PollActivityTaskQueueResponse | undefined>;
  respondActivityTaskCompleted(request: T.RespondActivityTaskCompletedRequest): Promise<void>;
  respondActivityTaskFailed(request: T.RespondActivityTaskFailedRequest): Promise<void>;
  respondActivityTaskCanceled(request: T.RespondActivityTaskCanceledRequest): Promise<void>;
  recordActivityTaskHeartbeat(
    request: T.RecordActivityTaskHeartbeatRequest,
  ): Promise<T.RecordActivityTaskHeartbeatResponse>;
  respondActivityTaskCompletedById(request: T.RespondActivityTaskCompletedByIdRequest): Promise<void>;
  respondActivityTaskFailedById(request: T.RespondActivityTaskFailedByIdRequest): Promise<void>;
  respondActivityTaskCanceledById(request: T.RespondActivityTaskCanceledByIdRequest): Promise<void>;
  recordActivityTaskHeartbeatById(
    request: T.RecordActivityTaskHeartbeatByIdRequest,
  ): Promise<T.RecordActivityTaskHeartbeatResponse>;
  describeTaskQueue(request: T.DescribeTaskQueueRequest): Promise<T.DescribeTaskQueueResponse>;
}

export interface ScheduleCalls {
  createSchedule(request: S.CreateScheduleRequest): Promise<{ readonly conflictToken: string }>;
  describeSchedule(request: S.DescribeScheduleRequest): Promise<S.DescribeScheduleResponse>;
  updateSchedule(request: S.UpdateScheduleRequest): Promise<void>;
  patchSchedule(request: S.PatchScheduleRequest): Promise<void>;
  deleteSchedule(request: S.DeleteScheduleRequest): Promise<void>;
  listSchedules(request: S.ListSchedulesRequest): Promise<S.ListSchedulesResponse>;
  listScheduleMatchingTimes(
    request: S.ListScheduleMatchingTimesRequest,
  ): Promise<S.ListScheduleMatchingTimesResponse>;
}
