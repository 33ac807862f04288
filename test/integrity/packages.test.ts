import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pack, packageNames, type Packed, type PackageName } from '../packages/pack.js';
import { runStep } from '../packages/project.js';
import { orderSteps } from '../packages/steps.js';
import { root } from './repository.js';

const folder = mkdtempSync(join(tmpdir(), 'refrain-pack-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const packages = new Map<PackageName, Packed>();
beforeAll(() => {
  for (const name of packageNames) packages.set(name, pack(name, folder));
}, 60_000);

/** Bounds of the tarballs, in KiB: a little room above what they are. */
const maximumKiB: Readonly<Record<PackageName, number>> = {
  engine: 560,
  analyzer: 330,
  'eslint-plugin': 40,
  'test-env': 100,
  cli: 90,
};

/**
 * Our packages are ES modules alone: Node 20.19 and newer can `require` them, and the resolution of Node 10, which
 * knows no `exports`, is not supported.
 */
function isAccepted(problem: { readonly kind: string; readonly resolutionKind?: string }): boolean {
  return problem.kind === 'CJSResolvesToESM' || problem.resolutionKind === 'node10';
}

describe.each(packageNames)('the package %s', (name) => {
  const packed = () => packages.get(name)!;

  it('has clean exports (publint)', async () => {
    const { messages, pkg } = await publint({ pkgDir: join(root, name), strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('has types for every way of resolving it (arethetypeswrong)', async () => {
    const tarball = new Uint8Array(readFileSync(join(folder, packed().filename)));
    const analysis = await checkPackage(createPackageFromTarballData(tarball));
    const problems = analysis.types ? analysis.problems : [{ kind: 'NoTypes' }];
    expect(problems.filter((problem) => !isAccepted(problem))).toEqual([]);
  });

  it('holds nothing but what it needs', () => {
    const strange = packed()
      .files.map(({ path }) => path)
      .filter((path) => !/^(dist|bin|pages)\/|^(package\.json|README\.md|LICENSE)$/.test(path));
    expect(strange).toEqual([]);
  });

  it('is no larger than stated', () => {
    expect(Math.ceil(packed().size / 1024)).toBeLessThan(maximumKiB[name]);
  });
});

/**
 * A project with the packages as they would be published; what they depend on is linked from here, so that this needs
 * no network. `npm run test:packages` installs them with npm, in more kinds of projects and on more versions of Node.
 */
describe('the packed packages, in an ESM TypeScript project', () => {
  const project = join(folder, 'order');
  const modules = join(project, 'node_modules');

  it('unpack', () => {
    cpSync(join(root, 'docs/examples/order'), project, {
      recursive: true,
      filter: (file) => !file.includes('node_modules'),
    });
    mkdirSync(join(modules, '@refrain'), { recursive: true });
    for (const entry of readdirSync(join(root, 'node_modules'))) {
      if (entry === '@refrain' || entry === '.bin') continue;
      symlinkSync(join(root, 'node_modules', entry), join(modules, entry));
    }
    for (const [name, { filename }] of packages) {
      const home = join(modules, '@refrain', name);
      mkdirSync(home);
      execFileSync('tar', ['-xzf', join(folder, filename), '-C', home, '--strip-components=1']);
    }
  });

  it.each(orderSteps.filter(({ command }) => command !== 'tsc').map((step) => [step.does, step] as const))(
    '%s',
    (_does, step) => {
      expect(runStep(project, step)).toBeUndefined();
    },
  );
});
