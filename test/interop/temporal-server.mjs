// Finds a Temporal command line (or builds it with Go) and runs its development server on a loopback port.
// Where neither the binary nor Go exists, `findTemporal` says so and the tests that need it are skipped.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const module = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** The path of the `temporal` binary, or undefined. Builds it only when `build` is set. */
export function findTemporal({ build = false } = {}) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), goBin()].filter(Boolean);
  const candidates = [process.env.TEMPORAL_CLI, ...folders.map((folder) => join(folder, 'temporal'))];
  const found = candidates.find((path) => path && existsSync(path));
  if (found || !build) return found;
  const go = findGo();
  if (!go) return undefined;
  execFileSync(go, ['install', module], { stdio: 'inherit' });
  return join(goBin(), 'temporal');
}

function findGo() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/go/bin'];
  return folders.map((folder) => join(folder, 'go')).find((path) => existsSync(path));
}

function goBin() {
  return process.env.GOBIN ?? join(process.env.GOPATH ?? join(homedir(), 'go'), 'bin');
}

/** Starts a server and waits until it listens; `stop()` ends it. */
export async function startTemporal(binary, { searchAttributes = {} } = {}) {
  const [port, uiPort, metrics] = [await freePort(), await freePort(), await freePort()];
  const attributes = Object.entries(searchAttributes).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${type}`,
  ]);
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--headless'];
  args.push('--ui-port', String(uiPort), '--metrics-port', String(metrics), '--log-level', 'error');
  const child = spawn(binary, [...args, ...attributes], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-4000)));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  for (let waited = 0; !(await accepts(port)); waited += 100) {
    if (child.exitCode !== null || waited > 60_000) {
      child.kill('SIGKILL');
      throw new Error(`the Temporal server did not start: ${errors}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    address: `127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
      await exited;
      clearTimeout(timer);
    },
  };
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
