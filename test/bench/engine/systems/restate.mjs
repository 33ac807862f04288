import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importPeer } from '../../peers.mjs';
import { freePort, registerEndpoint, startRestate, stopRestate } from '../../servers/restate.mjs';
import { serve } from './child.mjs';

process.env.RESTATE_LOGGING = 'ERROR';
const restate = await importPeer('@restatedev/restate-sdk');
const clients = await importPeer('@restatedev/restate-sdk-clients');
const folder = mkdtempSync(join(tmpdir(), 'bench-restate-'));

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

serve({
  async start() {
    const port = await freePort();
    await restate.serve({ services: [service], port });
    server = await startRestate(folder);
    await registerEndpoint(server, port);
    ingress = clients.connect({ url: server.ingressUrl });
  },
  async runOne(activities) {
    await ingress.serviceClient(service).run(activities);
  },
  async stop() {
    stopRestate(server);
    rmSync(folder, { recursive: true, force: true });
  },
});
