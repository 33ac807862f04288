// One replay measurement in a process of its own: `measure.mjs <system> <histories> <activities each>`; prints JSON.
import { fileURLToPath } from 'node:url';
import { sequenceHistory } from './histories.mjs';

const [system, count, activities] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const programs = path('../../fixtures/temporal/programs/index.ts');
const sdkName = system === 'refrain-native' ? 'refrain' : 'temporal-typescript';
const bytes = Buffer.from(JSON.stringify(sequenceHistory(activities, sdkName)));

const replay = system === 'temporal' ? await oracle() : await refrain();
const before = performance.now();
const cpuBefore = process.cpuUsage();
await replay();
const ms = performance.now() - before;
const { user, system: kernel } = process.cpuUsage(cpuBefore);
const cpuMs = (user + kernel) / 1000;
// Kilobytes on Linux, the peak of the whole process.
const peakMb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ ms, cpuMs, peakMb }));
process.exit();

async function refrain() {
  const { openReplayer } = await import('@refrain/engine');
  const workflowsPath = system === 'refrain-native' ? path('./sequence.ts') : programs;
  const replayer = await openReplayer({ workflowsPath });
  const sources = Array.from({ length: count }, (_, i) => ({ name: `history ${i}`, history: bytes }));
  return async () => {
    for await (const { verdict, divergence } of replayer.replayAll(sources)) {
      if (verdict !== 'compatible') throw new Error(`${verdict}: ${divergence?.message}`);
    }
  };
}

async function oracle() {
  const { Worker, Runtime, DefaultLogger, bundleWorkflowCode } = await import('@temporalio/worker');
  const { default: proto } = await import('@temporalio/proto');
  const { readHistory, writeHistory } = await import('@refrain/engine');
  const logger = new DefaultLogger('ERROR', () => {});
  Runtime.install({ logger, telemetryOptions: { logging: { filter: 'off', forward: {} } } });
  const workflowBundle = await bundleWorkflowCode({ workflowsPath: programs, logger });
  const message = await writeHistory(await readHistory(bytes), 'binary');
  return async () => {
    const histories = Array.from({ length: count }, () => ({
      workflowId: 'w',
      history: proto.temporal.api.history.v1.History.decode(message),
    }));
    for await (const { error } of Worker.runReplayHistories({ workflowBundle }, histories))
      if (error) throw error;
  };
}
