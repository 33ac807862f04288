export interface Label {
  readonly file: string;
  readonly line: number;
  readonly ruleId: string;
  readonly severity?: string;
  readonly reaches?: string;
}

export interface Scenario {
  readonly name: string;
  readonly group: string;
  readonly directory: string;
  readonly profile: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly note: string | undefined;
  readonly resolved: boolean;
  readonly expected: readonly Label[];
}

export interface Comparison {
  readonly matched: readonly Label[];
  readonly missed: readonly Label[];
  readonly surplus: readonly Label[];
  readonly inexact: readonly string[];
}

export interface Row {
  readonly name: string;
  readonly matched: number;
  readonly missed: number;
  readonly surplus: number;
}

export interface Result {
  readonly scenario: Scenario;
  readonly result: Comparison;
}

export function loadScenarios(root: string): Scenario[];
export function compare(scenario: Scenario, diagnostics: readonly Label[]): Comparison;
export function tally(
  results: readonly Result[],
  nameOf: (scenario: Scenario, finding: Label) => string,
): Row[];
export function precision(row: Row): number;
export function recall(row: Row): number;
export function totalOf(rows: readonly Row[]): Row;
