import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { root } from '../integrity/repository.js';
import { packageNames } from './pack.js';

/** A command in a project, and what it has to come to. */
export interface Step {
  readonly does: string;
  /** `refrain`, or a script of a package: `eslint`. */
  readonly command: keyof typeof scripts;
  readonly args: readonly string[];
  readonly exits?: 0 | 1;
  readonly prints?: RegExp;
  /** Standard output goes into this file of the project. */
  readonly saves?: string;
}

const scripts = {
  refrain: 'node_modules/@refrain/cli/bin/refrain.js',
  eslint: 'node_modules/eslint/bin/eslint.js',
  vitest: 'node_modules/vitest/vitest.mjs',
  tsc: 'node_modules/typescript/bin/tsc',
  node: '',
} as const;

/** Copies a project and makes it depend on the packed packages in `tarballs`. */
export function copyProject(from: string, to: string, tarballs: string): void {
  const source = join(root, from);
  cpSync(source, to, { recursive: true, filter: (file) => !file.includes('node_modules') });
  const file = join(to, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
  const version = (JSON.parse(readFileSync(join(root, 'engine/package.json'), 'utf8')) as { version: string })
    .version;
  const ours = packageNames.map((name) => [
    `@refrain/${name}`,
    `file:${join(tarballs, `refrain-${name}-${version}.tgz`)}`,
  ]);
  const others = Object.entries(manifest['dependencies'] ?? {}).filter(
    ([name]) => !name.startsWith('@refrain/'),
  );
  const dev = Object.entries(manifest['devDependencies'] ?? {}).filter(
    ([name]) => !name.startsWith('@refrain/'),
  );
  const changed = {
    ...manifest,
    dependencies: Object.fromEntries([...others, ...ours]),
    devDependencies: Object.fromEntries(dev),
  };
  writeFileSync(file, JSON.stringify(changed, null, 2));
}

/** `npm install` without any script of a package: nothing of ours may need one. */
export function install(project: string, packages: readonly string[] = []): void {
  execFileSync(
    'npm',
    ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', ...packages],
    { cwd: project, stdio: 'pipe', encoding: 'utf8' },
  );
}

/** Runs a step with the Node at `node`; returns why it is not as it should be, with all output. */
export function runStep(project: string, step: Step, node = process.execPath): string | undefined {
  const { command, args, exits = 0, prints, saves } = step;
  const script = scripts[command];
  const { status, stdout, stderr } = spawnSync(node, [...(script ? [script] : []), ...args], {
    cwd: project,
    encoding: 'utf8',
    timeout: 120_000,
    // Threads and children of the tools find this Node, too. Nothing of the test run around it goes in.
    env: { PATH: `${dirname(node)}${delimiter}${process.env['PATH']}`, HOME: process.env['HOME'] },
  });
  if (saves && status === 0) {
    mkdirSync(dirname(join(project, saves)), { recursive: true });
    writeFileSync(join(project, saves), stdout);
  }
  if (status === exits && (!prints || prints.test(stdout))) return undefined;
  return `${command} ${args.join(' ')}: exit ${status}, expected ${exits}${prints ? ` and ${prints}` : ''}\n${stdout}${stderr}`;
}
