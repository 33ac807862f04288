import { beginTask } from '../core/execution.js';
import type { Step } from '../core/step.js';
import type { HistoryEvent } from '../history/event.js';
import type { PollWorkflowTaskQueueResponse } from '../service/api/tasks.js';
import type { CachedExecution } from './cached-execution.js';
import type { Executions } from './executions.js';
import { eventsForQuery, wholeHistory } from './history-source.js';
import type { CompiledOptions } from './options.js';
import { queryOutcome } from './query-answers.js';
import { asksForStacks, goesOn, queryOf } from './task-input.js';

/** What answering a query needs of the worker. */
export interface QueryParts {
  readonly options: CompiledOptions;
  readonly executions: Executions;
  advance(execution: CachedExecution): Promise<Step>;
}

/** A query alone: answered by the cached execution, or by one that is replayed for it and thrown away. */
export async function answerQuery(parts: QueryParts, task: PollWorkflowTaskQueueResponse): Promise<void> {
  const { executions, options } = parts;
  const stackTraces = asksForStacks(task);
  const cached = stackTraces ? undefined : executions.get(task.workflowExecution.runId);
  if (cached) {
    await cached.begin();
    try {
      if (executions.get(cached.runId) === cached && goesOn(cached, task)) {
        return await respond(parts, cached, task, []);
      }
    } finally {
      cached.end();
    }
  }
  const execution = executions.create(task, { stackTraces });
  try {
    await respond(parts, execution, task, eventsForQuery(await wholeHistory(options, task)));
  } finally {
    execution.dispose();
  }
}

async function respond(
  { options, advance }: QueryParts,
  execution: CachedExecution,
  task: PollWorkflowTaskQueueResponse,
  events: readonly HistoryEvent[],
): Promise<void> {
  const { service, namespace } = options;
  const query = { queryId: task.taskToken, ...queryOf(task.query!) };
  const { previousStartedEventId, startedEventId } = task;
  beginTask(execution.state, { events, previousStartedEventId, startedEventId, queries: [query] });
  const step = await advance(execution);
  const result = queryOutcome(step);
  await service.respondQueryTaskCompleted({
    namespace,
    taskToken: task.taskToken,
    completedType: result.resultType,
    ...(result.answer ? { queryResult: result.answer } : {}),
    ...(result.errorMessage !== undefined ? { errorMessage: result.errorMessage } : {}),
    ...(result.failure ? { failure: result.failure } : {}),
  });
}
