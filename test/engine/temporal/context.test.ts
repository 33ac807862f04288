import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replayHistory } from '@refrain/engine';
import { afterAll, expect, it } from 'vitest';
import { recordHistory } from '../replay/record.js';
import { repository } from './project.js';

const folder = realpathSync(mkdtempSync(join(repository, 'node_modules/.refrain-context-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const globals = [
  'URL',
  'URLSearchParams',
  'TextEncoder',
  'TextDecoder',
  'AbortController',
  'AsyncLocalStorage',
  'assert',
  'console',
];

it('gives workflow code no object of the host', async () => {
  const workflowsPath = join(folder, 'escape.ts');
  writeFileSync(
    workflowsPath,
    `import { AsyncLocalStorage, workflowInfo } from '@temporalio/workflow';
import assert from 'assert';
const reaches = (value: unknown): boolean => {
  try {
    const make = (value as { constructor: { constructor: (code: string) => () => unknown } }).constructor.constructor;
    return make('return typeof process')() === 'object' || make('return this')() !== globalThis;
  } catch {
    return false;
  }
};
export async function escape(arg: object): Promise<string> {
  const found = ${JSON.stringify(globals)}.filter((name) => reaches((globalThis as Record<string, unknown>)[name]));
  const values = { arg, info: workflowInfo(), date: workflowInfo().startTime, url: new URL('http://a/b?c=d'), bytes: new TextEncoder().encode('x') };
  for (const [name, value] of Object.entries(values)) if (reaches(value)) found.push(name);
  const storage = new AsyncLocalStorage<number>();
  assert.strictEqual(storage.run(7, () => storage.getStore()), 7);
  try {
    assert.equal(1, 2, 'unlike');
  } catch (error) {
    if (reaches(error) || (error as Error).message !== 'unlike') found.push('assertion');
  }
  return found.join() + new URL('../x', 'http://host/a/b').href + new TextDecoder().decode(values.bytes);
}`,
  );
  const api = '@temporalio/workflow';
  const history = await recordHistory(api, workflowsPath, 'escape', { args: [{ a: 1 }] });
  const last = history.events.at(-1)!['workflowExecutionCompletedEventAttributes'] as {
    result: { payloads: { data: string }[] };
  };
  expect(JSON.parse(Buffer.from(last.result.payloads[0]!.data, 'base64').toString())).toBe('http://host/xx');
  expect(await replayHistory({ workflowsPath }, history)).toMatchObject({ verdict: 'compatible' });
});
