// Records test/histories/tricky.json on a real Temporal server with the real worker and client:
// `node test/interop/record-tricky.mjs [scenario …]`. RECORD_OUT=<file> writes elsewhere, and
// RECORD_ADDRESS=<host:port> takes a server that is running there (the front end of the embedded engine, say).
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventToJson, readHistory } from '@refrain/engine';
import { findTemporal, startTemporal } from './temporal-server.mjs';
import { runTricky } from './tricky-run.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const fixtures = join(here, '../fixtures/temporal/tricky');
const out = process.env.RECORD_OUT ?? join(here, '../histories/tricky.json');
const { Worker, NativeConnection, Runtime, DefaultLogger } = require('@temporalio/worker');
const { Client, Connection } = require('@temporalio/client');
const { History } = require('@temporalio/proto').temporal.api.history.v1;
const built = join(here, '../../node_modules/.recorded/tricky.cjs');
require('esbuild').buildSync({
  entryPoints: [join(fixtures, 'activities.ts')],
  outfile: built,
  bundle: true,
  platform: 'node',
  packages: 'external',
});

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: 'off', forward: {} } },
});
const address = process.env.RECORD_ADDRESS;
const server = address
  ? { address, stop: async () => undefined }
  : await startTemporal(findTemporal({ build: true }));
const connection = await NativeConnection.connect({ address: server.address });
const client = new Client({ connection: await Connection.connect({ address: server.address }) });
const worker = await Worker.create({
  connection,
  taskQueue: 'tricky',
  workflowsPath: join(fixtures, 'workflows.ts'),
  activities: require(built),
  maxHeartbeatThrottleInterval: '100 ms',
});
const historyOf = async (workflowId, runId) => {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return (await readHistory(History.encode(history).finish())).map(eventToJson);
};
const only = process.argv.length > 2 ? process.argv.slice(2) : undefined;
const prefix = `t${Date.now()}`;
const told = await worker.runUntil(runTricky({ client, historyOf, taskQueue: 'tricky', prefix, only }));
const before = only ? JSON.parse(readFileSync(out, 'utf8')) : {};
writeFileSync(out, `${JSON.stringify({ ...before, ...told }, undefined, 1)}\n`);
await connection.close();
await server.stop();
process.exit();
