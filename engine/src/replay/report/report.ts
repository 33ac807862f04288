import type { ReplayResult, ReplaySummary } from '../result.js';
import { summaryOf } from '../result.js';
import { githubReport } from './github.js';
import { jsonReport } from './json.js';
import { junitReport } from './junit.js';
import { textReport } from './text.js';

export const reportFormats = ['text', 'json', 'junit', 'github'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export interface ReportOptions {
  /** `drift` and `vacuous` count as failures. */
  readonly strict?: boolean;
  /** Paths are shown relative to this folder. */
  readonly cwd?: string;
}

/** Writes results as text for people, as JSON, as JUnit XML or as workflow commands of GitHub Actions. */
export function formatReplay(
  results: readonly ReplayResult[],
  format: ReportFormat,
  options: ReportOptions = {},
): string {
  const summary: ReplaySummary = summaryOf(results);
  switch (format) {
    case 'text':
      return textReport(results, summary, options);
    case 'json':
      return jsonReport(results, summary, options);
    case 'junit':
      return junitReport(results, summary, options);
    case 'github':
      return githubReport(results, summary, options);
  }
}
