import { Client, Connection } from '@temporalio/client';
import { transferWorkflow } from './workflows.js';

const connection = await Connection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? 'localhost:7233' });
const client = new Client({ connection });
const result = await client.workflow.execute(transferWorkflow, {
  taskQueue: 'transfers',
  workflowId: 'transfer-1',
  args: [{ from: 'a-1', to: 'a-2', amount: 5_000, reference: 'rent' }],
});
console.log(result);
await connection.close();
