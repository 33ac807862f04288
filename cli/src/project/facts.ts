import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { profiles } from '@refrain/analyzer';
import { UsageError } from '../usage-error.js';

const eslintConfigNames = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((type) => `eslint.config.${type}`);

/** What can be read off a project without running any of its code. */
export interface ProjectFacts {
  /** Folder of the nearest package.json. */
  readonly root: string;
  readonly packageJson: PackageJson;
  readonly isEsm: boolean;
  readonly usesTypeScript: boolean;
  readonly packageManager: 'npm' | 'pnpm' | 'yarn' | 'bun';
  /** Profiles of the engines among the dependencies. */
  readonly profiles: readonly string[];
  /** Absolute path of the flat config, if there is one. */
  readonly eslintConfig: string | undefined;
  readonly usesVitest: boolean;
  readonly usesGitHub: boolean;
  readonly usesGitLab: boolean;
}

export interface PackageJson {
  readonly name?: string;
  readonly type?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Throws `UsageError` RFN7003 where no package.json is above `folder`, RFN7004 where it cannot be read. */
export function projectFacts(folder: string): ProjectFacts {
  const root = nearestProject(resolve(folder));
  if (root === undefined) {
    throw new UsageError(
      'RFN7003',
      `There is no package.json in ${folder} or above it. Run this in a project.`,
    );
  }
  const packageJson = readPackageJson(join(root, 'package.json'));
  const all = allDependencies(packageJson);
  const has = (file: string) => existsSync(join(root, file));
  return {
    root,
    packageJson,
    isEsm: packageJson.type === 'module',
    usesTypeScript: has('tsconfig.json') || 'typescript' in all,
    packageManager: packageManagerOf(has),
    profiles: Object.values(profiles)
      .filter(({ selectedBy }) => selectedBy.some((name) => packageOf(name) in all))
      .map(({ id }) => id),
    eslintConfig: eslintConfigNames.map((name) => join(root, name)).find((file) => existsSync(file)),
    usesVitest: 'vitest' in all,
    usesGitHub: has('.github') || existsSync(join(root, '.git')),
    usesGitLab: has('.gitlab-ci.yml'),
  };
}

/** `@scope/name` of `@scope/name/folder`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

export function allDependencies(packageJson: PackageJson): Readonly<Record<string, string>> {
  return { ...packageJson.peerDependencies, ...packageJson.dependencies, ...packageJson.devDependencies };
}

function nearestProject(folder: string): string | undefined {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestProject(parent);
}

function readPackageJson(file: string): PackageJson {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
  } catch (error) {
    throw new UsageError('RFN7004', `${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function packageManagerOf(has: (file: string) => boolean): ProjectFacts['packageManager'] {
  if (has('pnpm-lock.yaml')) return 'pnpm';
  if (has('yarn.lock')) return 'yarn';
  if (has('bun.lock') || has('bun.lockb')) return 'bun';
  return 'npm';
}
