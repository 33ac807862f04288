import { openEngine, startServer } from '@refrain/engine';
import { describe, expect, it } from 'vitest';
import { findTemporal, startTemporal } from '../../interop/temporal-server.mjs';
import { resetScripts } from './reset-scripts.js';
import { taskScripts } from './task-scripts.js';
import { ScriptedWorker } from './scripted-worker.js';

const binary = findTemporal();

/** Scripts whose answers and histories a Temporal server gives, too: what they tell must be the same on both. */
const scripts = { ...resetScripts, ...taskScripts };

interface Server {
  readonly address: string;
  stop(): Promise<void>;
}

async function refrain(): Promise<Server> {
  const engine = await openEngine({ memory: true });
  const server = await startServer({ service: engine.service, port: 0 });
  const stop = async () => {
    await server.close();
    await engine.close();
  };
  return { address: server.address, stop };
}

async function tell(server: Server): Promise<string> {
  const told = Object.entries(scripts).map(async ([name, script]) => {
    const worker = new ScriptedWorker(server.address);
    const what: unknown = await script(worker).catch((error: Error) => error.message);
    worker.close();
    return [name, what] as const;
  });
  const all = await Promise.all(told).finally(() => server.stop());
  return `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`;
}

describe('scripts over gRPC', () => {
  it('tell what they told when they were recorded', async () => {
    await expect(await tell(await refrain())).toMatchFileSnapshot('as-temporal.snapshot.json');
  });

  it.skipIf(!binary)('tell the same on a Temporal server', { timeout: 60_000 }, async () => {
    await expect(await tell(await startTemporal(binary!))).toMatchFileSnapshot('as-temporal.snapshot.json');
  });
});
