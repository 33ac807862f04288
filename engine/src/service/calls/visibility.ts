import type {
  CountWorkflowExecutionsRequest,
  CountWorkflowExecutionsResponse,
  ListWorkflowExecutionsRequest,
  ListWorkflowExecutionsResponse,
} from '../api/workflow.js';
import type { ServiceContext } from '../context.js';
import { invalidArgument } from '../errors.js';
import { infoOf } from '../info.js';
import { limits } from '../limits.js';
import { pagePosition, pageToken } from '../visibility/page.js';
import { parseVisibilityQuery } from '../visibility/parse-query.js';

export async function listWorkflowExecutions(
  ctx: ServiceContext,
  request: ListWorkflowExecutionsRequest,
): Promise<ListWorkflowExecutionsResponse> {
  const query = parseVisibilityQuery(request.query, ctx.searchAttributeTypes);
  if (query.groupBy) throw invalidArgument('GROUP BY is for counts');
  checkPageSize(request);
  const after = request.nextPageToken ? pagePosition(request.nextPageToken, query) : undefined;
  await ctx.runs.durable();
  const pageSize = Math.min(request.pageSize || limits.pageSize, limits.pageSize);
  const { records, next } = ctx.store.listRuns(query, after, pageSize);
  return { executions: records.map(infoOf), ...(next && { nextPageToken: pageToken(next) }) };
}

function checkPageSize({ pageSize = 0 }: ListWorkflowExecutionsRequest): void {
  if (!Number.isInteger(pageSize) || pageSize < 0) {
    throw invalidArgument(`pageSize must be a count, found ${pageSize}`);
  }
}

export async function countWorkflowExecutions(
  ctx: ServiceContext,
  request: CountWorkflowExecutionsRequest,
): Promise<CountWorkflowExecutionsResponse> {
  const query = parseVisibilityQuery(request.query, ctx.searchAttributeTypes);
  const { groupBy } = query;
  if (groupBy && !(groupBy.type === 'column' && groupBy.column === 'status')) {
    throw invalidArgument('GROUP BY is supported for ExecutionStatus only');
  }
  await ctx.runs.durable();
  const counts = ctx.store.countRuns(query);
  const count = counts.reduce((sum, c) => sum + c.count, 0);
  const groups = groupBy
    ? counts.map((c) => ({ groupValues: [statusName(c.group ?? '')], count: c.count }))
    : [];
  return { count, groups };
}

/** `TIMED_OUT` as queries write it: `TimedOut`. */
function statusName(status: string): string {
  return status.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
