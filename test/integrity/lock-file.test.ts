import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './repository.js';

interface LockedPackage {
  readonly version?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe('the lock file', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };

  it('pins every package, so that `npm ci` works from a fresh clone', () => {
    const open = Object.entries(packages).filter(([path, { version, link }]) => path && !version && !link);
    expect(open.map(([path]) => path)).toEqual([]);
  });

  it('holds every optional dependency: a platform that is left out breaks `npm ci` on all of them', () => {
    const locked = Object.keys(packages);
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !locked.some((other) => other.endsWith(`node_modules/${name}`)))
        .map((name) => `${path} needs ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry', () => {
    const bound = Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http'));
    expect(bound).toEqual([]);
  });
});
