// `npm run bench -- recover [--peers | --systems a,b] [--rounds N] [--json]`: a process with a workflow under way is
// killed (SIGKILL) between two activities; how long is it from the kill until the next activity runs in a new process,
// the start of that process included?
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureAlternating, option, print } from '../harness.mjs';
import { peerNode } from '../peers.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const all = ['refrain', 'restate', 'dbos', 'openworkflow'];
/** Their servers are not killed, and have to be stopped. */
const withServer = ['restate', 'dbos'];
const named = option('systems', process.argv.includes('--peers') ? all.join(',') : 'refrain').split(',');

/** Starts the system's process on a folder; `line` resolves with its next line of output. */
function start(system, folder, mode) {
  const execPath = system === 'refrain' ? process.execPath : peerNode();
  const child = spawn(execPath, [join(here, 'systems', `${system}.mjs`), folder, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const line = (wanted) =>
    new Promise((resolve, reject) => {
      const look = () => text.split('\n').includes(wanted) && resolve(performance.now());
      child.stdout.on('data', (chunk) => ((text += chunk), look()));
      child.once('exit', (code) =>
        reject(new Error(`${system} ended with ${code} before it said "${wanted}"`)),
      );
      look();
    });
  return { child, line };
}

async function recoveryMs(system) {
  const folder = mkdtempSync(join(tmpdir(), `bench-recover-${system}-`));
  try {
    const first = start(system, folder, 'begin');
    // Three activities have run; the fourth never ends in this process.
    await first.line('activity 3');
    await new Promise((resolve) => setTimeout(resolve, 50));
    first.child.removeAllListeners('exit');
    const killedAt = performance.now();
    first.child.kill('SIGKILL');
    const second = start(system, folder, 'resume');
    const ranAt = await second.line('activity 3');
    second.child.removeAllListeners('exit');
    second.child.kill('SIGKILL');
    await new Promise((resolve) => second.child.once('close', resolve));
    return ranAt - killedAt;
  } finally {
    if (withServer.includes(system)) {
      const { child } = start(system, folder, 'stop');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

const measurements = named.map((system) => ({
  system,
  case: 'kill -9 to the next activity, process start included',
  metric: 'recovery',
  unit: 'ms',
  measure: () => recoveryMs(system),
}));
print(await measureAlternating('recover', Number(option('rounds', '5')), measurements));
