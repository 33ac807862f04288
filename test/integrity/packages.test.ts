import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from './repository.js';

const names = ['engine', 'analyzer', 'eslint-plugin', 'test-env', 'cli'];
const folder = mkdtempSync(join(tmpdir(), 'refrain-pack-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

function pack(name: string): Packed {
  const output = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: join(root, name),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return (JSON.parse(output) as Packed[])[0]!;
}

/**
 * Our packages are ES modules alone: Node 20.19 and newer can `require` them, and the resolution of Node 10, which
 * knows no `exports`, is not supported.
 */
function isAccepted(problem: { readonly kind: string; readonly resolutionKind?: string }): boolean {
  return problem.kind === 'CJSResolvesToESM' || problem.resolutionKind === 'node10';
}

describe.each(names)('the package %s', (name) => {
  const packed = pack(name);

  it('has clean exports (publint)', async () => {
    const { messages, pkg } = await publint({ pkgDir: join(root, name), strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('has types for every way of resolving it (arethetypeswrong)', async () => {
    const tarball = new Uint8Array(readFileSync(join(folder, packed.filename)));
    const analysis = await checkPackage(createPackageFromTarballData(tarball));
    const problems = analysis.types ? analysis.problems : [{ kind: 'NoTypes' }];
    expect(problems.filter((problem) => !isAccepted(problem))).toEqual([]);
  });

  it('holds nothing but what it needs', () => {
    const strange = packed.files
      .map(({ path }) => path)
      .filter((path) => !/^(dist|bin|pages)\/|^(package\.json|README\.md|LICENSE)$/.test(path));
    expect(strange).toEqual([]);
    expect(packed.size).toBeLessThan(1024 * 1024);
  });
});
