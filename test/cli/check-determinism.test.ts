import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../integrity/repository.js';
import { temporaryProject } from './project.js';
import { runCli } from './run-cli.js';

const hazards = [
  'Date.now()',
  'Math.random()',
  'process.pid',
  '[2, 1].map(String).join().toLocaleUpperCase()',
];
const module_ = (index: number): string =>
  `import { g } from 'lib';\nexport function f${index}(x: any): any {\n  return [g(x), ${hazards[index % 4]!}, x.unknown${index}()];\n}\n`;
const workflow = (index: number): string =>
  `import { service } from '@restatedev/restate-sdk';\nimport { f${index} } from '../f/f${index}';\nimport { f${(index * 7) % 12} as other } from '../f/f${(index * 7) % 12}';\nexport default service({ name: 's${index}', handlers: { go: async (ctx: any, x: any) => ctx.sleep(f${index}(x) + other(x)) } });\n`;

/** Twelve services that share functions and a package; the files are made in one order or the other. */
function project(reversed = false): string {
  const indices = Array.from({ length: 12 }, (_, index) => (reversed ? 11 - index : index));
  return temporaryProject({
    'node_modules/lib/package.json': { name: 'lib', version: '1.0.0', main: 'i.js' },
    'node_modules/lib/i.js': 'exports.g = (x) => [x, performance.now(), new Date().getTimezoneOffset()];\n',
    ...Object.fromEntries(indices.map((index) => [`f/f${index}.ts`, module_(index)])),
    ...Object.fromEntries(indices.map((index) => [`Ä/s${index}.ts`, workflow(index)])),
  });
}

/** The report, the time it took apart. */
const timeless = (json: string): string => json.replace(/"durationMs": \d+/, '"durationMs": 0');

async function check(folder: string, ...more: string[]): Promise<string> {
  const { stdout, stderr } = await runCli(['check', folder, '--format', 'json', ...more]);
  expect(stderr).toBe('');
  return timeless(stdout);
}

interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function checkElsewhere(args: readonly string[], { cwd, env }: Surroundings = {}): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(
      process.execPath,
      [join(root, 'cli', 'bin', 'refrain.js'), 'check', '--format', 'json', ...args],
      {
        cwd,
        env: { ...process.env, ...env },
      },
    );
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    child.on('error', fail);
    child.on('close', () => done(timeless(out)));
  });
}

/** All files below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

describe('the same project gives the same bytes', () => {
  it('from another folder, by another path, in another zone and language, made in another order', async () => {
    const folder = project();
    const linked = join(temporaryProject({}), 'link');
    symlinkSync(folder, linked);
    const away = temporaryProject({});
    const reports = await Promise.all([
      check(folder, '--no-cache'),
      checkElsewhere(['--no-cache'], { cwd: folder }),
      checkElsewhere([relative(away, folder), '--no-cache'], { cwd: away, env: { TZ: 'Pacific/Apia' } }),
      checkElsewhere([linked, '--no-cache'], { env: { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' } }),
      checkElsewhere([project(true), '--no-cache'], { env: { TZ: 'Asia/Kolkata', LANG: 'C' } }),
    ]);
    expect(JSON.parse(reports[0]!)).toMatchObject({ summary: { workflows: 12 } });
    expect((JSON.parse(reports[0]!) as { diagnostics: unknown[] }).diagnostics.length).toBeGreaterThan(12);
    expect(new Set(reports).size).toBe(1);
  });

  it.each(['text', 'sarif', 'github', 'junit'])('as %s', async (format) => {
    const folder = project();
    const first = await runCli(['check', folder, '--format', format, '--no-cache']);
    const second = await runCli(['check', folder, '--format', format]);
    const warm = await runCli(['check', folder, '--format', format]);
    expect(second.stdout).toBe(first.stdout);
    expect(warm.stdout).toBe(first.stdout);
  });
});

describe('a cache changes nothing but the time', () => {
  it('cold, warm, moved, torn, damaged and foreign', async () => {
    const folder = project();
    const cache = join(folder, 'node_modules', '.cache', 'refrain');
    const without = await check(folder, '--no-cache');
    expect(await check(folder)).toBe(without);
    const kept = filesBelow(cache);
    expect(kept.length).toBeGreaterThan(1);
    expect(await check(folder)).toBe(without);
    for (const damage of damages) {
      for (const path of kept) writeFileSync(path, damage(readFileSync(path, 'utf8')));
      expect(await check(folder)).toBe(without);
    }
    const other = temporaryProject({});
    cpSync(folder, other, { recursive: true });
    expect(await check(other)).toBe(without);
  });

  it('that cannot be written', async () => {
    const folder = project();
    const without = await check(folder, '--no-cache');
    writeFileSync(join(folder, 'file'), '');
    expect(await check(folder, '--cache-dir', join(folder, 'file'))).toBe(without);
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o555);
    // The superuser writes there all the same, which the report is to show as little.
    expect(await check(folder, '--cache-dir', closed)).toBe(without);
    chmodSync(closed, 0o755);
  });

  it('that several processes write at once', async () => {
    const folder = project();
    const without = await check(folder, '--no-cache');
    const reports = await Promise.all(
      Array.from({ length: 3 }, () => checkElsewhere([folder, '--cache-dir', join(folder, '.kept')])),
    );
    expect(new Set([without, ...reports]).size).toBe(1);
    expect(filesBelow(join(folder, '.kept')).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  });
});

const damages: readonly ((text: string) => string)[] = [
  (text) => text.slice(0, text.length / 2),
  () => '',
  () => '{}',
  (text) => text.replace('wall-clock', 'wall-clack').replace('"functions"', '"funktions"'),
  (text) => `${text.split('\n')[0]!}\n{}`,
  () => `${'0'.repeat(40)}\nnull`,
];
