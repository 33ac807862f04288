import type { WorkflowService } from '../service/api.js';
import type * as W from '../service/api/workflow.js';
import { invalidArgument } from '../service/errors.js';
import { takePage } from '../service/history-page.js';
import { historyPages } from '../history/history-pages.js';
import type { HistoryEvent } from '../history/event.js';
import type { CallContext, Method } from './call.js';
import { callOptions } from './call.js';

/** The client half of WorkflowService. A method that is not here answers UNIMPLEMENTED. */
export function workflowMethods(service: WorkflowService): Readonly<Record<string, Method>> {
  return {
    StartWorkflowExecution: (request: W.StartWorkflowExecutionRequest) =>
      service.startWorkflowExecution(request),
    SignalWithStartWorkflowExecution: (request: W.SignalWithStartWorkflowExecutionRequest) =>
      service.signalWithStartWorkflowExecution(request),
    ExecuteMultiOperation: (request: W.ExecuteMultiOperationRequest, call: CallContext) =>
      service.executeMultiOperation({ ...request, operations: request.operations ?? [] }, callOptions(call)),
    SignalWorkflowExecution: (request: W.SignalWorkflowExecutionRequest) =>
      service.signalWorkflowExecution(request),
    QueryWorkflow: (request: W.QueryWorkflowRequest, call: CallContext) =>
      service.queryWorkflow(request, callOptions(call)),
    UpdateWorkflowExecution: (request: W.UpdateWorkflowExecutionRequest, call: CallContext) =>
      service.updateWorkflowExecution(request, callOptions(call)),
    PollWorkflowExecutionUpdate: (request: W.PollWorkflowExecutionUpdateRequest, call: CallContext) =>
      service.pollWorkflowExecutionUpdate(request, callOptions(call)),
    DescribeWorkflowExecution: async (request: W.DescribeWorkflowExecutionRequest) =>
      withoutOwnFields(await service.describeWorkflowExecution(request)),
    ListWorkflowExecutions: (request: W.ListWorkflowExecutionsRequest) =>
      service.listWorkflowExecutions(request),
    ScanWorkflowExecutions: (request: W.ListWorkflowExecutionsRequest) =>
      service.listWorkflowExecutions(request),
    CountWorkflowExecutions: async (request: W.CountWorkflowExecutionsRequest) =>
      withKeywordPayloads(await service.countWorkflowExecutions(request)),
    GetWorkflowExecutionHistory: (request: W.GetWorkflowExecutionHistoryRequest, call: CallContext) =>
      service.getWorkflowExecutionHistory(request, callOptions(call)),
    GetWorkflowExecutionHistoryReverse: (request: W.GetWorkflowExecutionHistoryRequest) =>
      reverseHistory(service, request),
    RequestCancelWorkflowExecution: (request: W.RequestCancelWorkflowExecutionRequest) =>
      service.requestCancelWorkflowExecution(request),
    TerminateWorkflowExecution: (request: W.TerminateWorkflowExecutionRequest) =>
      service.terminateWorkflowExecution(request),
    ResetWorkflowExecution: (request: W.ResetWorkflowExecutionRequest) =>
      service.resetWorkflowExecution(request),
    DeleteWorkflowExecution: (request: W.DeleteWorkflowExecutionRequest) =>
      service.deleteWorkflowExecution(request),
  };
}

/** `pendingTimers` and `limitWarnings` are ours alone; the message has no place for them. */
function withoutOwnFields(response: W.DescribeWorkflowExecutionResponse): object {
  const { pendingTimers: _timers, limitWarnings: _warnings, ...rest } = response;
  return rest;
}

/** On the wire a group's values are payloads with the type of a search attribute. */
function withKeywordPayloads({ count, groups }: W.CountWorkflowExecutionsResponse): object {
  const metadata = { encoding: base64('json/plain'), type: base64('Keyword') };
  return {
    count,
    groups: groups.map((group) => ({
      count: group.count,
      groupValues: group.groupValues.map((value) => ({ metadata, data: base64(JSON.stringify(value)) })),
    })),
  };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** Newest events first. The page token is the id of the first event of the page before. */
async function reverseHistory(
  service: WorkflowService,
  { nextPageToken, maximumPageSize = 0, ...request }: W.GetWorkflowExecutionHistoryRequest,
): Promise<object> {
  const before = nextPageToken ? Number(nextPageToken) : Infinity;
  if (Number.isNaN(before)) throw invalidArgument('nextPageToken is not one that this method gave');
  const events: HistoryEvent[] = [];
  for await (const page of historyPages(service, request)) {
    events.push(...page.filter((event) => event.eventId < before));
  }
  events.reverse();
  const { events: page, next } = takePage(events, maximumPageSize || undefined);
  return {
    history: { events: page },
    ...(next && { nextPageToken: String(next.eventId + 1) }),
  };
}
