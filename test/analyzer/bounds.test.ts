import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkProject, runCheck } from '@refrain/analyzer';
import { afterAll, describe, expect, it } from 'vitest';

const made: string[] = [];

afterAll(() => {
  for (const root of made) rmSync(root, { recursive: true, force: true });
});

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');

/** A workflow that calls `f` of another module. */
function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'refrain-bounds-'));
  made.push(root);
  const workflow =
    "import { service, type Context } from '@restatedev/restate-sdk';\n" +
    "import { f } from './f';\n" +
    'export default service({ name: "s", handlers: { go: async (_ctx: Context, x: any) => f(x) } });\n';
  for (const [path, text] of Object.entries({ 'src/s.ts': workflow, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const places = (root: string): string[] =>
  checkProject({ path: root, profile: 'restate' }).diagnostics.map(
    ({ file, line, ruleId }) => `${file}:${String(line)} ${ruleId}`,
  );

const merge =
  'export function merge(t: any, ...ss: any[]): any {\n' +
  "  for (const s of ss) for (const k in s) { if (typeof s[k] === 'object') { t[k] = t[k] || {}; merge(t[k], s[k]); } else t[k] = s[k]; }\n" +
  '  return t;\n}\n';
const configs = times(
  600,
  (i) =>
    `export const c${i}: any = merge({}, ${i === 0 ? '{}' : `c${(i * 7) % i}`}, { k${i}: { x: ${i}, y: { z: [${i}], f: () => ${i} } } });\n`,
);

describe('a program in which everything flows to everything', () => {
  // Each object holds all that were made before it, and the one before it once more.
  const spreads = times(200, (i) => `s = { ...s, k${i}: { ...s, ...s.k${Math.max(i - 1, 0)} } };\n`);
  const text = `export function f(x: any): any { let s: any = { a: 1 }; ${spreads} return [s, x]; }\n`;
  const root = project({ 'src/f.ts': text });
  const check = (format: 'text' | 'json' | 'sarif' | 'github' | 'junit') =>
    runCheck({
      path: root,
      profile: 'restate',
      format,
      clock: () => 0,
      cacheDirectory: join(root, '.cache'),
    });

  it('is given up, which every format says; without findings the exit code is 2', () => {
    const { exitCode, output, report } = check('text');
    expect(report?.summary.complete).toBe(false);
    expect(exitCode).toBe(2);
    expect(output).toContain('RFN5006');
    const sarif = JSON.parse(check('sarif').output) as { runs: { invocations: unknown[] }[] };
    expect(sarif.runs[0]?.invocations).toMatchObject([{ executionSuccessful: false }]);
    expect(check('github').output).toMatch(/^::error title=refrain%3A incomplete::RFN5006/m);
    expect(check('junit').output).toContain('<failure type="RFN5006"');
  });

  it('is given up at the same step each time', () => {
    const again = runCheck({ path: root, profile: 'restate', format: 'json', clock: () => 0 });
    expect(again.output).toBe(check('json').output);
  });
});

it('parameters to which too much comes are not followed, which is listed; all else is', () => {
  const root = project({
    'src/f.ts': `${merge}${configs}export const f = (x: any) => [c599[x].y.f(), Date.now()];\n`,
  });
  const { summary, diagnostics, unresolved } = checkProject({ path: root, profile: 'restate' });
  expect(summary.complete).toBe(true);
  expect(diagnostics.map(({ file, ruleId }) => `${file} ${ruleId}`)).toEqual(['src/f.ts wall-clock']);
  expect(unresolved.map(({ reason }) => reason)).toEqual([
    "too much may be given to 'merge' as 't': it is taken for data of unknown make",
    "the method 'f' is called on a value of unknown type",
  ]);
});

describe('code that leads in circles', () => {
  it('barrels that re-export each other', () => {
    const barrels = Object.fromEntries(
      Array.from({ length: 80 }, (_, i): [string, string] => [
        `src/b${i}.ts`,
        `${times(80, (j) => (j === i ? '' : `export * from './b${j}';\n`))}export const v${i} = () => ${i === 70 ? 'Date.now()' : i};\n`,
      ]),
    );
    const use = `import { ${times(80, (i) => `v${i}, `)} type Missing } from './b0';\nexport const f = (x: Missing): any => [${times(80, (i) => `v${i}(), `)}];\n`;
    expect(places(project({ 'src/f.ts': use, ...barrels }))).toEqual(['src/b70.ts:80 wall-clock']);
  });

  it('classes and interfaces that extend each other', () => {
    const text =
      'class A extends B { x!: A; } class B extends C {} class C extends A {}\n' +
      'interface P extends Q {} interface Q extends P {}\n' +
      'export function f(a: A, p: P): any { return [a.y, a.go(), p.go(), Date.now()]; }\n';
    expect(places(project({ 'src/f.ts': text }))).toContain('src/f.ts:3 wall-clock');
  });

  it('interfaces that extend each other three ways', () => {
    const types = times(
      120,
      (i) =>
        `export interface I${i} extends I${(i + 1) % 120}, I${(i * 7 + 3) % 120}, I${(i * 3 + 5) % 120} { m${i}: I${(i * 11) % 120} }\n`,
    );
    const text = `${types}export const f = (x: I0): any => [x.m0.missing(), x.other(), Date.now()];\n`;
    expect(places(project({ 'src/f.ts': text }))).toContain('src/f.ts:121 wall-clock');
  });
});

it('methods of methods are bounded: a member of a member in a loop', () => {
  const text =
    "export const f = (x: any) => { let m: any = [].map; for (const k of ['call', 'apply', 'bind']) { m = m[k]; m = m.bind; m = m[x]; } return [m(x), Date.now()]; };\n";
  expect(places(project({ 'src/f.ts': text }))).toContain('src/f.ts:1 wall-clock');
});

it('a barrel that a compiler made passes on each name, and nothing else', () => {
  const exportStar =
    'var __createBinding = (this && this.__createBinding) || (Object.create ? (function(o, m, k, k2) { if (k2 === undefined) k2 = k; Object.defineProperty(o, k2, { enumerable: true, get: function() { return m[k]; } }); }) : (function(o, m, k, k2) { if (k2 === undefined) k2 = k; o[k2] = m[k]; }));\n' +
    'var __exportStar = (this && this.__exportStar) || function(m, exports) { for (var p in m) if (p !== "default" && !Object.prototype.hasOwnProperty.call(exports, p)) __createBinding(exports, m, p); };\n';
  const root = project({
    'src/f.ts': "import { good } from 'lib';\nexport const f = (x: any) => good(x);\n",
    'package.json': '{"dependencies":{"lib":"1.0.0"}}',
    'node_modules/lib/package.json': '{"name":"lib","version":"1.0.0","main":"index.js"}',
    'node_modules/lib/index.js': `${exportStar}__exportStar(require('./a'), exports);\n__exportStar(require('./b'), exports);\n`,
    'node_modules/lib/a.js': 'exports.good = (x) => x;\n',
    'node_modules/lib/b.js': 'exports.bad = () => Date.now();\n',
  });
  expect(places(root)).toEqual([]);
});
