// A real Temporal worker in a process of its own, to be killed: `node sdk-worker.mjs <address> <workflow bundle> <activities>`.
// WORKER_OPTIONS holds more options as JSON. Says "ready" to its parent once it is made.
import { createRequire } from 'node:module';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { Worker, NativeConnection, Runtime, DefaultLogger } = require('@temporalio/worker');
const [address, codePath, activitiesPath] = process.argv.slice(2);
const built = join(mkdtempSync(join(tmpdir(), 'refrain-worker-')), 'activities.cjs');
require('esbuild').buildSync({
  entryPoints: [activitiesPath],
  outfile: built,
  bundle: true,
  platform: 'node',
  external: ['@temporalio/*'],
  banner: { js: `require = require('node:module').createRequire(${JSON.stringify(import.meta.url)});` },
});
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: 'off', forward: {} } },
});
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue: 'killed',
  workflowBundle: { codePath },
  activities: require(built),
  maxHeartbeatThrottleInterval: '50 ms',
  ...JSON.parse(process.env.WORKER_OPTIONS ?? '{}'),
});
process.send('ready');
process.on('message', () => worker.shutdown());
await worker.run();
process.exit();
