import { plugin } from '@refrain/eslint-plugin';
import * as parser from '@typescript-eslint/parser';
import { ESLint, type Linter } from 'eslint';
import { ESLint as ESLint9 } from 'eslint9';

export type ConfigName = keyof typeof plugin.configs;

export interface Reported {
  readonly rule: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly severity: number;
}

export interface LintOptions {
  readonly preset?: ConfigName;
  readonly filename?: string;
  readonly eslint?: 9 | 10;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** `espree` parses JavaScript only; `typescript` is typescript-eslint without type information. */
  readonly parser?: 'espree' | 'typescript';
}

/** Lints one text with one preset, as a user's configuration would. */
export async function lint(code: string, options: LintOptions = {}): Promise<readonly Reported[]> {
  const { filename = 'src/workflows.ts', eslint = 10 } = options;
  const engine = eslint === 10 ? new ESLint(setUp(options)) : new ESLint9(setUp(options) as ESLint9.Options);
  const [result] = await engine.lintText(code, { filePath: filename });
  return (result?.messages ?? []).map(({ ruleId, line, column, message, severity }) => ({
    rule: ruleId ?? 'parser',
    line,
    column,
    message,
    severity,
  }));
}

export function setUp({
  preset = 'recommended',
  parser: kind,
  settings,
  filename,
}: LintOptions): ESLint.Options {
  const javaScript = /\.[cm]?jsx?$/.test(filename ?? '');
  const config: Linter.Config[] = [
    plugin.configs[preset] as Linter.Config,
    { files: ['**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts,vue}'] },
  ];
  if ((kind ?? (javaScript ? 'espree' : 'typescript')) === 'typescript')
    config.push({ languageOptions: { parser: parser as Linter.Parser } });
  if (settings !== undefined) config.push({ settings: { refrain: settings } });
  return { overrideConfigFile: true, overrideConfig: config };
}
