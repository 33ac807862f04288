// Records the histories of test/histories/temporal: `node test/interop/record.mjs [scenario …]`.
// Runs the programs of test/fixtures/temporal on a real Temporal server with the real Temporal worker.
// RECORD_SDK=<folder> takes the SDK (an older version) from that folder's node_modules, and
// RECORD_OUT=<folder> writes elsewhere. RECORD_ADDRESS=<host:port> takes a server that is running there.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { eventToJson, readHistory } from '@refrain/engine';
import { findTemporal, startTemporal } from './temporal-server.mjs';
import { scenarios } from './scenarios.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const sdkRoot = process.env.RECORD_SDK;
const require = createRequire(sdkRoot ? join(sdkRoot, 'package.json') : import.meta.url);
const ownRequire = createRequire(import.meta.url);
const outDir = process.env.RECORD_OUT ?? join(here, '../histories/temporal');
let fixtures = join(here, '../fixtures/temporal');
if (sdkRoot) {
  cpSync(fixtures, join(sdkRoot, 'programs'), { recursive: true });
  fixtures = join(sdkRoot, 'programs');
}
const built = join(sdkRoot ?? join(here, '../..'), 'node_modules/.recorded');
const { Worker, NativeConnection, Runtime, DefaultLogger } = require('@temporalio/worker');
const { Client, Connection } = require('@temporalio/client');
ownRequire('esbuild').buildSync({
  entryPoints: [join(fixtures, 'activities.ts'), join(fixtures, 'payload-converter.ts')],
  outdir: built,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  packages: 'external',
});
const { History } = require('@temporalio/proto').temporal.api.history.v1;
const activities = require(join(built, 'activities.cjs'));

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: 'off', forward: {} } },
});
const binary = process.env.RECORD_ADDRESS ? undefined : findTemporal({ build: true });
if (!binary && !process.env.RECORD_ADDRESS) throw new Error('neither a `temporal` binary nor Go was found');
const server = process.env.RECORD_ADDRESS
  ? { address: process.env.RECORD_ADDRESS, stop: async () => undefined }
  : await startTemporal(binary, { searchAttributes: { RefrainKeyword: 'Keyword', RefrainInt: 'Int' } });
const taskQueue = 'record';
// A few at a time: programs that block the worker would disturb the timing of all others.
const lanes = binary ? 3 : 6;
const connection = await NativeConnection.connect({ address: server.address });
const client = new Client({ connection: await Connection.connect({ address: server.address }) });

const options = { connection, activities, debugMode: false };
const main = await Worker.create({
  ...options,
  taskQueue,
  workflowsPath: join(fixtures, 'programs/index.ts'),
  interceptors: { workflowModules: [join(fixtures, 'programs/interceptors.ts')] },
  sinks: { notes: { write: { fn() {}, callDuringReplay: false } } },
  maxConcurrentActivityTaskExecutions: 50,
});
const payloadConverterPath = join(built, 'payload-converter.cjs');
const converted = await Worker.create({
  ...options,
  taskQueue: 'converted',
  workflowsPath: join(fixtures, 'programs/activities.ts'),
  dataConverter: { payloadConverterPath },
});
const convertingClient = new Client({
  connection: client.connection,
  dataConverter: { payloadConverterPath },
});

/** A server of our own is asked through its binary: the files are what people have. */
async function shown(workflowId, runId) {
  if (binary) {
    const args = ['workflow', 'show', '-w', workflowId, '-r', runId, '--address', server.address];
    const text = await promisify(execFile)(binary, [...args, '--output', 'json'], { maxBuffer: 1e9 });
    return text.stdout;
  }
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const events = await readHistory(History.encode(history).finish());
  return JSON.stringify({ events: events.map(eventToJson) });
}

async function write(name, workflowId, runId) {
  // Stack traces name this machine's folders, which are nobody's business.
  const json = (await shown(workflowId, runId)).replaceAll(
    sdkRoot ?? join(here, '../..').replace(/\/$/, ''),
    '/app',
  );
  if (json.length > 60_000) writeFileSync(join(outDir, `${name}.json.gz`), gzipSync(json, { level: 9 }));
  else writeFileSync(join(outDir, `${name}.json`), json);
  return JSON.parse(json).events.length;
}

async function record(name, scenario) {
  const starter = scenario.converted ? convertingClient : client;
  await scenario.before?.(client, taskQueue);
  const args = typeof scenario.args === 'function' ? scenario.args() : (scenario.args ?? []);
  const workflowId = `recorded-${name}`;
  const base = {
    taskQueue: scenario.converted ? 'converted' : taskQueue,
    workflowId,
    args,
    ...scenario.options,
  };
  const type = scenario.type ?? name;
  const handle = base.signal
    ? await starter.workflow.signalWithStart(type, base)
    : await starter.workflow.start(type, base);
  await scenario.drive?.(handle, client);
  if (!scenario.open)
    await client.workflow
      .getHandle(workflowId)
      .result()
      .catch(() => undefined);
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  const sizes = [await write(name, workflowId, runId)];
  if (scenario.runs) sizes.push(await write(`${name}-first`, workflowId, handle.firstExecutionRunId));
  console.log(name, sizes.join(' + '), 'events');
}

mkdirSync(outDir, { recursive: true });
const wanted = process.argv.slice(2);
const converting = converted.run();
await main.runUntil(async () => {
  const names = Object.keys(scenarios).filter((name) => wanted.length === 0 || wanted.includes(name));
  const failed = [];
  const next = names[Symbol.iterator]();
  const lane = async () => {
    for (const name of next) {
      await record(name, scenarios[name]).catch((error) => failed.push(`${name}: ${error.stack ?? error}`));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  for (const line of failed) console.error(line);
  if (failed.length > 0) process.exitCode = 1;
});
converted.shutdown();
await converting;
await connection.close();
await server.stop();
process.exit();
