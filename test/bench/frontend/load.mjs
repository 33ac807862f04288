// usage: load.mjs <address> <workflows> <lanes>: the load of bench.mjs; prints its figures as JSON.
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

const [address, workflows, lanes] = process.argv.slice(2);
const taskQueue = 'bench';
const logger = new DefaultLogger('ERROR');
Runtime.install({ logger, telemetryOptions: { logging: { filter: 'off', forward: {} } } });

const connection = await connected();
const client = new Client({ connection: await Connection.connect({ address }) });
const worker = await Worker.create({
  connection,
  taskQueue,
  workflowsPath: fileURLToPath(new URL('../../fixtures/temporal/programs/activities.ts', import.meta.url)),
  activities: { add: async (a, b) => a + b },
  maxConcurrentActivityTaskExecutions: 200,
  maxCachedWorkflows: 500,
});
let started = 0;
const one = () =>
  client.workflow.execute('sequence', { taskQueue, workflowId: `bench-${started++}`, args: [10] });

await worker.runUntil(async () => {
  for (let i = 0; i < 5; i++) await one();
  let left = Number(workflows);
  const lane = async () => {
    while (left-- > 0) await one();
  };
  const cpuBefore = process.cpuUsage();
  const from = Date.now();
  await Promise.all(Array.from({ length: Number(lanes) }, lane));
  const seconds = (Date.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const loadCpuMs = Math.round((user + system) / 1000);
  console.log(JSON.stringify({ perSecond: Number(workflows) / seconds, loadCpuMs }));
});
process.exit();

/** The server may still be starting. */
async function connected() {
  for (let tries = 0; ; tries++) {
    try {
      const found = await NativeConnection.connect({ address });
      await (
        await Connection.connect({ address })
      ).workflowService.describeNamespace({ namespace: 'default' });
      return found;
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
