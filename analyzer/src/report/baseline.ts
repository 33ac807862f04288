/**
 * A baseline lists findings of old code that are not to fail the check. Findings are known by rule,
 * file, function and the text of their line, so that they survive code moving up and down; those of a file
 * that is gone are looked for in others, as a renamed file takes its findings along.
 */

import { identityOf, type Identity, type ReadLine } from './identity.js';
import type { CheckReport, Diagnostic } from './model.js';

export interface Baseline {
  readonly version: 1;
  /** How many findings of each identity are known. */
  readonly findings: Readonly<Record<string, number>>;
}

const separator = ' | ';

function keyOf(identity: Identity): string {
  return [identity.rule, identity.file, identity.function, identity.text].join(separator);
}

export function writeBaseline(report: CheckReport, readLine: ReadLine): string {
  const findings: Record<string, number> = {};
  const keys = report.diagnostics.map((diagnostic) => keyOf(identityOf(diagnostic, readLine)));
  for (const key of keys.sort()) findings[key] = (findings[key] ?? 0) + 1;
  const baseline: Baseline = { version: 1, findings };
  return `${JSON.stringify(baseline, null, 2)}\n`;
}

/** The baseline in a file's text, or undefined when it is none. */
export function readBaseline(text: string): Baseline | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null || !('version' in json) || !('findings' in json))
    return undefined;
  if (json.version !== 1 || typeof json.findings !== 'object' || json.findings === null) return undefined;
  const findings: Record<string, number> = {};
  for (const [key, count] of Object.entries(json.findings))
    if (typeof count === 'number') findings[key] = count;
  return { version: 1, findings };
}

/** The report without what the baseline knows. */
export function applyBaseline(report: CheckReport, baseline: Baseline, readLine: ReadLine): CheckReport {
  const left = new Map(Object.entries(baseline.findings).filter(([, count]) => count > 0));
  const unknown = report.diagnostics.filter(
    (diagnostic) => !take(left, keyOf(identityOf(diagnostic, readLine))),
  );
  const moved = movedKeys(left, readLine);
  const diagnostics = unknown.filter((diagnostic) => {
    const identity = identityOf(diagnostic, readLine);
    const from = moved.get(placeless(identity))?.find((key) => left.has(key));
    return from === undefined || !take(left, from);
  });
  // An analysis that was given up may not have come to them.
  const gone = report.summary.complete ? [...left.values()] : [];
  return {
    ...withDiagnostics(report, diagnostics),
    baseline: {
      known: report.diagnostics.length - diagnostics.length,
      obsolete: gone.reduce((sum, count) => sum + count, 0),
      made: false,
    },
  };
}

/** Takes one finding off those that are known under a key; false when there is none. */
function take(left: Map<string, number>, key: string): boolean {
  const count = left.get(key);
  if (count === undefined) return false;
  if (count === 1) left.delete(key);
  else left.set(key, count - 1);
  return true;
}

/** The keys whose file is gone, by what stays when a file is renamed. */
function movedKeys(left: ReadonlyMap<string, number>, readLine: ReadLine): Map<string, string[]> {
  const moved = new Map<string, string[]>();
  for (const key of left.keys()) {
    const [rule = '', file = '', within = '', ...text] = key.split(separator);
    if (readLine(file, 1) !== undefined) continue;
    const stays = placeless({ rule, file, function: within, text: text.join(separator) });
    moved.set(stays, [...(moved.get(stays) ?? []), key]);
  }
  return moved;
}

function placeless({ rule, function: within, text }: Identity): string {
  return [rule, within, text].join(separator);
}

/** A report of fewer diagnostics, with its sums. */
export function withDiagnostics(report: CheckReport, diagnostics: readonly Diagnostic[]): CheckReport {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  return { ...report, diagnostics, summary: { ...report.summary, errors, warnings } };
}
