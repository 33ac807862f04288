// `npm run bench -- check-speed [--lines 10000,100000] [--share 12] [--rounds 3] [--json]`: what `refrain
// check` costs beside `tsc --noEmit` of the same project, cold and with a warm cache. Processor time, because
// a machine that does other work as well stretches the clock and not the work.
// With `--real [rxjs,zod,effect]`: of projects over the sources of these libraries, which are fetched for it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { option, print, row } from '../harness.mjs';
import { writeProject } from './project.mjs';
import { libraries, writeRealProject } from './real.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../..');
const preload = pathToFileURL(join(here, 'usage.mjs')).href;
const rounds = Number(option('rounds', '3'));
const rows = [];
if (process.argv.includes('--real')) measureReal();
else for (const lines of option('lines', '10000,100000').split(',').map(Number)) measureGenerated(lines);
print(rows);

function measureGenerated(lines) {
  inDirectory((directory) => {
    const written = writeProject(directory, lines, Number(option('share', '12')));
    rows.push(...measure(directory, `${written} lines`, [0]));
  });
}

function measureReal() {
  const chosen = option('real', '');
  for (const name of chosen === '' || chosen.startsWith('--') ? Object.keys(libraries) : chosen.split(',')) {
    inDirectory((directory) => {
      const problem = writeRealProject(directory, name);
      if (problem !== undefined) {
        console.error(problem);
        process.exitCode = 1;
        return;
      }
      // Without the packages that they use, and with another compiler than their own, they have type errors.
      rows.push(...measure(directory, `${name} ${libraries[name].version}`, [0, 1, 2]));
    });
  }
}

function inDirectory(use) {
  const directory = mkdtempSync(join(tmpdir(), 'check-speed-'));
  try {
    use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function measure(directory, name, compilerStatuses) {
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
    ['tsc', 'cold', () => run(directory, tsc, compilerStatuses)],
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
    const head = { bench: 'check-speed', system, case: `${name}, ${state}` };
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
  const isGivenUp = stdout.includes('"complete": false');
  if (!expected.includes(status) && !isGivenUp)
    throw new Error(`exit code ${status}: ${stdout.slice(0, 2000)}${stderr}`);
  if (isGivenUp) console.error(`The analysis of ${directory} was given up: the program is too large.`);
  return JSON.parse(readFileSync(file, 'utf8'));
}
