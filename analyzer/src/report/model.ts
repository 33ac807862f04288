/** The result of a check, as `--format json` prints it. The shape is a contract: version 1. */

import type { Reaches, RuleId } from '../effects/finding.js';

export interface CheckReport {
  readonly version: 1;
  readonly profile: string;
  readonly summary: CheckSummary;
  readonly workflows: readonly ReportedWorkflow[];
  readonly diagnostics: readonly Diagnostic[];
  readonly unresolved: readonly UnresolvedEntry[];
  /** With a baseline: how many findings it holds back, how many of its own are gone, whether this run made it. */
  readonly baseline?: { readonly known: number; readonly obsolete: number; readonly made: boolean };
}

export interface CheckSummary {
  readonly workflows: number;
  readonly functions: number;
  readonly unresolvedCalls: number;
  readonly errors: number;
  readonly warnings: number;
  /** False when the analysis was given up before its end: there may be more findings. */
  readonly complete: boolean;
  readonly durationMs: number;
}

export interface ReportedWorkflow {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export interface Diagnostic {
  readonly ruleId: RuleId | 'unused-suppression' | 'suppression-without-reason';
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Relative to the checked path; lines and columns start at 1. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly workflow: string;
  readonly reaches: Reaches;
  readonly chain: readonly ChainFrame[];
  readonly suggestion: string;
  readonly docs: string;
}

export interface ChainFrame {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface UnresolvedEntry {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

/** What an incomplete report says of itself, in every format. */
export const incompleteText =
  'RFN5006: the analysis was given up before its end, because the program takes more work than is allowed. There may be more findings. See docs/errors/RFN5006.md.';
