// `npm run bench -- check-speed [--lines 10000,100000] [--share 12] [--rounds 3] [--json]`: what `refrain
// check` costs beside `tsc --noEmit` of the same project, cold and with a warm cache. Processor time, because
// a machine that does other work as well stretches the clock and not the work.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { option, print, row } from '../harness.mjs';
import { writeProject } from './project.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../..');
const preload = pathToFileURL(join(here, 'usage.mjs')).href;
const rounds = Number(option('rounds', '3'));
const rows = [];
for (const lines of option('lines', '10000,100000').split(',').map(Number)) rows.push(...measure(lines));
print(rows);

function measure(lines) {
  const directory = mkdtempSync(join(tmpdir(), 'check-speed-'));
  try {
    const written = writeProject(directory, lines, Number(option('share', '12')));
    const cache = join(directory, '.cache');
    const check = [
      join(root, 'cli/bin/refrain.js'),
      'check',
      directory,
      '--format',
      'json',
      '--cache-dir',
      cache,
    ];
    const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', directory];
    const systems = [
      ['tsc', 'cold', () => run(directory, tsc, [0])],
      [
        'refrain',
        'cold',
        () => (rmSync(cache, { recursive: true, force: true }), run(directory, check, [0, 1])),
      ],
      ['refrain', 'warm', () => run(directory, check, [0, 1])],
    ];
    const used = systems.map(() => []);
    for (let round = 0; round < rounds; round++)
      for (const [index, [, , once]] of systems.entries()) used[index].push(once());
    return systems.flatMap(([system, state], index) => {
      const head = { bench: 'check-speed', system, case: `${written} lines, ${state}` };
      return [
        row(
          { ...head, metric: 'processor time', unit: 's' },
          used[index].map(({ cpuSeconds }) => cpuSeconds),
        ),
        row(
          { ...head, metric: 'peak memory', unit: 'MB' },
          used[index].map(({ megabytes }) => megabytes),
        ),
      ];
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs a program of Node once; gives what it used. */
function run(directory, args, expected) {
  const file = join(directory, 'usage.json');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', preload, ...args], {
    cwd: directory,
    env: { ...process.env, USAGE_FILE: file },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (!expected.includes(status)) throw new Error(`exit code ${status}: ${stdout.slice(0, 2000)}${stderr}`);
  if (stdout.includes('"complete": false'))
    console.error('The analysis was given up: the program is too large.');
  return JSON.parse(readFileSync(file, 'utf8'));
}
