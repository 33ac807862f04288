// Runs every check and prints, as the last line, how many passed and failed. A check other than the
// tests (lint, types) counts as one. Exit 0 only when nothing failed and at least one test ran.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const scratch = mkdtempSync(join(tmpdir(), 'refrain-ci-'));
const reportFile = join(scratch, 'tests.json');

function run(title, command, args) {
  console.log(`\n== ${title}`);
  const startedAt = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`== ${title}: ${status === 0 ? 'passed' : 'FAILED'} (${seconds} s)`);
  return status === 0;
}

function readTestReport() {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A real Temporal server for the tests that compare with one. Without Go they are skipped, which is no failure. */
function installTemporal() {
  const install = `import('./test/interop/temporal-server.mjs').then((m) => m.findTemporal({ build: true }))`;
  if (!run('a Temporal server', process.execPath, ['-e', install]))
    console.log('   tests that need it are skipped');
}

const checks = [
  run('set-up', process.execPath, ['scripts/setup.mjs']),
  run('lint', 'npm', ['run', '--silent', 'lint']),
  run('types', 'npm', ['run', '--silent', 'typecheck']),
];
installTemporal();
const testsPassed = run('tests', 'npm', [
  'test',
  '--silent',
  '--',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${reportFile}`,
]);
const report = readTestReport();
checks.push(run('packages in fresh projects', 'npm', ['run', '--silent', 'test:packages']));
rmSync(scratch, { recursive: true, force: true });

const passed = checks.filter(Boolean).length + (report?.numPassedTests ?? 0);
let failed = checks.length - checks.filter(Boolean).length + (report?.numFailedTests ?? 0);
const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
// A file that does not load fails the run without a failed test of its own.
if (!testsPassed && (report?.numFailedTests ?? 0) === 0) failed += 1;
if (report && report.numTotalTests === 0) failed += 1;
process.exitCode = failed === 0 ? 0 : 1;
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
