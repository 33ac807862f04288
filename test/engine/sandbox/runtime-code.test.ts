import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

interface Prebuilt {
  readonly inputs: readonly string[];
  readonly digest: string;
  readonly runtime: string;
}
const { buildRuntime, readPrebuilt } = (await import('../../../engine/dist/sandbox/runtime-code.js')) as {
  buildRuntime(): Promise<Prebuilt>;
  readPrebuilt(file: URL): Prebuilt | undefined;
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refrain-runtime-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function written(text: string): URL {
  const file = join(folder, 'runtime-code.json');
  writeFileSync(file, text);
  return pathToFileURL(file);
}

it('a prebuilt runtime is used while its sources and the bundler are the same', async () => {
  const built = await buildRuntime();
  expect(await buildRuntime()).toEqual(built);
  expect(readPrebuilt(written(JSON.stringify(built)))).toEqual(built);
});

it('a prebuilt runtime of other sources, a missing or a damaged one is not used', async () => {
  const built = await buildRuntime();
  const fewer = { ...built, inputs: built.inputs.slice(1) };
  const gone = { ...built, inputs: [...built.inputs, 'gone.js'] };
  for (const text of [
    JSON.stringify({ ...built, digest: '0'.repeat(64) }),
    JSON.stringify(fewer),
    JSON.stringify(gone),
    JSON.stringify(built).slice(0, 1000),
    'null',
  ]) {
    expect(readPrebuilt(written(text))).toBeUndefined();
  }
  expect(readPrebuilt(pathToFileURL(join(folder, 'no-file.json')))).toBeUndefined();
});
