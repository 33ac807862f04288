/**
 * What the analyzer says of generated programs, against what ran when they were executed under every input. A
 * place that ran and is not reported is a miss; one that is reported and that no input reaches, a false alarm.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConstructs, type Construct } from './constructs.js';
import { judge, type Verdict } from './judge.js';
import { knownFalseAlarms, knownLosses, knownMisses } from './known-gaps.js';
import type { Site } from './render.js';
import { runsOr, seed } from '../seed.js';
import { describeTree, grow, leafOf, randomFrom, shrink, type Tree } from './trees.js';

const constructs = loadConstructs(fileURLToPath(new URL('constructs', import.meta.url)));
const leaf = leafOf(constructs);
const directory = mkdtempSync(join(tmpdir(), 'refrain-oracle-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const runs = runsOr(80);

/** Those that this version of Node can run. */
const namesOf = (gaps: readonly string[]): string[] =>
  constructs.map(({ name }) => name).filter((name) => gaps.includes(name));

/** Those of which something is known stand alone, and those that not every Node can run; the others share programs. */
function groupsOf(all: readonly Construct[]): Construct[][] {
  const apart = new Set([...knownMisses, ...knownFalseAlarms, ...knownLosses]);
  const groups: Construct[][] = [];
  let shared: Construct[] = [];
  for (const construct of all) {
    if (construct.needs !== undefined || apart.has(construct.name)) groups.push([construct]);
    else if (shared.push(construct) === groupSize) {
      groups.push(shared);
      shared = [];
    }
  }
  return shared.length === 0 ? groups : [...groups, shared];
}

const groupSize = 6;

describe('generated programs', () => {
  const missed: string[] = [];
  const surplus: string[] = [];
  const lost: string[] = [];
  const failed: string[] = [];

  it('each construct by itself: what ran is reported', async () => {
    for (const group of groupsOf(constructs)) {
      const trees = group.map((construct): Tree => {
        const children = construct.children.map(() => leaf);
        return { construct, place: 'here', importStyle: 'named', children };
      });
      const verdict = await judge(directory, ...trees);
      const note = (list: string[], sites: readonly Site[]): void => {
        const labels = new Set(sites.map(({ label }) => label.split('#')[0]));
        for (const { name } of group) if (labels.has(name)) list.push(name);
      };
      if (verdict.failure !== undefined)
        failed.push(`${group.map(({ name }) => name).join(', ')}: ${verdict.failure}`);
      note(missed, verdict.missed);
      note(surplus, verdict.surplus);
      note(lost, verdict.lost);
    }
    expect(failed).toEqual([]);
    expect(missed.sort()).toEqual(namesOf(knownMisses).sort());
  }, 120_000);

  it('each construct by itself: what did not run is not reported', () => {
    expect(surplus.sort()).toEqual(namesOf(knownFalseAlarms).sort());
  });

  it('each construct by itself: what changes the command is said to reach it', () => {
    expect(lost).toEqual(namesOf(knownLosses));
  });

  it('composed at random: what ran is reported', async () => {
    const sound = constructs.filter(({ name }) => !knownMisses.includes(name));
    const found: string[] = [];
    for (let run = 0; run < runs; run += 1) {
      const tree = grow(randomFrom(seed * 1_000_003 + run), sound, 3);
      const verdict = await judge(directory, tree);
      if (!isMiss(verdict)) continue;
      const least = await shrink(tree, leaf, async (smaller) => isMiss(await judge(directory, smaller)));
      found.push(await tell(least));
    }
    expect(found).toEqual([]);
  }, 3_600_000);
});

const isMiss = ({ missed, failure }: Verdict): boolean => failure !== undefined || missed.length > 0;

/** The smallest program that shows it, whole: it is to be read in a test's output. */
async function tell(tree: Tree): Promise<string> {
  const { program, missed, failure } = await judge(directory, tree);
  const files = [...program.files].map(([path, text]) => `--- ${path}\n${text}`).join('\n');
  const what = failure ?? missed.map(({ file, line }) => `${file}:${String(line)} ran`).join(', ');
  return `${describeTree(tree)}: ${what}\n${files}`;
}
