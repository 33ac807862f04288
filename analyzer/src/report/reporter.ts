import { githubReport } from './github.js';
import { jsonReport } from './json.js';
import { junitReport } from './junit.js';
import type { CheckReport } from './model.js';
import { sarifReport } from './sarif.js';
import { textReport } from './text.js';

export type ReportFormat = 'text' | 'json' | 'sarif' | 'github' | 'junit';

export const reportFormats: readonly ReportFormat[] = ['text', 'json', 'sarif', 'github', 'junit'];

export interface ReportContext {
  /** A line of a file of the report (lines from 1), without its end. */
  readonly readLine: (file: string, line: number) => string | undefined;
  readonly verbose: boolean;
}

export function formatReport(report: CheckReport, format: ReportFormat, context: ReportContext): string {
  switch (format) {
    case 'text':
      return textReport(report, context);
    case 'json':
      return jsonReport(report);
    case 'sarif':
      return sarifReport(report);
    case 'github':
      return githubReport(report);
    case 'junit':
      return junitReport(report);
  }
}
