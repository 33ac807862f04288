import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@refrain/engine';
import { bundleWorkflowCode, openService, openSqliteStore, Worker } from '@refrain/engine/internal';
import { expect, it } from 'vitest';
import { silent } from './fixture.js';

const source = `
import { proxyActivities } from '@refrain/engine/workflow';
const { activity } = proxyActivities({ startToCloseTimeout: '1 minute' });
export async function inTurn(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await activity(i);
}`;

it('stores the result of an activity together with the workflow task that follows it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'refrain-commits-'));
  const store = await openSqliteStore({ file: join(folder, 'r.db') });
  let commits = 0;
  const requestCommit = store.requestCommit.bind(store);
  store.requestCommit = (collect) => requestCommit(() => (commits++, collect()));
  const service = openService({ store });
  try {
    const worker = await Worker.create({
      connection: { service },
      taskQueue: 'q',
      workflowBundle: await bundleWorkflowCode({ sources: { 'index.ts': source } }),
      activities: { activity: async (i: number) => i },
      logger: silent,
    });
    const client = new Client({ connection: { service } });
    const args = [10];
    await worker.runUntil(client.workflow.execute('inTurn', { args, taskQueue: 'q', workflowId: 'w' }));
    // One for each activity; the rest starts and ends the run.
    expect(commits).toBeGreaterThanOrEqual(10);
    expect(commits).toBeLessThanOrEqual(14);
  } finally {
    await service.close();
    rmSync(folder, { recursive: true });
  }
});
