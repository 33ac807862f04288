import { mkdirSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformSync } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { createLogger, openEngine, Worker, type PayloadCodec } from '@refrain/engine';
import { bundleWorkflowCode } from '@refrain/engine/internal';
import { describe, expect, it } from 'vitest';
import { root } from '../../integrity/repository.js';

interface Example {
  aesGcmCodec(keys: ReadonlyMap<string, Uint8Array>, current: string): PayloadCodec;
}

/** The code of the page itself. */
async function example(): Promise<Example> {
  const page = readFileSync(join(root, 'docs', 'encryption.md'), 'utf8');
  const [, code] = /```ts\n([\s\S]*?)```/.exec(page)!;
  const folder = join(root, 'node_modules', '.recorded');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'encryption.mjs');
  writeFileSync(file, transformSync(code!, { loader: 'ts' }).code);
  return (await import(pathToFileURL(file).href)) as Example;
}

describe('the codec of docs/encryption.md', () => {
  it('hides values from the engine, and reads them again after a change of key', async () => {
    const { aesGcmCodec } = await example();
    const old = ['old', randomBytes(32)] as const;
    const keys = new Map([old, ['new', randomBytes(32)] as const]);
    const converterOf = (codec: PayloadCodec) => ({ dataConverter: { payloadCodecs: [codec] } });
    await using engine = await openEngine({
      memory: true,
      ...converterOf(aesGcmCodec(new Map([old]), 'old')),
    });
    const source = `import { proxyActivities } from '@refrain/engine/workflow';
      const { greet } = proxyActivities({ startToCloseTimeout: 1000 });
      export async function main(name) { return await greet(name); }`;
    const handle = await engine.client.workflow.start('main', {
      taskQueue: 'q',
      workflowId: 'w',
      args: ['Ann Secret'],
      memo: { note: 'Ann Secret' },
    });
    const worker = await Worker.create({
      connection: engine,
      taskQueue: 'q',
      workflowBundle: await bundleWorkflowCode({ sources: { 'index.ts': source } }),
      activities: { greet: async (name: string) => `Hello, ${name}` },
      logger: createLogger(() => undefined),
      ...converterOf(aesGcmCodec(keys, 'new')),
    });
    await worker.runUntil(handle.result().catch(() => undefined));
    const { history } = await engine.service.getWorkflowExecutionHistory({ execution: { workflowId: 'w' } });
    const texts = JSON.stringify(history);
    for (const hidden of ['"Ann Secret"', '"Hello, Ann Secret"']) {
      expect(texts).not.toContain(Buffer.from(hidden).toString('base64').slice(0, 12));
    }
    // The client that knows the old key only cannot read what the worker wrote with the new one.
    await expect(handle.result()).rejects.toThrow("The key 'new' is not among the codec's keys");
  });
});
