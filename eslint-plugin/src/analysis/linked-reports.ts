import { isAbsolute, relative } from 'node:path';
import { createEditorAnalysis, type Diagnostic, type EditorAnalysis } from '@refrain/analyzer';
import type { ParserServicesWithTypeInformation, TSESLint, TSESTree } from '@typescript-eslint/utils';
import { pathTo } from '../remedies/site.js';
import { isWorkflowFile, type PluginSettings } from '../settings.js';
import { fileFindings, normalise } from './file-findings.js';
import { lineStartsOf, offsetOf } from './offsets.js';
import { openFolder, type Folder } from './real-folder.js';

/**
 * Keeps one analysis per project and settings for the life of the process, as an editor's ESLint
 * lives; each answers from the newest texts. At most `maxAnalyses`, the oldest goes first.
 */
const analyses = new Map<string, EditorAnalysis>();
const maxAnalyses = 8;

type Program = ParserServicesWithTypeInformation['program'];
type AnyContext = Readonly<TSESLint.RuleContext<string, readonly unknown[]>>;

export interface LinkedReport {
  readonly start: number;
  readonly end: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/**
 * What only the whole program shows of a file: sources in it that workflows of other files reach,
 * and calls of its workflows that lead to sources in other files.
 */
export function linkedReports(
  context: AnyContext,
  settings: PluginSettings,
  program: Program,
): readonly LinkedReport[] {
  const folder = openFolder(context.cwd);
  const path = folder.real(normalise(context.physicalFilename));
  if (!isAbsolute(path)) return [];
  const { text } = context.sourceCode;
  const analysis = analysisFor(folder, settings, program);
  const diagnostics = analysis.ask({ path, text, files: sourceFilesOf(program).map(folder.real) });
  const here = relative(folder.root, path).replaceAll('\\', '/');
  const starts = lineStartsOf(text);
  const known = new Set(
    fileFindings(context, settings).map(({ ruleId, start }) => `${ruleId}:${String(start)}`),
  );
  return [...atSource(diagnostics, here, starts, known), ...atCall(context, diagnostics, here, starts)].sort(
    (left, right) => left.start - right.start,
  );
}

/** An analysis outlives the run that made it, so it must not hold the run's context, and with it a program. */
function analysisFor({ root }: Folder, settings: PluginSettings, program: Program): EditorAnalysis {
  const config = program.getCompilerOptions()['configFilePath'];
  const { profile, workflowFiles } = settings;
  const key = JSON.stringify([root, config, profile, workflowFiles]);
  let analysis = analyses.get(key);
  if (analysis === undefined) {
    const isWorkflowModule = (file: string): boolean => isWorkflowFile(settings, file, root);
    analysis = createEditorAnalysis({ root, profile, isWorkflowModule });
    analyses.set(key, analysis);
    const [oldest] = analyses.keys();
    if (analyses.size > maxAnalyses && oldest !== undefined) analyses.delete(oldest);
  }
  return analysis;
}

const lists = new WeakMap<Program, readonly string[]>();

function sourceFilesOf(program: Program): readonly string[] {
  let files = lists.get(program);
  if (files === undefined) {
    files = program
      .getSourceFiles()
      .filter((file) => !file.isDeclarationFile && !file.fileName.includes('/node_modules/'))
      .map((file) => file.fileName)
      .sort();
    lists.set(program, files);
  }
  return files;
}

/** A source in this file that its own analysis does not show, because another file's workflow gets here. */
function atSource(
  diagnostics: readonly Diagnostic[],
  here: string,
  starts: readonly number[],
  known: ReadonlySet<string>,
): readonly LinkedReport[] {
  const reports = new Map<string, LinkedReport>();
  for (const item of diagnostics) {
    if (item.file !== here || item.ruleId.includes('suppression')) continue;
    const start = offsetOf(starts, item.line, item.column);
    const key = `${item.ruleId}:${String(start)}`;
    if (known.has(key) || reports.has(key)) continue;
    const [first] = item.chain;
    const from =
      first === undefined
        ? ''
        : ` Reached from \`${item.workflow}\` (${first.file}:${String(first.line)})${wayOf(item)}.`;
    const message = `${sentencesOf(item)}${from}`;
    const end = offsetOf(starts, item.endLine, item.endColumn);
    reports.set(key, { start, end, severity: item.severity, message });
  }
  return [...reports.values()];
}

/** Calls in this file that lead to sources elsewhere: one report for a call, whatever it reaches. */
function atCall(
  context: AnyContext,
  diagnostics: readonly Diagnostic[],
  here: string,
  starts: readonly number[],
): readonly LinkedReport[] {
  const byCall = new Map<number, Diagnostic[]>();
  for (const item of diagnostics) {
    if (item.file === here || item.chain[0]?.file !== here) continue;
    const leaves = item.chain.findIndex((frame) => frame.file !== here);
    const call = item.chain[leaves - 1];
    if (call === undefined) continue;
    const start = offsetOf(starts, call.line, call.column);
    byCall.set(start, [...(byCall.get(start) ?? []), item]);
  }
  return [...byCall].map(([start, items]) => {
    const [first, ...others] = [...items].sort((left, right) => left.chain.length - right.chain.length);
    const more =
      others.length === 0
        ? ''
        : ` ${String(others.length)} more: ${others.slice(0, 3).map(placeOf).join(', ')}${others.length > 3 ? ' …' : ''}.`;
    const message =
      first === undefined ? '' : `Reaches ${placeOf(first)}${wayOf(first)}: ${sentencesOf(first)}${more}`;
    const severity = items.some((item) => item.severity === 'error') ? 'error' : 'warning';
    return { start, end: endOfCall(context.sourceCode, start), severity, message };
  });
}

function endOfCall(sourceCode: Readonly<TSESLint.SourceCode>, start: number): number {
  const calls: readonly string[] = [
    'CallExpression',
    'NewExpression',
    'TaggedTemplateExpression',
    'MemberExpression',
  ];
  const path: readonly TSESTree.Node[] = pathTo(sourceCode, start, start + 1);
  const node = path.find(({ type, range }) => range[0] === start && calls.includes(type)) ?? path.at(-1);
  return node?.range[1] ?? start + 1;
}

function wayOf({ chain }: Diagnostic): string {
  const names = chain.slice(1).map((frame) => frame.function);
  return names.length === 0 ? '' : ` through ${names.slice(0, 6).join(' → ')}`;
}

function placeOf({ ruleId, file, line }: Diagnostic): string {
  return `${ruleId} in ${file}:${String(line)}`;
}

function sentencesOf({ message, suggestion }: Diagnostic): string {
  return suggestion === '' || message.includes(suggestion) ? message : `${message} ${suggestion}`;
}
