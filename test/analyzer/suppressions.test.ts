import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkProject, type ProfileId } from '@refrain/analyzer';
import { afterAll, describe, expect, it } from 'vitest';

const made: string[] = [];

afterAll(() => {
  for (const root of made) rmSync(root, { recursive: true, force: true });
});

/** What is found: line, rule, and of the comments' own rules what is said. */
function check(files: Readonly<Record<string, string>>, profile: ProfileId | 'auto' = 'restate'): string[] {
  const root = mkdtempSync(join(tmpdir(), 'refrain-suppressions-'));
  made.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return checkProject({ path: root, profile }).diagnostics.map(({ file, line, ruleId, message }) =>
    [`${file}:${String(line)}`, ruleId, ...(ruleId.includes('suppression') ? [message] : [])].join(' '),
  );
}

const service = (specifier: string): string =>
  "import { service, type Context } from '@restatedev/restate-sdk';\n" +
  `import { f } from '${specifier}';\n` +
  'export default service({ name: "s", handlers: { go: async (_ctx: Context, x: any) => f(x) } });\n';

/** The findings in a module that begins with `export const f = (x: any) =>`. */
const inBody = (body: string, file = 'f.ts'): string[] =>
  check({ 's.ts': service('./f'), [file]: `export const f = (x: any) =>\n${body}` });

describe('a comment takes the finding on the next line of code away', () => {
  it.each([
    ['as a line comment', '// refrain-ignore wall-clock -- only logged\nDate.now();\n'],
    ['as a block comment', '/* refrain-ignore wall-clock -- only logged */\nDate.now();\n'],
    ['as a comment of documentation', '/** refrain-ignore wall-clock -- only logged */\nDate.now();\n'],
    ['over several lines', '/*\n * refrain-ignore wall-clock -- only logged\n * by us\n */\nDate.now();\n'],
    ['over lines without stars', '/* refrain-ignore wall-clock -- only\n   logged by us */\nDate.now();\n'],
    ['with carriage returns', '// refrain-ignore wall-clock -- only logged\r\nDate.now();\r\n'],
    ['over an empty line', '// refrain-ignore wall-clock -- only logged\n\nDate.now();\n'],
    [
      'before a comment of a linter',
      '// refrain-ignore wall-clock -- only logged\n// eslint-disable-next-line no-restricted-globals\nDate.now();\n',
    ],
    [
      'after a comment of a linter',
      '/* eslint-disable-next-line no-restricted-globals -- why */\n// refrain-ignore wall-clock -- only logged\nDate.now();\n',
    ],
    [
      'before a block comment',
      '// refrain-ignore wall-clock -- only logged\n/* eslint-disable-next-line\n   a, b */\nDate.now();\n',
    ],
    [
      'with the name that it has in the linter',
      '// refrain-ignore @refrain/wall-clock -- only logged\nDate.now();\n',
    ],
    [
      'inside a statement of several lines',
      '[\n  x,\n  // refrain-ignore wall-clock -- only logged\n  Date.now(),\n];\n',
    ],
    [
      'for two rules',
      '// refrain-ignore wall-clock, randomness -- only logged\n[Date.now(), Math.random()];\n',
    ],
    [
      'with two comments',
      '// refrain-ignore wall-clock -- only logged\n// refrain-ignore randomness -- only logged\n[Date.now(), Math.random()];\n',
    ],
    [
      'for two findings of one line',
      '// refrain-ignore wall-clock -- only logged\n[Date.now(), performance.now()];\n',
    ],
    ['with dashes in the reason', '// refrain-ignore wall-clock -- a -- b\nDate.now();\n'],
  ])('%s', (_, body) => {
    expect(inBody(body)).toEqual([]);
  });

  it('in JSX', () => {
    const body = '  <p>\n    {/* refrain-ignore wall-clock -- only shown */}\n    {Date.now()}\n  </p>;\n';
    expect(inBody(body, 'f.tsx')).toEqual([]);
  });

  it('in JavaScript, and in a package', () => {
    const js = 'exports.f = (x) =>\n  // refrain-ignore wall-clock -- only logged\n  Date.now();\n';
    expect(check({ 's.ts': service('./f.js'), 'f.js': js })).toEqual([]);
    expect(check({ 's.ts': service('lib'), 'node_modules/lib/index.js': js })).toEqual([]);
  });

  it('in an activity', () => {
    const activity = (comment: string): Record<string, string> => ({
      'w.ts':
        "import { proxyActivities } from '@temporalio/workflow';\nimport type * as activities from './a';\nconst { copy } = proxyActivities<typeof activities>({ startToCloseTimeout: '1h', heartbeatTimeout: '1m' });\nexport async function w() { await copy(['a']); }\n",
      'a.ts': `import { Context } from '@temporalio/activity';\nvoid Context;\n${comment}export async function copy(names: string[]) {\n  for (const name of names) await send(name);\n}\ndeclare function send(name: string): Promise<void>;\n`,
      'worker.ts':
        "import { Worker } from '@temporalio/worker';\nimport * as activities from './a';\nvoid Worker.create({ taskQueue: 'q', workflowsPath: './w', activities });\n",
    });
    expect(check(activity(''), 'temporal')).toEqual(['a.ts:3 no-heartbeat']);
    expect(check(activity('// refrain-ignore no-heartbeat -- short lists\n'), 'temporal')).toEqual([]);
  });
});

describe('a comment at the calls into a package takes what is found in the package away', () => {
  const lib =
    'exports.f = (g) => [g?.(), now()];\nexports.h = now;\nfunction now() {\n  return Date.now();\n}\n';
  const foundIn = (handler: string): string[] =>
    check({
      's.ts': `import { service, type Context } from '@restatedev/restate-sdk';\nimport { f, h } from 'lib';\nexport default service({ name: "s", handlers: {\n${handler}\n} });\n`,
      'node_modules/lib/index.js': lib,
    });
  const comment = '// refrain-ignore wall-clock -- only logged\n';

  it('where it is the only way there', () => {
    expect(foundIn('go: async () =>\nf()')).toEqual(['node_modules/lib/index.js:4 wall-clock']);
    expect(foundIn(`go: async () =>\n${comment}f()`)).toEqual([]);
  });

  it('not where another way leads there', () => {
    expect(foundIn(`go: async () =>\n${comment}f(), other: async () => h()`)).toEqual([]);
    expect(foundIn(`go: async () =>\n${comment}f(),\nother: async () => h()`)).toEqual([
      'node_modules/lib/index.js:4 wall-clock',
    ]);
    expect(foundIn(`go: async () =>\n${comment}f(),\nother: async () =>\n${comment}h()`)).toEqual([]);
  });

  it('of its rule, and not what the project’s own code does that the package calls', () => {
    expect(foundIn('go: async () =>\n// refrain-ignore randomness -- only logged\nf()')).toEqual([
      'node_modules/lib/index.js:4 wall-clock',
      's.ts:5 unused-suppression Nothing to suppress here: no `randomness` finding on the next line.',
    ]);
    expect(foundIn(`go: async () =>\n${comment}f(\n() => Date.now())`)).toEqual(['s.ts:7 wall-clock']);
  });
});

describe('a comment that is wrong is said so, and takes nothing away', () => {
  it.each([
    [
      '// refrain-ignore wall-clock\nDate.now();\n',
      'suppression-without-reason A suppression needs a reason',
    ],
    [
      '// refrain-ignore wall-clock --\nDate.now();\n',
      'suppression-without-reason A suppression needs a reason',
    ],
    ['// refrain-ignore\nDate.now();\n', 'unused-suppression A suppression names the rule'],
    ['// refrain-ignore -- only logged\nDate.now();\n', 'unused-suppression A suppression names the rule'],
    ['// refrain-ignore wall-clok -- why\nDate.now();\n', 'unused-suppression There is no rule `wall-clok`'],
    [
      '// refrain-ignore randomness -- why\nDate.now();\n',
      'unused-suppression Nothing to suppress here: no `randomness`',
    ],
    [
      '// refrain-ignore wall-clock -- why\nx.go() ??\nDate.now();\n',
      'unused-suppression Nothing to suppress here',
    ],
  ])('%j', (body, said) => {
    const found = inBody(body);
    expect(found).toHaveLength(2);
    expect(found[0]).toContain(`f.ts:2 ${said}`);
    expect(found[1]).toMatch(/^f\.ts:[34] wall-clock$/);
  });

  it('one of two rules', () => {
    expect(inBody('// refrain-ignore wall-clock, io -- why\nDate.now();\n')).toEqual([
      'f.ts:2 unused-suppression Nothing to suppress here: no `io` finding on the next line.',
    ]);
  });

  it('but not in a package, nor in what only looks like one', () => {
    const js = 'exports.f = (x) =>\n  // refrain-ignore io -- only logged\n  x;\n';
    expect(check({ 's.ts': service('lib'), 'node_modules/lib/index.js': js })).toEqual([]);
    expect(
      inBody('// A comment `refrain-ignore <rule>` goes here.\n// refrain-ignore <rule> -- why\nx;\n'),
    ).toEqual([]);
  });

  it('nor where it is for another engine', () => {
    const shared =
      'export const f = (x: any) =>\n  // refrain-ignore wall-clock -- only logged\n  [x, Date.now()];\n';
    const temporal =
      "import { sleep } from '@temporalio/workflow';\nimport { f } from './f';\nexport async function w() { await sleep(f(1)[0]); }\n";
    expect(check({ 's.ts': service('./f'), 't.ts': temporal, 'f.ts': shared }, 'auto')).toEqual([]);
    expect(check({ 't.ts': temporal, 'f.ts': shared }, 'auto')).toEqual([
      'f.ts:2 unused-suppression Nothing to suppress here: no `wall-clock` finding on the next line.',
    ]);
  });
});
