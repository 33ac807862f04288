import type { QueryResult } from '../core/activation.js';
import type { Step } from '../core/step.js';
import type { WorkflowQueryResult } from '../service/api/common.js';
import { nondeterminism } from './nondeterminism.js';

/** Answers to the queries that came with a workflow task, by their ids. */
export function resultsById(results: readonly QueryResult[]): Readonly<Record<string, WorkflowQueryResult>> {
  return Object.fromEntries(results.map((result) => [result.queryId, resultOf(result)]));
}

function resultOf(result: QueryResult): WorkflowQueryResult {
  if (result.status === 'failed') {
    const { failure } = result;
    return { resultType: 'FAILED', errorMessage: failure.message ?? '', failure };
  }
  return { resultType: 'ANSWERED', answer: result.response ? [result.response] : [] };
}

/** The answer to a query that came alone, from where its execution got to. */
export function queryOutcome(step: Step): WorkflowQueryResult {
  if (step.type === 'answer') {
    const [result] = step.answer.queryResults;
    if (result) return resultOf(result);
  }
  const failure =
    step.type === 'failed'
      ? step.failure
      : step.type === 'mismatch'
        ? nondeterminism(step.mismatch).failure
        : { message: 'The query was not answered: the workflow waits for local activities' };
  return { resultType: 'FAILED', errorMessage: failure.message ?? '', failure };
}
