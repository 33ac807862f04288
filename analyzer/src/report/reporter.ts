import { githubReport } from './github.js';
import type { ReadLine } from './identity.js';
import { jsonReport } from './json.js';
import { junitReport } from './junit.js';
import type { CheckReport } from './model.js';
import { sarifReport } from './sarif.js';
import { textReport } from './text.js';

export type ReportFormat = 'text' | 'json' | 'sarif' | 'github' | 'junit';

export const reportFormats: readonly ReportFormat[] = ['text', 'json', 'sarif', 'github', 'junit'];

export interface ReportContext {
  readonly readLine: ReadLine;
  /** The way from the repository's root to the checked folder: `packages/orders/`, or nothing. */
  readonly prefix: string;
  readonly verbose: boolean;
}

export function formatReport(report: CheckReport, format: ReportFormat, context: ReportContext): string {
  switch (format) {
    case 'text':
      return textReport(report, context);
    case 'json':
      return jsonReport(report);
    case 'sarif':
      return sarifReport(report, context);
    case 'github':
      return githubReport(report, context);
    case 'junit':
      return junitReport(report, context);
  }
}
