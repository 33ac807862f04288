import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from './child.mjs';

const peersUrl = new URL('../../peers/package.json', import.meta.url);
const peers = createRequire(peersUrl);
const load = (name) => import(pathToFileURL(peers.resolve(name)).href);
process.env.RESTATE_LOGGING = 'ERROR';
const restate = await load('@restatedev/restate-sdk');
const clients = await load('@restatedev/restate-sdk-clients');
const folder = mkdtempSync(join(tmpdir(), 'bench-restate-'));
const binary = new URL('node_modules/.bin/restate-server', peersUrl).pathname;

const service = restate.service({
  name: 'bench',
  handlers: {
    run: async (ctx, activities) => {
      for (let i = 0; i < activities; i++) await ctx.run(`activity-${i}`, () => i);
    },
  },
});

let server;
let ingress;

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
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

serve({
  async start() {
    const [endpoint, ingressPort, adminPort, nodePort] = await Promise.all([1, 2, 3, 4].map(freePort));
    await restate.serve({ services: [service], port: endpoint });
    // The command starts the server as its child: both are in a group of their own, and end together.
    server = spawn(binary, ['--base-dir', folder], {
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
    await waitFor(`http://127.0.0.1:${adminPort}/health`);
    await waitFor(`http://127.0.0.1:${ingressPort}/restate/health`);
    const registered = await fetch(`http://127.0.0.1:${adminPort}/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uri: `http://127.0.0.1:${endpoint}` }),
    });
    if (!registered.ok) throw new Error(`registration failed: ${await registered.text()}`);
    ingress = clients.connect({ url: `http://127.0.0.1:${ingressPort}` });
  },
  async runOne(activities) {
    await ingress.serviceClient(service).run(activities);
  },
  async stop() {
    process.kill(-server.pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  },
});
