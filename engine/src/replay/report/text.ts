import type { Divergence, ReplayResult, ReplaySummary } from '../result.js';
import { shownPath } from './paths.js';
import type { ReportOptions } from './report.js';

const marks = { compatible: '✓', drift: '~', vacuous: '○', incompatible: '✗', invalid: '!' } as const;

export function textReport(
  results: readonly ReplayResult[],
  summary: ReplaySummary,
  { cwd }: ReportOptions,
): string {
  const blocks = results.map((result) => resultText(result, cwd));
  const counts = Object.entries(summary)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict}`);
  return `${blocks.join('')}\n${results.length} ${results.length === 1 ? 'history' : 'histories'}: ${counts.join(', ') || 'none'}\n`;
}

/** One history, as it is printed while the replay goes on. */
export function resultText(result: ReplayResult, cwd?: string): string {
  const { verdict, history, workflowType, events, divergence } = result;
  const head = `${marks[verdict]} ${verdict.padEnd(12)} ${history}${workflowType ? `  (${workflowType}, ${events} events)` : ''}\n`;
  return divergence ? `${head}${divergenceText(divergence, cwd)}\n` : head;
}

/** A divergence for a person: what, where, why, and what to do. */
export function divergenceText(divergence: Divergence, cwd?: string): string {
  const { code, eventId, workflowTask, file, line, column, frame, message, cause, fix, field } = divergence;
  const place = [
    eventId === undefined ? undefined : `event ${eventId}`,
    workflowTask === undefined ? undefined : `workflow task ${workflowTask}`,
    field === undefined ? undefined : `field ${field}`,
  ].filter((part) => part !== undefined);
  const head = `${code}${place.length > 0 ? ` at ${place.join(', ')}` : ''}: ${message}`;
  const lines = [...head.split('\n'), ''];
  if (file !== undefined) lines.push(`${shownPath(file, cwd)}:${line}:${column ?? 1}`);
  if (frame !== undefined) lines.push(...frame.split('\n'));
  if (file !== undefined || frame !== undefined) lines.push('');
  lines.push(cause, ...fix.split('\n'));
  return lines.map((text) => (text === '' ? '\n' : `    ${text}\n`)).join('');
}
