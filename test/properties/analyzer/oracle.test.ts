/**
 * What the analyzer says of generated programs, against what ran when they were executed under every input. A
 * place that ran and is not reported is a miss; one that is reported and that no input reaches, a false alarm.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConstructs } from './constructs.js';
import { judge, type Verdict } from './judge.js';
import { knownFalseAlarms, knownMisses } from './known-gaps.js';
import { describeTree, grow, leafOf, randomFrom, shrink, type Tree } from './trees.js';

const constructs = loadConstructs(fileURLToPath(new URL('constructs', import.meta.url)));
const leaf = leafOf(constructs);
const directory = mkdtempSync(join(tmpdir(), 'refrain-oracle-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const runs = Number(process.env['REFRAIN_RUNS'] ?? 120);
const seed = Number(process.env['REFRAIN_SEED'] ?? 1);

/** Those that this version of Node can run. */
const namesOf = (gaps: readonly string[]): string[] =>
  constructs.map(({ name }) => name).filter((name) => gaps.includes(name));

describe('generated programs', () => {
  const missed: string[] = [];
  const surplus: string[] = [];
  const failed: string[] = [];

  it('each construct by itself: what ran is reported', async () => {
    for (const construct of constructs) {
      const children = construct.children.map(() => leaf);
      const verdict = await judge({ construct, place: 'here', importStyle: 'named', children }, directory);
      if (verdict.failure !== undefined) failed.push(`${construct.name}: ${verdict.failure}`);
      if (verdict.missed.length > 0) missed.push(construct.name);
      if (verdict.surplus.length > 0) surplus.push(construct.name);
    }
    expect(failed).toEqual([]);
    expect(missed).toEqual(namesOf(knownMisses));
  }, 120_000);

  it('each construct by itself: what did not run is not reported', () => {
    expect(surplus).toEqual(namesOf(knownFalseAlarms));
  });

  it('composed at random: what ran is reported', async () => {
    const sound = constructs.filter(({ name }) => !knownMisses.includes(name));
    const found: string[] = [];
    for (let run = 0; run < runs; run += 1) {
      const tree = grow(randomFrom(seed * 1_000_003 + run), sound, 3);
      const verdict = await judge(tree, directory);
      if (!isMiss(verdict)) continue;
      const least = await shrink(tree, leaf, async (smaller) => isMiss(await judge(smaller, directory)));
      found.push(await tell(least));
    }
    expect(found).toEqual([]);
  }, 3_600_000);
});

const isMiss = ({ missed, failure }: Verdict): boolean => failure !== undefined || missed.length > 0;

/** The smallest program that shows it, whole: it is to be read in a test's output. */
async function tell(tree: Tree): Promise<string> {
  const { program, missed, failure } = await judge(tree, directory);
  const files = [...program.files].map(([path, text]) => `--- ${path}\n${text}`).join('\n');
  const what = failure ?? missed.map(({ file, line }) => `${file}:${String(line)} ran`).join(', ');
  return `${describeTree(tree)}: ${what}\n${files}`;
}
