import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { medianOf } from '../harness.mjs';

// What replays add to the tests of the examples: all of them, each file in a fresh process as Vitest has it by
// default, with and without replays in turn.
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..', '..');

/** The tests of all examples, once. */
function runTests(replay) {
  const folder = mkdtempSync(join(tmpdir(), 'refrain-bench-'));
  const file = join(folder, 'tests.jsonl');
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const config = join(here, 'vitest.examples.config.ts');
    const { status, stdout } = spawnSync(process.execPath, [vitest, 'run', '--config', config], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, REFRAIN_BENCH_FILE: file, REFRAIN_BENCH_REPLAY: replay },
    });
    if (status !== 0) throw new Error(`the tests of the examples failed:\n${stdout}`);
    const tests = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const sum = (of) => tests.reduce((total, test) => total + of(test), 0);
    return { tests: tests.length, cpuMs: sum((test) => test.cpuMs), wallMs: sum((test) => test.wallMs) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function measureExamples(rounds) {
  const found = { on: [], off: [] };
  for (let round = 0; round < rounds; round++) {
    for (const replay of round % 2 === 0 ? ['on', 'off'] : ['off', 'on'])
      found[replay].push(runTests(replay));
  }
  const median = (replay, metric) => medianOf(found[replay].map((run) => run[metric]).sort((a, b) => a - b));
  const figures = (metric) => ({ on: median('on', metric), off: median('off', metric) });
  return { tests: found.on[0].tests, cpuMs: figures('cpuMs'), wallMs: figures('wallMs') };
}
