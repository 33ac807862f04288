import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkProject, runCheck } from '@refrain/analyzer';
import { afterAll, describe, expect, it } from 'vitest';

const made: string[] = [];

afterAll(() => {
  for (const root of made) rmSync(root, { recursive: true, force: true });
});

const workflow =
  "import { service, type Context } from '@restatedev/restate-sdk';\n" +
  "import { f } from './f';\n" +
  'export default service({ name: "s", handlers: { go: async (_ctx: Context, x: any) => [f(x), process.pid] } });\n';

function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'refrain-bad-input-'));
  made.push(root);
  for (const [path, text] of Object.entries({ 'src/s.ts': workflow, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const check = (root: string) => checkProject({ path: root, profile: 'restate' });
const rules = (root: string): string[] =>
  check(root).diagnostics.map(({ file, line, ruleId }) => `${file}:${String(line)} ${ruleId}`);
const reasons = (root: string): string[] => check(root).unresolved.map(({ reason }) => reason);
const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');

/** Takes away the right to read a folder, also from the superuser; gives what gives it back. */
function refuseBelow(folder: string): () => void {
  const isRoot = process.getuid?.() === 0;
  chmodSync(dirname(dirname(folder)), 0o755);
  chmodSync(folder, 0);
  if (isRoot) process.seteuid?.(65_534);
  return () => {
    if (isRoot) process.seteuid?.(0);
    chmodSync(folder, 0o755);
  };
}

/** Followed to the clock at the end, or given up with a word about it; the rest is analysed anyway. */
const nested: Readonly<Record<string, string>> = {
  'a chain of 10,000 additions': `export const f = (x: any) => ${times(10_000, (i) => `x.a${i} + `)}Date.now();`,
  '10,000 statements': `export function f(x: any) { let s = ''; ${times(10_000, (i) => `s += x.a${i};\n`)} return s + Date.now(); }`,
  '10,000 branches of else if': `export function f(x: any) { ${times(10_000, (i) => `if (x === ${i}) return ${i}; else `)} return Date.now(); }`,
  '10,000 alternatives': `export const f = (x: any) => ${times(10_000, (i) => `x.a${i} || `)}Date.now();`,
  '5,000 brackets': `export const f = (x: any) => ${'['.repeat(5000)}Date.now()${']'.repeat(5000)};`,
  '3,000 blocks': `export function f(x: any) { ${'if (x) {'.repeat(3000)} return Date.now(); ${'}'.repeat(3000)} }`,
  '5,000 links of a chain of calls': `export const f = (x: any) => x${'.then((y: any) => y)'.repeat(5000)}.at(Date.now());`,
};

describe('code that is nested deeply', () => {
  it.each(Object.entries(nested))('%s', (_, text) => {
    const { diagnostics, unresolved } = check(project({ 'src/f.ts': text }));
    expect(diagnostics.map(({ ruleId }) => ruleId)).toContain('environment');
    const followed = diagnostics.some(({ ruleId }) => ruleId === 'wall-clock');
    const reported = unresolved.some(({ reason }) => reason.includes('nested too deeply'));
    expect([followed, reported]).toContain(true);
  });
});

describe('code that refers to itself', () => {
  it.each([
    'const o: any = {}; o.o = o; export const f = (x: any) => { let g: any = (y: any) => y; while (x) { g = g.bind(null, g); x = [x, o, { ...o, x }]; } return [g(x), JSON.stringify(o), Date.now()]; };',
    'const p: any = new Proxy({}, { get: (_t, k, r) => r[k] ?? p[k], apply: (_t: any, _s, a) => p(...a) }); export const f = (x: any) => [p.a.b(x), Date.now()];',
    'class A { then(r: any) { r(new A()); } *[Symbol.iterator](): any { yield* new A(); } toString(): string { return `${new A()}`; } }\nexport const f = async () => { await new A(); return `${new A()}` + [...new A()] + Date.now(); };',
    'const os: any[] = [{ a: 1 }, { b: 1 }, { c: 1 }, { d: 1 }]; for (const x of os) for (const y of os) Object.setPrototypeOf(x, y);\nexport const f = (x: any) => { os[0].q = () => Date.now(); os[x].q = x; return [os[x].q(), os[1].r]; };',
  ])('%s', (text) => {
    expect(rules(project({ 'src/f.ts': text })).join()).toContain('wall-clock');
  });
});

describe('files that are not what they should be', () => {
  const clock = 'export const f = (x: any) => Date.now();\n';

  it('byte order marks, carriage returns, empty and binary files', () => {
    const root = project({
      'src/f.ts': '\ufeffexport const f = (x: any) =>\r\n  Date.now();\r\n',
      'src/empty.ts': '',
      'src/binary.ts': '\0\u0001\ufffd',
    });
    expect(rules(root)).toEqual(['src/f.ts:2 wall-clock', 'src/s.ts:3 environment']);
  });

  it('a tsconfig and a package.json that do not parse are said so, and the code is analysed', () => {
    const root = project({ 'src/f.ts': clock, 'tsconfig.json': '{ "paths": {{{', 'package.json': '[1,2' });
    expect(rules(root)).toContain('src/f.ts:1 wall-clock');
    expect(check(root).unresolved.map(({ file }) => file)).toContain('tsconfig.json');
  });

  it('a tsconfig whose options are of the wrong types', () => {
    const config = {
      extends: ['./tsconfig.json', './missing', 5],
      compilerOptions: { baseUrl: 7, paths: { '*': 'x', '@/*': [1, null] } },
    };
    expect(rules(project({ 'src/f.ts': clock, 'tsconfig.json': JSON.stringify(config) }))).toContain(
      'src/f.ts:1 wall-clock',
    );
  });

  it('links in a circle, links to nowhere, and a linked source', () => {
    const root = project({ 'real/f.ts': clock });
    symlinkSync('../real/f.ts', join(root, 'src/f.ts'));
    symlinkSync('..', join(root, 'src/loop'));
    symlinkSync('./nowhere', join(root, 'src/broken.ts'));
    expect(rules(root)).toContain('real/f.ts:1 wall-clock');
  });

  it('a bundle of a megabyte in a package is left closed, and said so', () => {
    const body = times(
      14_000,
      (i) =>
        `function a${i}(b,c){return b?a${(i * 31 + 7) % 14_000}(c,b):[b,c].map(function(d){return d+${i}})}`,
    );
    const root = project({
      'src/f.ts': "import { go } from 'mega';\nexport const f = (x: any) => [go(x), Date.now()];\n",
      'package.json': '{"dependencies":{"mega":"1.0.0"}}',
      'node_modules/mega/package.json': '{"name":"mega","version":"1.0.0","main":"m.js"}',
      'node_modules/mega/m.js': `${body}\nexports.go=function(x){return a0(x,Math.random())};`,
    });
    expect(rules(root)).toContain('src/f.ts:2 wall-clock');
    expect(reasons(root)).toContain('the file is too large: node_modules/mega/m.js');
  });

  it('UTF-16, in both orders of bytes', () => {
    const root = project({});
    for (const swap of [false, true]) {
      const bytes = Buffer.from(`\ufeff${clock}`, 'utf16le');
      writeFileSync(join(root, 'src/f.ts'), swap ? bytes.swap16() : bytes);
      expect(rules(root)).toContain('src/f.ts:1 wall-clock');
    }
  });

  it('files and folders that may not be read are said so', () => {
    const root = project({ 'src/f.ts': "import './closed/g';\n", 'src/closed/g.ts': clock });
    const opened = refuseBelow(join(root, 'src/closed'));
    try {
      expect(check(root).unresolved).toContainEqual({
        file: 'src/closed',
        line: 1,
        column: 1,
        reason: 'cannot be read: permission denied (EACCES)',
      });
    } finally {
      opened();
    }
  });
});

describe('what is no file of code', () => {
  const clock = 'export const f = (x: any) => Date.now();\n';

  it('pipes and devices, which would be read for ever, are passed over', () => {
    const root = project({ 'src/f.ts': `import './pipe';\nimport './zero';\n${clock}` });
    execFileSync('mkfifo', [join(root, 'src/pipe.ts')]);
    symlinkSync('/dev/zero', join(root, 'src/zero.ts'));
    expect(rules(root)).toContain('src/f.ts:3 wall-clock');
  });

  it('a folder with the name of a file', () => {
    const root = project({
      'src/f.ts': clock,
      'src/g.ts/x': '',
      'tsconfig.json/x': '',
      'package.json/x': '',
    });
    expect(rules(root)).toContain('src/f.ts:1 wall-clock');
  });
});

it('a source that does not parse is said so, also where no workflow is seen in it', () => {
  const broken = "import { service } from '@restatedev/restate-sdk';\nexport const s = ) service({\n";
  const root = project({ 'src/f.ts': 'export const f = (x: any) => x;\n', 'src/broken.ts': broken });
  expect(check(root).unresolved).toMatchObject([{ file: 'src/broken.ts', line: 2 }]);
  rmSync(join(root, 'src/s.ts'));
  expect(runCheck({ path: root }).problem).toMatchObject({
    code: 'RFN5002',
    message: expect.stringContaining('src/broken.ts: syntax error: Expression expected.') as string,
  });
});

describe('manifests that make no sense', () => {
  const uses = (specifier: string): string =>
    `import { g } from '${specifier}';\nexport const f = (x: any) => [g(x), Date.now()];\n`;

  it('names of the package’s own that stand for each other', () => {
    const manifest = '{ "name": "x", "imports": { "#a": "#b", "#b": "#a" } }';
    expect(rules(project({ 'src/f.ts': uses('#a'), 'package.json': manifest }))).toContain(
      'src/f.ts:2 wall-clock',
    );
  });

  it('conditions within conditions without end', () => {
    const manifest = `{ "exports": ${'{ "import": '.repeat(9000)}"./i.js"${'}'.repeat(9000)} }`;
    const files = { 'src/f.ts': uses('lib'), 'node_modules/lib/package.json': manifest };
    expect(rules(project(files))).toContain('src/f.ts:2 wall-clock');
  });

  it.each([
    'null',
    '[]',
    '{ "main": 5 }',
    '{ "exports": false }',
    '{ "main": "." }',
    '{ "browser": { "a": [] } }',
  ])('%s', (manifest) => {
    const files = {
      'node_modules/lib/package.json': manifest,
      'node_modules/lib/index.js': 'exports.g = () => 1;',
    };
    expect(rules(project({ 'src/f.ts': uses('lib'), ...files }))).toContain('src/f.ts:2 wall-clock');
  });
});

it('a linked file is one file, and imports what lies beside it', () => {
  const root = project({ 'real/w.ts': workflow, 'real/f.ts': 'export const f = (x: any) => Date.now();\n' });
  rmSync(join(root, 'src/s.ts'));
  symlinkSync('../real/w.ts', join(root, 'src/s.ts'));
  expect(rules(root)).toEqual(['real/f.ts:1 wall-clock', 'real/w.ts:3 environment']);
  expect(check(root).workflows).toHaveLength(1);
});

describe('configurations that lead nowhere', () => {
  const clock = 'export const f = (x: any) => Date.now();\n';
  const said = (files: Readonly<Record<string, string>>): string[] => {
    const root = project({ 'src/f.ts': clock, ...files });
    expect(rules(root)).toContain('src/f.ts:1 wall-clock');
    return check(root).unresolved.map(({ file, line, reason }) => `${file}:${String(line)} ${reason}`);
  };

  it('one that extends what is not there', () => {
    expect(said({ 'tsconfig.json': '{\n  "extends": "./nope.json" }' })).toEqual([
      "tsconfig.json:2 cannot find './nope.json', which this configuration extends",
    ]);
    expect(said({ 'tsconfig.json': '{ "extends": ["@tsconfig/node20/tsconfig.json"] }' })).toHaveLength(1);
  });

  it('two that extend each other', () => {
    expect(
      said({ 'tsconfig.json': '{ "extends": "./b.json" }', 'b.json': '{ "extends": "./tsconfig" }' }),
    ).toEqual(["b.json:1 './tsconfig' extends this configuration in turn"]);
  });

  it('one that refers to a project that is not there', () => {
    expect(
      said({
        'tsconfig.json': '{ "files": [],\n"references": [{ "path": "./a" }, { "path": "./b" }] }',
        'a/tsconfig.json': '{}',
      }),
    ).toEqual(["tsconfig.json:2 cannot find the project './b', which this configuration refers to"]);
  });

  it('one that extends a package is followed', () => {
    expect(
      said({
        'tsconfig.json': '{ "extends": "@acme/tsconfig/base" }',
        'node_modules/@acme/tsconfig/package.json': '{ "exports": { "./base": "./configs/base.json" } }',
        'node_modules/@acme/tsconfig/configs/base.json': '{}',
      }),
    ).toEqual([]);
  });
});

describe('dependencies', () => {
  const manifest = '{ "name": "app", "dependencies": { "lib": "1.0.0" } }';

  it('that are not installed are said so', () => {
    expect(reasons(project({ 'package.json': manifest })).join()).toContain('dependencies are not installed');
    const installed = { 'package.json': manifest, 'node_modules/lib/package.json': '{}' };
    expect(reasons(project({ ...installed, 'src/f.ts': 'export const f = () => 1;' }))).toEqual([]);
  });

  it('in archives are said so', () => {
    const root = project({ 'package.json': manifest, '.pnp.cjs': '' });
    expect(check(root).unresolved[0]).toMatchObject({ file: '.pnp.cjs' });
    expect(reasons(root)[0]).toContain("Plug'n'Play");
  });
});

describe('where an import leads by the configuration', () => {
  const clock = 'export const f = (x: any) => Date.now();\n';
  const still = 'export const f = (x: any) => 1;\n';
  const options = (compilerOptions: object): string => JSON.stringify({ compilerOptions });
  const library = {
    'src/f.ts': "export { f } from 'lib';\n",
    'node_modules/lib/package.json': '{ "exports": { "source": "./src/i.ts", "default": "./d.js" } }',
    'node_modules/lib/src/i.ts': clock,
    'node_modules/lib/d.js': 'exports.f = () => 1;',
  };
  it.each([
    [
      'moduleSuffixes',
      options({ moduleSuffixes: ['.node', ''] }),
      { 'src/f.node.ts': clock, 'src/f.ts': still },
    ],
    ['rootDirs', options({ rootDirs: ['src', 'made'] }), { 'made/f.ts': clock }],
    ['customConditions', options({ customConditions: ['source'] }), library],
  ])('%s', (_, config, files) => {
    expect(rules(project({ ...files, 'tsconfig.json': config })).join()).toContain('wall-clock');
    expect(rules(project({ ...files, 'tsconfig.json': '{}' })).join()).not.toContain('wall-clock');
  });
});
