// `npm run bench -- bundle [--without-temporal] [--rounds N] [--json]`: bundling and loading workflow code in a new
// process, from the call to the first execution that could run; Temporal's webpack bundle beside it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { measureAlternating, option, print } from '../harness.mjs';

const script = fileURLToPath(new URL('once.mjs', import.meta.url));

function once(system, what) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, system, what], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

const measurement = (system, what, name) => ({
  system,
  case: name,
  metric: 'bundleAndLoad',
  unit: 'ms',
  measure: () => once(system, what),
});
const measurements = [
  measurement('refrain', 'first', 'bundle and load, first in the process'),
  measurement('refrain', 'again', 'bundle and load, again in the same process'),
];
if (!process.argv.includes('--without-temporal')) {
  measurements.push(
    measurement('temporal', 'first', 'bundle and load, first in the process'),
    measurement('temporal', 'again', 'bundle and load, again in the same process'),
  );
}
print(await measureAlternating('bundle', Number(option('rounds', '5')), measurements));
