import type { SearchAttributeType } from '../check-fields.js';

/** A parsed and typed list query; what `parse-query.ts` makes and the stores carry out. */
export interface VisibilityQuery {
  readonly filter: Filter | undefined;
  readonly orderBy: readonly { readonly field: Field; readonly descending: boolean }[];
  readonly groupBy: Field | undefined;
}

export type Comparable = string | number;

export type Filter =
  | { readonly type: 'and' | 'or'; readonly operands: readonly Filter[] }
  | { readonly type: 'not'; readonly operand: Filter }
  | {
      readonly type: 'compare';
      readonly field: Field;
      readonly operator: Operator;
      readonly value: Comparable;
    }
  | { readonly type: 'between'; readonly field: Field; readonly low: Comparable; readonly high: Comparable }
  | { readonly type: 'in'; readonly field: Field; readonly values: readonly Comparable[] }
  | { readonly type: 'startsWith'; readonly field: Field; readonly prefix: string }
  /** A text that has all of the words, each as `textWords` writes it. */
  | { readonly type: 'hasWords'; readonly field: Field; readonly words: readonly string[] }
  | { readonly type: 'isNull'; readonly field: Field };

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** A column of the run's row, or a registered search attribute. */
export type Field =
  | { readonly type: 'column'; readonly column: Column; readonly valueType: SearchAttributeType }
  | { readonly type: 'attribute'; readonly name: string; readonly valueType: SearchAttributeType };

/** Columns that queries may use, by Temporal's names for them. */
export const columns = {
  WorkflowId: { column: 'workflowId', valueType: 'Keyword' },
  RunId: { column: 'runId', valueType: 'Keyword' },
  WorkflowType: { column: 'workflowType', valueType: 'Keyword' },
  TaskQueue: { column: 'taskQueue', valueType: 'Keyword' },
  ExecutionStatus: { column: 'status', valueType: 'Keyword' },
  StartTime: { column: 'startTimeMs', valueType: 'Datetime' },
  ExecutionTime: { column: 'executionTimeMs', valueType: 'Datetime' },
  CloseTime: { column: 'closeTimeMs', valueType: 'Datetime' },
  HistoryLength: { column: 'historyLength', valueType: 'Int' },
  HistorySizeBytes: { column: 'historySizeBytes', valueType: 'Int' },
  ExecutionDuration: { column: 'executionDurationMs', valueType: 'Int' },
  ParentWorkflowId: { column: 'parentWorkflowId', valueType: 'Keyword' },
  ParentRunId: { column: 'parentRunId', valueType: 'Keyword' },
  RootWorkflowId: { column: 'rootWorkflowId', valueType: 'Keyword' },
  RootRunId: { column: 'rootRunId', valueType: 'Keyword' },
  BuildId: { column: 'buildId', valueType: 'Keyword' },
} as const satisfies Record<string, { column: string; valueType: SearchAttributeType }>;

export type Column = (typeof columns)[keyof typeof columns]['column'];
