/** The command `refrain check` without its arguments' parsing: what to print, and the exit code. */

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createAnalysis, type CheckOptions, type FoundWorkflow } from './check.js';
import { profiles } from './profiles/index.js';
import type { Project } from './program/project.js';
import { applyBaseline, readBaseline, withDiagnostics, writeBaseline } from './report/baseline.js';
import type { ReadLine } from './report/identity.js';
import type { CheckReport } from './report/model.js';
import { pathInRepository } from './report/placement.js';
import { formatReport, reportFormats, type ReportContext, type ReportFormat } from './report/reporter.js';
import { namedModules } from './workflow-modules.js';

export interface RunCheckOptions extends CheckOptions {
  readonly format?: ReportFormat | undefined;
  readonly verbose?: boolean | undefined;
  /** A baseline file: findings that it lists are left out; it is made when it does not exist. */
  readonly baseline?: string | undefined;
  readonly updateBaseline?: boolean | undefined;
  readonly listWorkflows?: boolean | undefined;
  /** Whether `workflows` may name what is not there, as the configuration of a larger project does. */
  readonly workflowsMayBeMissing?: boolean | undefined;
  /** The least severity that is reported, and makes the exit code 1; `warning` by default. */
  readonly level?: 'error' | 'warning' | undefined;
}

export interface CheckOutcome {
  /** 0 fine, 1 findings, 2 usage, configuration or input error. */
  readonly exitCode: 0 | 1 | 2;
  /** For standard output. */
  readonly output: string;
  /** For standard error: why the check could not be made, with its code. */
  readonly problem: { readonly code: string; readonly message: string } | undefined;
  readonly report: CheckReport | undefined;
}

export function runCheck(options: RunCheckOptions): CheckOutcome {
  const problem = problemOf(options);
  if (problem !== undefined) return failed(problem.code, problem.message);
  const analysis = createAnalysis(options);
  const { unmatched } = namedModules(analysis.project, options.workflows ?? []);
  if (unmatched.length > 0 && options.workflowsMayBeMissing !== true)
    return failed('RFN5007', `There is no file of code that ${list(unmatched)} names in '${options.path}'.`);
  const workflows = analysis.workflows();
  if (options.listWorkflows === true) {
    return {
      exitCode: 0,
      output: workflowList(workflows, options.format),
      problem: undefined,
      report: undefined,
    };
  }
  const found = analysis.report();
  if (workflows.length === 0 && found.summary.complete)
    return failed('RFN5002', noWorkflows(options, analysis.project.files().length, found), found);
  const context: ReportContext = {
    verbose: options.verbose ?? false,
    prefix: pathInRepository(analysis.project.root),
    readLine: lineReader(analysis.project),
  };
  const baselined = withBaseline(found, options, context.readLine);
  if (baselined === undefined) {
    return failed(
      'RFN5003',
      `'${String(options.baseline)}' is not a baseline. Delete it, and the next run makes a new one.`,
    );
  }
  const report = options.level === 'error' ? withoutWarnings(baselined) : baselined;
  const output = formatReport(report, options.format ?? 'text', context);
  return { exitCode: exitCodeOf(report), output, problem: undefined, report };
}

/** An analysis that was given up proves nothing: without findings it is not fine. */
function exitCodeOf(report: CheckReport): 0 | 1 | 2 {
  if (report.diagnostics.length > 0) return 1;
  return report.summary.complete ? 0 : 2;
}

function withoutWarnings(report: CheckReport): CheckReport {
  return withDiagnostics(
    report,
    report.diagnostics.filter(({ severity }) => severity === 'error'),
  );
}

function lineReader(project: Project): ReadLine {
  const lines = new Map<string, readonly string[] | undefined>();
  return (file, line) => {
    if (!lines.has(file)) lines.set(file, project.readText(join(project.root, file))?.split(/\r?\n/));
    return lines.get(file)?.[line - 1];
  };
}

function failed(code: string, message: string, report?: CheckReport): CheckOutcome {
  return { exitCode: 2, output: '', problem: { code, message }, report };
}

function problemOf(options: RunCheckOptions): { code: string; message: string } | undefined {
  if (!existsSync(options.path))
    return { code: 'RFN5001', message: `There is nothing at '${options.path}'.` };
  const { profile, format } = options;
  if (profile !== undefined && profile !== 'auto' && !Object.hasOwn(profiles, profile)) {
    const known = ['auto', ...Object.keys(profiles)].join(', ');
    return { code: 'RFN5004', message: `There is no profile '${String(profile)}'. Known: ${known}.` };
  }
  if (format !== undefined && !reportFormats.includes(format)) {
    return {
      code: 'RFN5005',
      message: `There is no format '${String(format)}'. Known: ${reportFormats.join(', ')}.`,
    };
  }
  return undefined;
}

function noWorkflows(options: RunCheckOptions, files: number, { unresolved }: CheckReport): string {
  const profile = options.profile ?? 'auto';
  const looked = profile === 'auto' ? 'of any known engine' : `of the profile '${profile}'`;
  return [
    `No workflows ${looked} were found in '${options.path}' (${String(files)} ${files === 1 ? 'file' : 'files'} of code).`,
    ...unresolved.slice(0, 5).map(({ file, reason }) => `  ${file === '' ? '.' : file}: ${reason}`),
    'Check the path; name the engine with --profile; or name the modules whose exports are workflows with --workflows.',
  ].join('\n');
}

const list = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

function withBaseline(
  report: CheckReport,
  options: RunCheckOptions,
  readLine: ReadLine,
): CheckReport | undefined {
  if (options.baseline === undefined) return report;
  const path = resolve(options.baseline);
  const made = !existsSync(path) || options.updateBaseline === true;
  if (made) writeFileSync(path, writeBaseline(report, readLine));
  const baseline = statSync(path).isFile() ? readBaseline(readFileSync(path, 'utf8')) : undefined;
  if (baseline === undefined) return undefined;
  const applied = applyBaseline(report, baseline, readLine);
  return applied.baseline === undefined ? applied : { ...applied, baseline: { ...applied.baseline, made } };
}

function workflowList(workflows: readonly FoundWorkflow[], format: ReportFormat | undefined): string {
  if (format === 'json') return `${JSON.stringify(workflows, null, 2)}\n`;
  if (workflows.length === 0) return 'No workflows.\n';
  return workflows
    .map(({ name, file, line, profile, why }) => `${file}:${String(line)}  ${name}  (${profile}: ${why})\n`)
    .join('');
}
