import { ruleIds, ruleTitle } from './rule-list.js';
import { incompleteText, type ChainFrame, type CheckReport, type Diagnostic } from './model.js';

/** SARIF 2.1.0, with the way from the workflow as a code flow. */
export function sarifReport(report: CheckReport): string {
  return `${JSON.stringify(sarifLog(report), null, 2)}\n`;
}

/** The log as an object; a test holds it to the types of the format. */
export function sarifLog(report: CheckReport) {
  const used = [...new Set([...ruleIds, ...report.diagnostics.map((diagnostic) => diagnostic.ruleId)])];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0' as const,
    runs: [
      {
        tool: {
          driver: {
            name: 'refrain',
            rules: used.map((id) => ({
              id,
              shortDescription: { text: ruleTitle(id) },
              properties: { docs: `docs/rules/${id}.md` },
            })),
          },
        },
        columnKind: 'utf16CodeUnits' as const,
        originalUriBaseIds: { ROOT: { description: { text: 'The path that was checked.' } } },
        // Of one that was given up, there may be more results.
        invocations: [
          {
            executionSuccessful: report.summary.complete,
            ...(report.summary.complete
              ? {}
              : {
                  toolExecutionNotifications: [
                    { level: 'error' as const, message: { text: incompleteText } },
                  ],
                }),
          },
        ],
        results: report.diagnostics.map((diagnostic) => result(diagnostic, used.indexOf(diagnostic.ruleId))),
        properties: { profile: report.profile, unresolvedCalls: report.summary.unresolvedCalls },
      },
    ],
  };
}

function result(diagnostic: Diagnostic, ruleIndex: number) {
  const { chain } = diagnostic;
  const text =
    diagnostic.suggestion === '' ? diagnostic.message : `${diagnostic.message} ${diagnostic.suggestion}`;
  return {
    ruleId: diagnostic.ruleId,
    ruleIndex,
    level: diagnostic.severity,
    message: { text },
    locations: [
      location(diagnostic.file, {
        startLine: diagnostic.line,
        startColumn: diagnostic.column,
        endLine: diagnostic.endLine,
        endColumn: diagnostic.endColumn,
      }),
    ],
    ...(chain.length === 0 ? {} : { codeFlows: [{ threadFlows: [{ locations: chain.map(flowLocation) }] }] }),
    partialFingerprints: {
      'refrain/v1': `${diagnostic.ruleId}:${diagnostic.file}:${diagnostic.workflow}:${chain.at(-1)?.function ?? ''}`,
    },
    properties: { workflow: diagnostic.workflow, reaches: diagnostic.reaches },
  };
}

function flowLocation(frame: ChainFrame) {
  const place = location(frame.file, { startLine: frame.line, startColumn: frame.column });
  return { location: { ...place, message: { text: frame.function } } };
}

function location(file: string, region: Readonly<Record<string, number>>) {
  const uri = file.split('/').map(encodeURIComponent).join('/');
  return { physicalLocation: { artifactLocation: { uri, uriBaseId: 'ROOT' }, region } };
}
