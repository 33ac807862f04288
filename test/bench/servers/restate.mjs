// Restate's server, from its npm package.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const binary = new URL('../peers/node_modules/.bin/restate-server', import.meta.url).pathname;

export function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Starts a server with its data in this folder; it outlives the process that started it. */
export async function startRestate(folder) {
  const [ingressPort, adminPort, nodePort] = await Promise.all([1, 2, 3].map(freePort));
  // The command starts the server as its child: both are in a group of their own, and end together.
  const server = spawn(binary, ['--base-dir', folder], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore'],
    env: {
      ...process.env,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingressPort}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${adminPort}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${nodePort}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${nodePort}`,
      RESTATE_LOG_FILTER: 'warn',
      DO_NOT_TRACK: '1',
    },
  });
  server.unref();
  await waitFor(`http://127.0.0.1:${adminPort}/health`);
  await waitFor(`http://127.0.0.1:${ingressPort}/restate/health`);
  return { pid: server.pid, ingressUrl: `http://127.0.0.1:${ingressPort}`, adminPort };
}

/** Tells the server of a process that serves handlers at this port. */
export async function registerEndpoint({ adminPort }, port) {
  const registered = await fetch(`http://127.0.0.1:${adminPort}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri: `http://127.0.0.1:${port}` }),
  });
  if (!registered.ok) throw new Error(`registration failed: ${await registered.text()}`);
}

export function stopRestate({ pid }) {
  process.kill(-pid, 'SIGKILL');
}

async function waitFor(url) {
  for (let attempt = 0; attempt < 300; attempt++) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no answer from ${url}`);
}
