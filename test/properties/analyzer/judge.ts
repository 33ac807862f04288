/** Holds what the analyzer reports of a program against what ran. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkProject } from '@refrain/analyzer';
import { execute } from './execute.js';
import { render, type Program, type Site } from './render.js';
import type { Tree } from './trees.js';

export interface Verdict {
  readonly program: Program;
  /** Ran, and is not reported. */
  readonly missed: readonly Site[];
  /** Is reported, and no input reaches it. */
  readonly surplus: readonly Site[];
  /** Reported, but not as reaching the command, which changes when they do. */
  readonly lost: readonly Site[];
  /** Findings of other kinds, and calls that the analyzer could not follow. */
  readonly unresolved: readonly string[];
  readonly failure: string | undefined;
}

/** Judges the program of some trees, which is written to the directory. */
export async function judge(directory: string, ...trees: readonly Tree[]): Promise<Verdict> {
  const program = render(...trees);
  const { ran, loaded, flows, failure } = await execute(program);
  write(program, directory);
  const report = checkProject({ path: directory, profile: 'restate' });
  const reported = new Map(
    report.diagnostics.map(({ ruleId, file, line, reaches }) => [
      `${ruleId} ${file}:${String(line)}`,
      reaches,
    ]),
  );
  const reachOf = ({ kind, file, line }: Site): string | undefined =>
    reported.get(`${kind === 'clock' ? 'wall-clock' : 'module-state'} ${file}:${String(line)}`);
  const isReported = (site: Site): boolean => reachOf(site) !== undefined;
  return {
    program,
    missed: program.sites.filter((site) => ran.has(site.id) && !isReported(site)),
    // While modules load, only what flows into the workflow counts.
    surplus: program.sites.filter((site) => !ran.has(site.id) && !loaded.has(site.id) && isReported(site)),
    lost: program.sites.filter(
      (site) => flows.has(site.id) && isReported(site) && reachOf(site) !== 'command',
    ),
    unresolved: report.unresolved.map(({ file, line, reason }) => `${file}:${String(line)} ${reason}`),
    failure,
  };
}

export function write(program: Program, directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  for (const [path, text] of program.files) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
