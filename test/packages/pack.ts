import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../integrity/repository.js';

/** Our packages, in an order in which each stands after what it depends on. */
export const packageNames = ['engine', 'analyzer', 'eslint-plugin', 'test-env', 'cli'] as const;
export type PackageName = (typeof packageNames)[number];

export interface Packed {
  readonly filename: string;
  /** Bytes of the tarball. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** `npm pack` of one package into `folder`: what would be published. */
export function pack(name: PackageName, folder: string): Packed {
  const output = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: join(root, name),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return (JSON.parse(output) as Packed[])[0]!;
}
