import { analyseSingleFile, type Diagnostic, type RuleId, type SingleFileResult } from '@refrain/analyzer';
import type { TSESLint } from '@typescript-eslint/utils';
import { isWorkflowFile, type PluginSettings } from '../settings.js';
import type { Finding } from './finding.js';
import { lineStartsOf, offsetOf } from './offsets.js';

/**
 * Keeps what the analysis of a file found, for all the rules of one lint run. Owns nothing else:
 * an entry lives as long as the syntax tree of its run.
 */
const known = new WeakMap<object, readonly Finding[]>();

type AnyContext = Readonly<TSESLint.RuleContext<string, readonly unknown[]>>;

/** What the analysis of one file, alone, finds. It is silent about files that are no code it can read. */
export function fileFindings(context: AnyContext, settings: PluginSettings): readonly Finding[] {
  const { sourceCode } = context;
  let findings = known.get(sourceCode.ast);
  if (findings === undefined) {
    findings = analyse(context, settings);
    known.set(sourceCode.ast, findings);
  }
  return findings;
}

function analyse(context: AnyContext, settings: PluginSettings): readonly Finding[] {
  const path = normalise(context.physicalFilename);
  if (!/\.[cm]?[jt]sx?$/.test(path)) return [];
  const { text } = context.sourceCode;
  const isWorkflowModule = isWorkflowFile(settings, context.physicalFilename, context.cwd);
  const results = analyseSingleFile({ path, text, profile: settings.profile, isWorkflowModule });
  const starts = lineStartsOf(text);
  return results.flatMap((result) =>
    result.diagnostics.map((diagnostic) => toFinding(diagnostic, result, starts)),
  );
}

function toFinding(
  diagnostic: Diagnostic,
  { profile }: SingleFileResult,
  starts: readonly number[],
): Finding {
  const { message, suggestion, severity } = diagnostic;
  return {
    ruleId: diagnostic.ruleId as RuleId,
    severity,
    profile,
    message: suggestion === '' || message.includes(suggestion) ? message : `${message} ${suggestion}`,
    start: offsetOf(starts, diagnostic.line, diagnostic.column),
    end: offsetOf(starts, diagnostic.endLine, diagnostic.endColumn),
  };
}

/** Paths with `/`, absolute; a text without a name is TypeScript. */
export function normalise(filename: string): string {
  if (filename === '<input>' || filename === '<text>') return '/input.ts';
  return filename.replaceAll('\\', '/');
}
