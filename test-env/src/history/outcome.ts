import type { HistoryEvent } from '@refrain/engine/internal';

export type CloseEvent = Extract<
  HistoryEvent,
  {
    type:
      | 'WorkflowExecutionCompleted'
      | 'WorkflowExecutionFailed'
      | 'WorkflowExecutionCanceled'
      | 'WorkflowExecutionTimedOut'
      | 'WorkflowExecutionTerminated'
      | 'WorkflowExecutionContinuedAsNew';
  }
>;

export type Outcome =
  'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELED' | 'TIMED_OUT' | 'TERMINATED' | 'CONTINUED_AS_NEW';

const outcomes: { readonly [T in CloseEvent['type']]: Outcome } = {
  WorkflowExecutionCompleted: 'COMPLETED',
  WorkflowExecutionFailed: 'FAILED',
  WorkflowExecutionCanceled: 'CANCELED',
  WorkflowExecutionTimedOut: 'TIMED_OUT',
  WorkflowExecutionTerminated: 'TERMINATED',
  WorkflowExecutionContinuedAsNew: 'CONTINUED_AS_NEW',
};

export function closeEvent(history: readonly HistoryEvent[]): CloseEvent | undefined {
  const last = history.at(-1);
  return last && last.type in outcomes ? (last as CloseEvent) : undefined;
}

export function outcomeOf(history: readonly HistoryEvent[]): Outcome {
  const close = closeEvent(history);
  return close ? outcomes[close.type] : 'RUNNING';
}
