/**
 * SARIF 2.1.0, made for code scanning: with the way from the workflow as a code flow, rules that explain
 * themselves, and fingerprints that do not follow line numbers. What a comment or a baseline excuses is left
 * out: code scanning would show it as open, `suppressions` or not.
 */

import { readFileSync } from 'node:fs';
import { fingerprints } from './identity.js';
import { incompleteText, type ChainFrame, type CheckReport, type Diagnostic } from './model.js';
import { repositoryPath, shownAt, stepName, type Region } from './placement.js';
import type { ReportContext } from './reporter.js';
import { adviceRules, ruleIds, ruleReason, ruleTitle } from './rule-list.js';
import { suggestionsFor } from './suggestions.js';

/** Code scanning refuses a log with more results than this. */
const maxResults = 25_000;

export function sarifReport(report: CheckReport, context: ReportContext): string {
  return `${JSON.stringify(sarifLog(report, context), null, 2)}\n`;
}

/** The log as an object; a test holds it to the types of the format. */
export function sarifLog(report: CheckReport, context: ReportContext) {
  const { prefix } = context;
  const diagnostics = report.diagnostics.slice(0, maxResults);
  const prints = fingerprints(diagnostics, context.readLine);
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0' as const,
    runs: [
      {
        tool: { driver: driver(report) },
        // Two folders of one repository are two categories of code scanning.
        automationDetails: { id: `refrain/${prefix}` },
        columnKind: 'utf16CodeUnits' as const,
        originalUriBaseIds: {
          '%SRCROOT%': {
            description: { text: 'The root of the repository, or the checked folder if there is none.' },
          },
        },
        invocations: [
          {
            // Of one that was given up, there may be more results.
            executionSuccessful: report.summary.complete,
            toolExecutionNotifications: notifications(report, prefix),
          },
        ],
        results: diagnostics.map((diagnostic, index) => result(diagnostic, prefix, prints[index] ?? '')),
        properties: { profile: report.profile, unresolvedCalls: report.summary.unresolvedCalls },
      },
    ],
  };
}

function driver(report: CheckReport) {
  return {
    name: 'refrain',
    version: packageVersion(),
    semanticVersion: packageVersion(),
    rules: ruleIds.map((id) => rule(id, report.profile)),
    notifications: [
      { id: 'unresolved', shortDescription: { text: 'Something could not be followed' } },
      { id: 'incomplete', shortDescription: { text: 'The analysis was given up before its end' } },
    ],
  };
}

function rule(id: string, profile: string) {
  const level = adviceRules.has(id) ? ('warning' as const) : ('error' as const);
  const suggestions = suggestionsFor(id, profile).map(
    ({ profile: engine, suggestion }) => `${engine}: ${suggestion}`,
  );
  const more = `\`refrain explain ${id}\` says more, with examples.`;
  return {
    id,
    name: id.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: ruleTitle(id) },
    fullDescription: { text: `${ruleTitle(id)}. ${ruleReason(id)}` },
    help: {
      text: [ruleReason(id), ...suggestions, more].join('\n'),
      markdown: [ruleReason(id), suggestions.map((line) => `- ${line}`).join('\n'), more]
        .filter((part) => part !== '')
        .join('\n\n'),
    },
    defaultConfiguration: { level },
    properties: {
      tags: ['determinism', 'durable-execution'],
      precision: 'high',
      'problem.severity': level,
      docs: `docs/rules/${id}.md`,
    },
  };
}

/** What the log has no results for: what was not followed, and what there was no more room for. */
function notifications(report: CheckReport, prefix: string) {
  const unresolved = report.unresolved.map((entry) => ({
    descriptor: { id: 'unresolved', index: 0 },
    level: 'note' as const,
    message: { text: `Not resolved, so neither safe nor unsafe: ${entry.reason}` },
    locations: [location(prefix, entry)],
  }));
  const reasons = report.summary.complete ? [] : [incompleteText];
  const rest = report.diagnostics.length - maxResults;
  if (rest > 0)
    reasons.push(`${String(rest)} more findings are left out: code scanning takes ${String(maxResults)}.`);
  const incomplete = reasons.map((text) => ({
    descriptor: { id: 'incomplete', index: 1 },
    level: 'error' as const,
    message: { text },
  }));
  return [...incomplete, ...unresolved];
}

function result(diagnostic: Diagnostic, prefix: string, fingerprint: string) {
  const { chain, message, suggestion } = diagnostic;
  const shown = shownAt(diagnostic);
  const related = [];
  if (shown !== diagnostic)
    related.push(relatedLocation(prefix, diagnostic, 'Here, in an installed package'));
  const start = chain.length > 1 ? chain[0] : undefined;
  if (start !== undefined) related.push(relatedLocation(prefix, start, `Reached from ${stepName(start)}`));
  return {
    ruleId: diagnostic.ruleId,
    ruleIndex: ruleIds.indexOf(diagnostic.ruleId),
    level: diagnostic.severity,
    message: { text: suggestion === '' ? message : `${message} ${suggestion}` },
    locations: [location(prefix, shown)],
    ...(related.length === 0
      ? {}
      : { relatedLocations: related.map((place, id) => ({ id: id + 1, ...place })) }),
    ...(chain.length === 0 ? {} : { codeFlows: [codeFlow(prefix, chain, message)] }),
    partialFingerprints: { 'refrainFinding/v1': fingerprint },
    properties: { workflow: diagnostic.workflow, reaches: diagnostic.reaches },
  };
}

function codeFlow(prefix: string, chain: readonly ChainFrame[], message: string) {
  const locations = chain.map((frame, index) => {
    const next = chain[index + 1];
    const text =
      next === undefined ? `${stepName(frame)}: ${message}` : `${stepName(frame)} → ${stepName(next)}`;
    return { location: { ...location(prefix, frame), message: { text } }, nestingLevel: index };
  });
  return { threadFlows: [{ locations }] };
}

function relatedLocation(prefix: string, place: Region, text: string) {
  return { ...location(prefix, place), message: { text } };
}

function location(prefix: string, { file, line, column, endLine, endColumn }: Region) {
  const uri = repositoryPath(prefix, file).split('/').map(encodeURIComponent).join('/');
  const region = {
    startLine: line,
    startColumn: column,
    ...(endLine === undefined ? {} : { endLine }),
    ...(endColumn === undefined ? {} : { endColumn }),
  };
  return { physicalLocation: { artifactLocation: { uri, uriBaseId: '%SRCROOT%' }, region } };
}

function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
