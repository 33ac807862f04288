import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@refrain/engine';
import { openDatabase } from '@refrain/engine/internal';
import { expect, it, onTestFinished } from 'vitest';

/** docs/operating.md, "Backup". */
it('a copy made by VACUUM INTO while the engine runs is a whole database of that moment', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'refrain-backup-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'orders.db');
  await using engine = await openEngine({ file });
  const start = (workflowId: string) =>
    engine.client.workflow.start('order', { taskQueue: 'orders', workflowId, args: [] });
  await start('before');
  const reader = openDatabase(file);
  reader.exec(`VACUUM INTO '${join(folder, 'backup-orders.db')}'`);
  reader.close();
  await start('after');

  await using copy = await openEngine({ file: join(folder, 'backup-orders.db') });
  expect((await copy.client.workflow.getHandle('before').describe()).status.name).toBe('RUNNING');
  await expect(copy.client.workflow.getHandle('after').describe()).rejects.toThrow('after');
});
