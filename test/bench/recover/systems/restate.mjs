// The server stays; the process that serves the handlers is killed.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPeer } from '../../peers.mjs';
import { freePort, registerEndpoint, startRestate, stopRestate } from '../../servers/restate.mjs';

const [folder, mode] = process.argv.slice(2);
const serverFile = join(folder, 'server.json');

if (mode === 'stop') stopRestate(JSON.parse(readFileSync(serverFile, 'utf8')));
else await work();

async function work() {
  process.env.RESTATE_LOGGING = 'ERROR';
  const restate = await importPeer('@restatedev/restate-sdk');
  const service = restate.service({
    name: 'bench',
    handlers: {
      run: async (ctx, activities) => {
        for (let i = 0; i < activities; i++) {
          await ctx.run(`activity-${i}`, async () => {
            process.stdout.write(`activity ${i}\n`);
            if (mode === 'begin' && i === 3) await new Promise(() => undefined);
            return i;
          });
        }
      },
    },
  });
  if (mode === 'resume') {
    const { port } = JSON.parse(readFileSync(serverFile, 'utf8'));
    await restate.serve({ services: [service], port });
    return;
  }
  const port = await freePort();
  await restate.serve({ services: [service], port });
  const server = await startRestate(join(folder, 'data'));
  writeFileSync(serverFile, JSON.stringify({ ...server, port }));
  await registerEndpoint(server, port);
  const clients = await importPeer('@restatedev/restate-sdk-clients');
  await clients.connect({ url: server.ingressUrl }).serviceSendClient(service).run(10);
}
