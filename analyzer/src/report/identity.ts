import { createHash } from 'node:crypto';
import type { Diagnostic } from './model.js';

/** A line of a file of a report (lines from 1), without its end; undefined when there is none. */
export type ReadLine = (file: string, line: number) => string | undefined;

/**
 * What a finding is known by while code moves: rule, file, function and the text of the line, but not the
 * number of the line.
 */
export interface Identity {
  readonly rule: string;
  readonly file: string;
  readonly function: string;
  readonly text: string;
}

export function identityOf(diagnostic: Diagnostic, readLine: ReadLine): Identity {
  const line = readLine(diagnostic.file, diagnostic.line) ?? '';
  return {
    rule: diagnostic.ruleId,
    file: diagnostic.file,
    function: diagnostic.chain.at(-1)?.function ?? '',
    text: line.trim().replace(/\s+/g, ' '),
  };
}

/** A fingerprint for each diagnostic; those that nothing but their order tells apart are numbered. */
export function fingerprints(diagnostics: readonly Diagnostic[], readLine: ReadLine): string[] {
  const seen = new Map<string, number>();
  return diagnostics.map((diagnostic) => {
    const { rule, file, function: within, text } = identityOf(diagnostic, readLine);
    const key = JSON.stringify([rule, file, within, text]);
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return createHash('sha256')
      .update(`${key}\0${String(before)}`)
      .digest('hex')
      .slice(0, 32);
  });
}
