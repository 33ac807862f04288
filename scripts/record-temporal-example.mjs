// Records the histories of docs/examples/temporal-sdk anew, with Temporal's own worker on a real server:
// `node scripts/record-temporal-example.mjs`. Needs the `temporal` command line (see test/interop/temporal-server.mjs).
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { findTemporal, startTemporal } from '../test/interop/temporal-server.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const example = join(root, 'docs', 'examples', 'temporal-sdk');
const taskQueue = 'transfers';
const rent = { from: 'a-1', to: 'a-2', amount: 50_000, reference: 'rent' };
const house = { ...rent, amount: 25_000_000, reference: 'house' };

const runs = [
  { name: 'done', transfer: rent },
  { name: 'released', transfer: house, then: (handle) => handle.signal('release') },
  { name: 'held', transfer: house, isOpen: true },
  { name: 'refunded', transfer: { ...rent, to: 'closed' } },
];

const activities = {
  withdraw: async (account, _amount, reference) => `w-${account}-${reference}`,
  deposit: async (account, _amount, reference) => {
    if (account === 'closed') throw new Error('account closed');
    return `d-${account}-${reference}`;
  },
  refund: async (account, _amount, reference) => `r-${account}-${reference}`,
};

const show = (workflowId) =>
  execFileSync(
    binary,
    ['workflow', 'show', '--address', server.address, '--workflow-id', workflowId, '--output', 'json'],
    { encoding: 'utf8' },
  );

const binary = findTemporal();
if (!binary) throw new Error('there is no `temporal` command line');
const server = await startTemporal(binary);
const connection = await NativeConnection.connect({ address: server.address });
const clientConnection = await Connection.connect({ address: server.address });
const { workflow } = new Client({ connection: clientConnection, identity: 'client' });
const worker = await Worker.create({
  connection,
  identity: 'worker',
  taskQueue,
  workflowsPath: join(example, 'src', 'workflows.ts'),
  activities,
});
await worker.runUntil(async () => {
  for (const { name, transfer, then, isOpen } of runs) {
    const workflowId = `transfer-${name}`;
    const handle = await workflow.start('transferWorkflow', { taskQueue, workflowId, args: [transfer] });
    await handle.query('isHeld');
    await then?.(handle);
    if (!isOpen) await handle.result();
    const file = join(example, 'histories', `${name}.json`);
    mkdirSync(dirname(file), { recursive: true });
    // Stack traces in failures name files of this machine.
    writeFileSync(file, show(workflowId).replaceAll(`${root}/`, ''));
    console.log(file);
    if (isOpen) await handle.terminate();
  }
});
await connection.close();
await clientConnection.close();
await server.stop();
