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
  /** Findings of other kinds, and calls that the analyzer could not follow. */
  readonly unresolved: readonly string[];
  readonly failure: string | undefined;
}

/** Judges a tree's program, which is written to the directory and taken away again. */
export async function judge(tree: Tree, directory: string): Promise<Verdict> {
  const program = render(tree);
  const { ran, loaded, failure } = await execute(program);
  write(program, directory);
  const report = checkProject({ path: directory, profile: 'restate' });
  const reported = new Set(
    report.diagnostics.map(({ ruleId, file, line }) => `${ruleId} ${file}:${String(line)}`),
  );
  const isReported = ({ kind, file, line }: Site): boolean =>
    reported.has(`${kind === 'clock' ? 'wall-clock' : 'module-state'} ${file}:${String(line)}`);
  return {
    program,
    missed: program.sites.filter((site) => ran.has(site.id) && !isReported(site)),
    // While modules load, only what flows into the workflow counts.
    surplus: program.sites.filter((site) => !ran.has(site.id) && !loaded.has(site.id) && isReported(site)),
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
