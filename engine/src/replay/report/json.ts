import type { ReplayResult, ReplaySummary } from '../result.js';
import { shownPath } from './paths.js';
import type { ReportOptions } from './report.js';

/** `{ version, results, summary }`; the shape is a contract, fields are only ever added. */
export function jsonReport(
  results: readonly ReplayResult[],
  summary: ReplaySummary,
  { cwd }: ReportOptions,
): string {
  return `${JSON.stringify({ version: 1, results: results.map((result) => resultJson(result, cwd)), summary }, null, 2)}\n`;
}

function resultJson({ divergence, ...result }: ReplayResult, cwd: string | undefined): object {
  if (!divergence) return result;
  const { code, eventId, workflowTask, recorded, attempted, field, file, line, column, message, cause, fix } =
    divergence;
  return {
    ...result,
    divergence: {
      code,
      eventId,
      workflowTask,
      recorded,
      attempted,
      field,
      file: file === undefined ? undefined : shownPath(file, cwd),
      line,
      column,
      message,
      cause,
      fix,
    },
  };
}
