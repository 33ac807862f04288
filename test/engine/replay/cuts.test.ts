import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replayHistories, replayHistory } from '@refrain/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { repository } from '../temporal/project.js';
import { apis, recordHistory } from './record.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'refrain-cuts-')));
mkdirSync(join(folder, 'node_modules'));
for (const scope of ['@refrain', '@temporalio']) {
  symlinkSync(join(repository, 'node_modules', scope), join(folder, 'node_modules', scope));
}
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(apis)('cuts of a history for code on %s', (api) => {
  const write = (name: string, text: string) => {
    const file = join(folder, `${name}-${api.includes('temporal') ? 't' : 'r'}.ts`);
    writeFileSync(
      file,
      `import { defineQuery, setHandler, sleep } from '${api}';\nvoid [defineQuery, setHandler, sleep];\n${text}`,
    );
    return file;
  };

  it('find a query that changes what the workflow does', async () => {
    const workflowsPath = write(
      'query',
      `export async function asked(): Promise<number> {
  let times = 0;
  setHandler(defineQuery<number>('times'), () => ++times);
  for (let i = 0; i < 3; i++) await sleep(1000 + times);
  if (times > 0) await sleep(1);
  return 1;
}`,
    );
    const history = await recordHistory(api, workflowsPath, 'asked');
    expect(await replayHistory({ workflowsPath }, history)).toMatchObject({ verdict: 'compatible' });
    const result = await replayHistory({ workflowsPath, cuts: 'all' }, history);
    expect(result).toMatchObject({ verdict: 'incompatible', divergence: { code: 'RFN3018' } });
    expect(result.divergence?.cause).toMatch(/query/);
  });

  it('agree for a workflow whose queries only read', async () => {
    const workflowsPath = write(
      'reads',
      `export async function asked(): Promise<number> {
  let turns = 0;
  setHandler(defineQuery<number>('turns'), () => turns);
  setHandler(defineQuery<number, [{ a: number }]>('fails', ), (x) => x.a);
  for (; turns < 20; turns++) await sleep(1000);
  return turns;
}`,
    );
    const history = await recordHistory(api, workflowsPath, 'asked');
    expect(await replayHistory({ workflowsPath, cuts: 'all' }, history)).toMatchObject({
      verdict: 'compatible',
    });
  });
});

it('find code that depends on something besides its history', async () => {
  const workflowsPath = join(folder, 'clock.ts');
  writeFileSync(
    workflowsPath,
    `import { sleep, upsertMemo } from '@temporalio/workflow';
// The constructor behind a date is the host's: one of the ways around the deterministic clock.
const realClock = (): number => (new Date().constructor as DateConstructor).now() + performanceOf();
let count = 0;
const performanceOf = () => count++;
export async function clock(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await sleep(1000);
    upsertMemo({ at: realClock() });
  }
}`,
  );
  const api = '@temporalio/workflow';
  const history = await recordHistory(api, workflowsPath, 'clock');
  const result = await replayHistory({ workflowsPath, cuts: 'all' }, history);
  expect(['drift', 'incompatible']).toContain(result.verdict);
});

it.each(apis)(
  'stop code on %s that never gives control back, and go on',
  { timeout: 40_000 },
  async (api) => {
    const name = api.includes('temporal') ? 'loop-t' : 'loop-r';
    const write = (body: string) => {
      const file = join(folder, `${name}.ts`);
      writeFileSync(
        file,
        `import { sleep } from '${api}';
export async function loop(): Promise<void> {
  await sleep(5);
${body}}
export async function nap(): Promise<void> {
  await sleep(5);
}
`,
      );
      return file;
    };
    const workflowsPath = write('');
    const loop = await recordHistory(api, workflowsPath, 'loop');
    const nap = await recordHistory(api, workflowsPath, 'nap');
    const sources = [nap, loop, nap].map((history, i) => ({ name: String(i), history }));
    const results = [];
    for await (const result of replayHistories({ workflowsPath: write('  for (;;);\n') }, sources)) {
      results.push(result);
    }
    expect(results.map(({ verdict }) => verdict)).toEqual(['compatible', 'incompatible', 'compatible']);
    expect(results[1]!.divergence).toMatchObject({ code: 'RFN3013', workflowTask: 2 });
    expect(results[1]!.divergence?.message).toMatch(/endless loop/);
  },
);
