import type { ReplayResult, ReplaySummary } from '../result.js';
import { shownPath } from './paths.js';
import type { ReportOptions } from './report.js';

/** Workflow commands of GitHub Actions: annotations at the call in the workflow's sources. */
export function githubReport(
  results: readonly ReplayResult[],
  summary: ReplaySummary,
  options: ReportOptions,
): string {
  const lines = results.flatMap((result) => annotation(result, options));
  const counts = Object.entries(summary).map(([verdict, count]) => `${count} ${verdict}`);
  return `${[...lines, `${results.length} histories: ${counts.join(', ')}`].join('\n')}\n`;
}

function annotation(result: ReplayResult, { strict = false, cwd }: ReportOptions): string[] {
  const { verdict, divergence, history } = result;
  if (!divergence) return [];
  const fails = verdict === 'incompatible' || verdict === 'invalid' || strict;
  const { code, file, line, column, message, cause, fix, eventId } = divergence;
  const properties = [
    ...(file === undefined
      ? []
      : [`file=${property(shownPath(file, cwd))}`, `line=${line}`, `col=${column ?? 1}`]),
    `title=${property(`${code}: ${verdict} with ${history}`)}`,
  ];
  const at = eventId === undefined ? '' : ` (event ${eventId})`;
  return [
    `::${fails ? 'error' : 'warning'} ${properties.join(',')}::${data(`${message}${at}\n${cause}\n${fix}`)}`,
  ];
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
