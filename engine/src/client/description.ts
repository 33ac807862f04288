import type { DescribeWorkflowExecutionResponse, WorkflowExecutionInfo } from '../service/api/workflow.js';
import type { Conversion } from './conversion.js';

export interface WorkflowExecutionSummary {
  readonly type: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly taskQueue: string;
  readonly status: { readonly name: WorkflowExecutionInfo['status'] };
  readonly historyLength: number;
  readonly historySize: number;
  readonly startTime: Date;
  readonly executionTime: Date;
  readonly closeTime: Date | undefined;
  readonly memo: Readonly<Record<string, unknown>>;
  readonly searchAttributes: Readonly<Record<string, unknown>>;
  readonly parentExecution: WorkflowExecutionInfo['parentExecution'];
  readonly rootExecution: WorkflowExecutionInfo['rootExecution'];
  readonly raw: WorkflowExecutionInfo;
}

export interface WorkflowExecutionDescription extends Omit<WorkflowExecutionSummary, 'raw'> {
  readonly raw: DescribeWorkflowExecutionResponse;
}

export async function summaryOf(
  info: WorkflowExecutionInfo,
  conversion: Conversion,
): Promise<WorkflowExecutionSummary> {
  return {
    type: info.type.name,
    workflowId: info.execution.workflowId,
    runId: info.execution.runId,
    taskQueue: info.taskQueue,
    status: { name: info.status },
    historyLength: info.historyLength,
    historySize: info.historySizeBytes,
    startTime: new Date(info.startTimeMs),
    executionTime: new Date(info.executionTimeMs),
    closeTime: info.closeTimeMs === undefined ? undefined : new Date(info.closeTimeMs),
    memo: await conversion.decodeMap(info.memo?.fields),
    searchAttributes: conversion.readPlainMap(info.searchAttributes?.indexedFields),
    parentExecution: info.parentExecution,
    rootExecution: info.rootExecution,
    raw: info,
  };
}
