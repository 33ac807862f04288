/**
 * A project on disk: its files, how imports resolve, and their IR. Owns the caches that are kept
 * between two runs of the same process; `update` forgets what changed.
 */

import { dirname, join, relative, resolve } from 'node:path';
import type { FileIr } from '../graph/ir.js';
import type { ProgramSource } from '../graph/state.js';
import { packageOf } from '../graph/packages.js';
import { createConfigReader, type ConfigReader } from './config.js';
import { createFileHost, type FileHost, type Observations } from './host.js';
import type { IrCache } from './ir-cache.js';
import { lowerFile, type LoweredFile } from './lower/file.js';
import { createPackageReader, type PackageReader } from './packages.js';
import { missingInstallation, unreadableBelow, type ProjectProblem } from './problems.js';
import { createResolver, type Resolver } from './resolve.js';

export interface Project {
  readonly root: string;
  readonly source: ProgramSource;
  /** Source files below the root, sorted. */
  readonly files: () => readonly string[];
  readonly readText: (path: string) => string | undefined;
  /** What keeps the analysis from seeing all of the project, as far as it has been noticed. */
  readonly problems: () => readonly ProjectProblem[];
  /** Every file that was read as code, with what could not be read. */
  readonly loaded: ReadonlyMap<string, LoweredFile>;
  readonly update: (paths: readonly string[]) => void;
}

export interface DiskProject extends Project {
  /** Whether the path is a file of what is looked at: of the directory, or the one file. */
  readonly holds: (path: string) => boolean;
  /** What was seen of the file system so far. */
  readonly observed: () => Observations;
}

export interface ProjectOptions {
  /** A directory, or one file of a project. */
  readonly path: string;
  readonly cache?: IrCache | undefined;
  /** Told with each file that is read as code how many there are. */
  readonly onRead?: ((count: number) => void) | undefined;
}

const skippedDirectories = new Set(['node_modules', 'dist', 'build', 'out', 'coverage', 'bower_components']);
const sourcePattern = /\.(?:[cm]?[jt]s|[jt]sx)$/;
const maxFiles = 50_000;
const tooMany = `more than ${String(maxFiles)} files of code: workflows are looked for in the first of them`;

export function createProject(options: ProjectOptions): DiskProject {
  const host = createFileHost();
  const start = host.realPath(resolve(options.path));
  const only = host.isFile(start) ? start : undefined;
  const root = only === undefined ? start : projectRootOf(host, only);
  let resolver: Resolver;
  let configs: ConfigReader;
  let packages: PackageReader;
  let files: readonly string[] | undefined;
  const loaded = new Map<string, LoweredFile>();
  const large = new Map<string, boolean>();
  const reset = (): void => {
    configs = createConfigReader(host);
    packages = createPackageReader(host);
    resolver = createResolver(host, configs, packages, root);
    files = undefined;
  };
  reset();
  const list = (): readonly string[] => {
    files ??= only === undefined ? listFiles(host, root, configs.forDirectory(root)?.outDir) : [only];
    return files;
  };
  const load = (path: string): LoweredFile | undefined => {
    const known = loaded.get(path);
    if (known !== undefined) return known;
    const text = host.readText(path);
    if (text === undefined) return undefined;
    const kind: FileIr['kind'] = path.includes('/node_modules/') ? 'package' : 'source';
    // Sources change, and parsing them again takes no longer than reading what was kept.
    const cache = kind === 'package' ? options.cache : undefined;
    const lowered = cache?.read(path, text, kind) ?? named(root, path, lowerFile(path, text, kind));
    cache?.write(path, text, lowered);
    loaded.set(path, lowered);
    options.onRead?.(loaded.size);
    return lowered;
  };
  return {
    root,
    files: list,
    readText: (path) => host.readText(path),
    problems: () => {
      configs.forDirectory(root);
      return [
        // What a package says of its own build is its own business.
        ...configs.problems.filter(({ path }) => !path.includes('/node_modules/')),
        ...missingInstallation(host, packages, root),
        ...unreadableBelow(host, root),
        ...(list().length < maxFiles ? [] : [{ path: root, at: 0, message: tooMany }]),
      ];
    },
    loaded,
    observed: () => host.observed(),
    holds: (path) => (only === undefined ? host.isFile(path) : path === only),
    source: {
      load,
      text: (path) => host.readText(path),
      // What is installed above the project is known by its name at least as well as by its code.
      isLargePackage: (path) => !path.startsWith(`${root}/`) || isLargePackage(host, path, large),
      isPublishedPackage: (path) => namesRepository(host, path),
      resolve: (specifier, from, mode, bundling) => resolver.resolve(specifier, from, mode, bundling),
      mentioning: (words) => list().filter((path) => mentions(host.readText(path), words)),
    },
    update: (paths) => {
      host.forget(paths);
      for (const path of paths) loaded.delete(path);
      reset();
    },
  };
}

/** Says which file could not be read: the reason is shown at the calls into it. */
function named(root: string, path: string, file: LoweredFile): LoweredFile {
  if (file.gaveUp === undefined) return file;
  return { ...file, gaveUp: `${file.gaveUp}: ${relative(root, path).replaceAll('\\', '/')}` };
}

/** Nearly all that is published says where it comes from; a stand-in of the project's own does not. */
function namesRepository(host: FileHost, path: string): boolean {
  const directory = packageOf(path);
  const manifest = directory === undefined ? undefined : host.readText(`${directory}/package.json`);
  return manifest === undefined || /"repository"\s*:/.test(manifest);
}

const largeEntryLength = 20_000;
const largeFileCount = 40;

function isLargePackage(host: FileHost, path: string, known: Map<string, boolean>): boolean {
  const directory = packageOf(path);
  if (directory === undefined) return false;
  let large = known.get(directory);
  if (large === undefined) {
    large =
      (host.readText(path)?.length ?? 0) > largeEntryLength ||
      countFiles(host, directory, 0) > largeFileCount;
    known.set(directory, large);
  }
  return large;
}

/** JavaScript files of a package, counted no further than needed. */
function countFiles(host: FileHost, directory: string, depth: number): number {
  let count = 0;
  for (const entry of host.entries(directory)) {
    if (count > largeFileCount) break;
    if (!entry.directory) count += /\.[cm]?js$/.test(entry.name) ? 1 : 0;
    else if (depth < 3 && entry.name !== 'node_modules')
      count += countFiles(host, `${directory}/${entry.name}`, depth + 1);
  }
  return count;
}

function mentions(text: string | undefined, words: readonly string[]): boolean {
  return text !== undefined && words.every((word) => text.includes(word));
}

function projectRootOf(host: FileHost, file: string): string {
  for (let current = dirname(file); ; current = dirname(current)) {
    if (host.isFile(join(current, 'package.json')) || host.isFile(join(current, 'tsconfig.json')))
      return current;
    if (dirname(current) === current) return dirname(file);
  }
}

function listFiles(host: FileHost, root: string, outDir: string | undefined): string[] {
  const found = new Set<string>();
  const visit = (directory: string): void => {
    for (const entry of host.entries(directory)) {
      const path = `${directory}/${entry.name}`;
      if (found.size >= maxFiles) return;
      if (entry.directory) {
        const skipped = skippedDirectories.has(entry.name) || entry.name.startsWith('.') || path === outDir;
        if (!skipped) visit(path);
      } else if (sourcePattern.test(entry.name) && !/\.d\.[cm]?ts$/.test(entry.name)) {
        // What a linked file imports is looked for beside the file itself, as compilers and runtimes do.
        const real = entry.link ? host.realPath(path) : path;
        if (!entry.link || host.isFile(real)) found.add(real);
      }
    }
  };
  visit(root);
  return [...found].sort((left, right) => (left < right ? -1 : 1));
}
