import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkProject, createAnalysis, listWorkflows } from '@refrain/analyzer';
import { afterAll, describe, expect, test } from 'vitest';

const made: string[] = [];

function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'refrain-analyzer-'));
  made.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

afterAll(() => {
  for (const root of made) rmSync(root, { recursive: true, force: true });
});

const restate = (body: string): string =>
  `import * as restate from '@restatedev/restate-sdk';\n${body}\nexport const s = restate.service({ name: 's', handlers: { run: async (ctx: restate.Context) => { await ctx.sleep(now()); } } });\n`;

describe('checkProject', () => {
  test('tells how far it is', () => {
    const root = project({ 'src/s.ts': restate('export const now = () => 1;') });
    const told: string[] = [];
    checkProject({ path: root, onProgress: (what, count) => told.push(`${String(count)} ${what}`) });
    expect(told).toEqual(['1 files']);
  });

  test('places a finding at the source, with the chain of calls that leads there', () => {
    const root = project({ 'src/s.ts': restate('export function now() {\n  return Date.now();\n}') });
    const report = checkProject({ path: root, profile: 'restate' });
    expect(report.diagnostics).toHaveLength(1);
    expect(report.diagnostics[0]).toMatchObject({
      ruleId: 'wall-clock',
      severity: 'error',
      file: 'src/s.ts',
      line: 3,
      column: 10,
      endLine: 3,
      endColumn: 20,
      workflow: 's.run',
      reaches: 'command',
    });
    expect(report.diagnostics[0]?.chain.map((frame) => [frame.function, frame.line])).toEqual([
      ['s.run', 5],
      ['now', 3],
    ]);
  });

  test('reads the dependencies of the project that a folder of it belongs to', () => {
    const root = project({
      'package.json': '{ "name": "shop", "dependencies": { "tiny-clock": "1.0.0" } }',
      'node_modules/tiny-clock/package.json':
        '{ "name": "tiny-clock", "version": "1.0.0", "main": "index.js" }',
      'node_modules/tiny-clock/index.js': 'exports.now = () => Date.now();',
      'node_modules/other-clock/index.js': 'exports.now = () => Date.now();',
      'src/s.ts': restate("import { now } from 'tiny-clock';"),
      'more/s.ts': restate("import { now } from 'other-clock';"),
    });
    const found = (path: string): string[] =>
      checkProject({ path: join(root, path), profile: 'restate' }).diagnostics.map(({ ruleId }) => ruleId);
    expect(found('src')).toEqual(['wall-clock']);
    // Nobody says that this one is a dependency.
    expect(found('more')).toEqual([]);
  });

  test('gives the same bytes on every run, the time it took apart', () => {
    const root = project({ 'src/s.ts': restate('export const now = () => Math.random() + Date.now();') });
    const run = (): string => JSON.stringify({ ...checkProject({ path: root, clock: () => 0 }) });
    expect(run()).toBe(run());
  });

  test('lists workflows and why they are workflows', () => {
    const root = project({ 'src/s.ts': restate('const now = () => 1;') });
    expect(listWorkflows({ path: root })).toMatchObject([
      { name: 's.run', file: 'src/s.ts', line: 3, profile: 'restate' },
    ]);
  });

  test('calls workflows by what they are defined with, where they have no name', () => {
    const root = project({
      'src/hatchet.ts': `
import { HatchetClient } from '@hatchet-dev/typescript-sdk';
const hatchet = HatchetClient.init();
const billing = hatchet.workflow({ name: 'billing' });
billing.durableTask({ name: 'charge', fn: async (input) => Date.now() });
export const refund = hatchet.durableTask({ name: 'refunds', fn: async () => null });
`,
      'src/azure.js': `
const df = require('durable-functions');
df.app.orchestration('fanOut', function* (context) {});
df.app.orchestration('other', named);
function* named(context) {}
`,
      'src/restate.ts': `
import * as restate from '@restatedev/restate-sdk';
const close = async (ctx: restate.Context) => null;
const handlers: Record<string, typeof close> = {};
handlers['re' + 'open'] = async (ctx) => null;
export const desk = restate.service({
  name: 'desk',
  handlers: { close, open: async (ctx: restate.Context) => null, peek: restate.handlers.handler(async (ctx: restate.Context) => null) },
});
export const rest = restate.service({ name: 'rest', handlers });
`,
      'src/dbos.ts': `
import { DBOS } from '@dbos-inc/dbos-sdk';
DBOS.registerWorkflow(async () => null, { name: 'nightly' });
DBOS.registerWorkflow(async () => null);
`,
    });
    const names = listWorkflows({ path: root }).map(({ name }) => name);
    expect(names.sort()).toEqual([
      '<anonymous>',
      'charge',
      'desk.close',
      'desk.open',
      'fanOut',
      'named',
      'nightly',
      'peek',
      'refund',
      'rest.reopen',
    ]);
    const [finding] = checkProject({ path: root }).diagnostics;
    expect(finding).toMatchObject({ workflow: 'charge', chain: [{ function: 'charge' }] });
  });

  test('analyses again after a file changed', () => {
    const root = project({
      'src/s.ts': restate("import { now } from './now';"),
      'src/now.ts': 'export const now = () => 1;\n',
    });
    const analysis = createAnalysis({ path: root });
    expect(analysis.report().diagnostics).toEqual([]);
    writeFileSync(join(root, 'src/now.ts'), 'export const now = () => Date.now();\n');
    expect(analysis.update([join(root, 'src/now.ts')]).diagnostics).toMatchObject([
      { file: 'src/now.ts', line: 1 },
    ]);
  });
});
