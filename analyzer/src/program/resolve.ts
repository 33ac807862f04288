import { builtinModules } from 'node:module';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { CompilerConfig, ConfigReader } from './config.js';
import type { FileHost } from './host.js';
import { isRecord } from './json.js';
import { resolveExports, type PackageManifest, type PackageReader } from './packages.js';

/** Where an import leads. */
export type Resolution =
  | { readonly type: 'file'; readonly path: string; readonly kind: 'source' | 'package' }
  | { readonly type: 'builtin'; readonly name: string }
  /** JSON, styles, images: plain values without behaviour. */
  | { readonly type: 'asset'; readonly path: string }
  | { readonly type: 'missing'; readonly package: string; readonly reason: string };

/** How a bundler chooses among the files of a package. Without one, Node does. */
export interface Bundling {
  /** Conditions of `exports`, beside `import` or `require`. */
  readonly conditions: readonly string[];
  /** Fields that name a package's entry where it has no `exports`, the best first. */
  readonly mainFields: readonly string[];
}

export interface Resolver {
  readonly resolve: (
    specifier: string,
    from: string,
    mode: 'import' | 'require',
    bundling?: Bundling,
  ) => Resolution;
}

const node: Bundling = { conditions: ['node', 'module-sync', 'module'], mainFields: ['module', 'main'] };

const builtins = new Set(builtinModules);
const sourceExtensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];
const swaps: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.jsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

export function createResolver(
  host: FileHost,
  configs: ConfigReader,
  packages: PackageReader,
  root?: string,
): Resolver {
  const cache = new Map<string, Resolution>();
  // The same import is asked for again and again, by name after name: to put a key together takes longer than that.
  const asked = new Map<string, AskedByFile>();
  const context = { host, configs, packages, root };
  return {
    resolve: (specifier, from, mode, bundling = node) => {
      const recent = askedIn(asked, from, mode, bundling);
      let known = recent.get(specifier);
      if (known !== undefined) return known;
      const key = `${mode}\0${specifier}\0${dirname(from)}\0${bundling.conditions.join()}`;
      known = cache.get(key) ?? resolveSpecifier({ ...context, bundling }, specifier, from, mode);
      cache.set(key, known);
      recent.set(specifier, known);
      return known;
    },
  };
}

/** What was resolved for a file, the last way of bundling alone. */
interface AskedByFile {
  readonly bundling: Bundling;
  readonly import: Map<string, Resolution>;
  readonly require: Map<string, Resolution>;
}

function askedIn(
  asked: Map<string, AskedByFile>,
  from: string,
  mode: 'import' | 'require',
  bundling: Bundling,
): Map<string, Resolution> {
  let file = asked.get(from);
  if (file?.bundling !== bundling)
    asked.set(from, (file = { bundling, import: new Map(), require: new Map() }));
  return file[mode];
}

interface Context {
  readonly host: FileHost;
  readonly configs: ConfigReader;
  readonly packages: PackageReader;
  /** The directory that is checked; an editor looks at single files. */
  readonly root: string | undefined;
  readonly bundling: Bundling;
}

/** The name of a Node builtin without its prefix, or undefined. */
export function builtinName(specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return specifier.slice('node:'.length);
  return builtins.has(specifier) ? specifier : undefined;
}

/** `@scope/name/sub` is the package `@scope/name` and the subpath `./sub`. */
export function splitSpecifier(specifier: string): { name: string; subpath: string } {
  const parts = specifier.split('/');
  const length = specifier.startsWith('@') ? 2 : 1;
  const rest = parts.slice(length).join('/');
  return { name: parts.slice(0, length).join('/'), subpath: rest === '' ? '.' : `./${rest}` };
}

function resolveSpecifier(
  context: Context,
  specifier: string,
  from: string,
  mode: 'import' | 'require',
): Resolution {
  const bare = specifier.replace(/[?].*$/, '');
  const config = context.configs.forDirectory(dirname(from));
  if (bare.startsWith('.') || isAbsolute(bare)) {
    const found = findModule(context.host, resolve(dirname(from), bare), config);
    return found === undefined ? missing(specifier, `cannot find '${specifier}'`) : asFile(context, found);
  }
  const alias = resolveAlias(context.host, bare, config);
  if (alias !== undefined) return asFile(context, alias);
  const replaced = replacedModule(context, bare, from, mode);
  if (replaced !== undefined) return replaced;
  const builtin = builtinName(bare);
  if (builtin !== undefined) return { type: 'builtin', name: builtin };
  if (bare.startsWith('#')) return resolveImportsField(context, bare, from, mode);
  const conditions = conditionsFor(context, mode, from);
  const { name, subpath } = splitSpecifier(bare);
  const manifest = findPackage(context, name, from) ?? context.packages.workspace(name, from);
  if (manifest === undefined) return missing(name, `the package '${name}' is not installed`);
  const entry =
    packageEntry(context, manifest, subpath, conditions) ??
    // What is made for bundlers may be left out where a package is kept in part.
    packageEntry({ ...context, bundling: node }, manifest, subpath, new Set([mode, ...node.conditions]));
  if (entry === undefined) return missing(name, `the package '${name}' has no JavaScript for '${specifier}'`);
  return asFile(context, entry);
}

function conditionsFor(
  { bundling, configs }: Context,
  mode: 'import' | 'require',
  from: string,
): ReadonlySet<string> {
  const own = configs.forDirectory(dirname(from))?.customConditions ?? [];
  const conditions = new Set([...own, mode, ...bundling.conditions]);
  if (bundling === node && mode === 'require') conditions.delete('module');
  return conditions;
}

/** The `browser` field as a table: what stands in for a module of a package, or for one of its files. */
function replacements(
  context: Context,
  file: string,
): { manifest: PackageManifest; table: object } | undefined {
  if (!context.bundling.mainFields.includes('browser')) return undefined;
  const manifest = context.packages.above(file);
  const table = manifest?.json['browser'];
  return manifest !== undefined && isRecord(table) ? { manifest, table } : undefined;
}

/** The replacement of a bare specifier; `false` in the table is an empty module. */
function replacedModule(
  context: Context,
  specifier: string,
  from: string,
  mode: 'import' | 'require',
): Resolution | undefined {
  const found = replacements(context, from);
  const target: unknown =
    found === undefined ? undefined : new Map(Object.entries(found.table)).get(specifier);
  if (found === undefined || target === specifier) return undefined;
  if (target === false) return { type: 'asset', path: specifier };
  if (typeof target !== 'string') return undefined;
  if (!target.startsWith('.')) return resolveSpecifier(context, target, found.manifest.directory, mode);
  const path = findEntry(context.host, found.manifest, target);
  return path === undefined ? undefined : asFile(context, path);
}

/** The file that is bundled in place of one; undefined where that is none. */
function replacedFile(context: Context, path: string): string | undefined {
  const found = replacements(context, path);
  if (found === undefined) return path;
  const inside = `./${relative(found.manifest.directory, path).replaceAll('\\', '/')}`;
  const entry = Object.entries(found.table).find(([key]) => {
    const name = key.startsWith('.') ? key : `./${key}`;
    return name === inside || `${name}.js` === inside;
  });
  if (entry?.[1] === false) return undefined;
  if (typeof entry?.[1] !== 'string') return path;
  const target = findEntry(context.host, found.manifest, entry[1]);
  return target === undefined ? path : context.host.realPath(target);
}

function missing(name: string, reason: string): Resolution {
  return { type: 'missing', package: name, reason };
}

function asFile(context: Context, path: string): Resolution {
  const real = replacedFile(context, context.host.realPath(path));
  if (real === undefined) return { type: 'asset', path };
  if (!sourceExtensions.some((extension) => real.endsWith(extension))) return { type: 'asset', path: real };
  return { type: 'file', path: real, kind: real.includes('/node_modules/') ? 'package' : 'source' };
}

/** The file that a path without or with another extension means. */
export function findFile(host: FileHost, path: string): string | undefined {
  const extension = /\.[^./\\]+$/.exec(path)?.[0] ?? '';
  for (const swap of swaps[extension] ?? []) {
    const candidate = path.slice(0, -extension.length) + swap;
    if (host.isFile(candidate)) return candidate;
  }
  if (host.isFile(path) && !path.endsWith('.d.ts')) return path;
  for (const candidate of sourceExtensions) {
    if (host.isFile(path + candidate)) return path + candidate;
  }
  if (host.isFile(`${path}.json`)) return `${path}.json`;
  if (!host.isDirectory(path)) return undefined;
  for (const candidate of sourceExtensions) {
    const index = join(path, `index${candidate}`);
    if (host.isFile(index)) return index;
  }
  return undefined;
}

/** A module of the project: with the suffixes of its configuration, in any of its root folders. */
function findModule(host: FileHost, path: string, config: CompilerConfig | undefined): string | undefined {
  const places = [path, ...(config === undefined ? [] : inOtherRoots(path, config.rootDirs))];
  const suffixes = config === undefined || config.moduleSuffixes.length === 0 ? [''] : config.moduleSuffixes;
  for (const place of places) {
    for (const suffix of suffixes) {
      const found = findFile(host, withSuffix(place, suffix));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The paths that a path in one of the root folders has in the others. */
function inOtherRoots(path: string, rootDirs: readonly string[]): string[] {
  const [home] = rootDirs
    .filter((root) => path.startsWith(`${root}/`))
    .sort((left, right) => right.length - left.length);
  if (home === undefined) return [];
  return rootDirs.filter((root) => root !== home).map((root) => root + path.slice(home.length));
}

function withSuffix(path: string, suffix: string): string {
  const extension = sourceExtensions.find((known) => path.endsWith(known)) ?? '';
  return path.slice(0, path.length - extension.length) + suffix + extension;
}

function resolveAlias(
  host: FileHost,
  specifier: string,
  config: CompilerConfig | undefined,
): string | undefined {
  if (config === undefined) return undefined;
  let best: { length: number; targets: readonly string[]; match: string } | undefined;
  for (const { pattern, targets } of config.paths) {
    const star = pattern.indexOf('*');
    if (star < 0) {
      if (pattern === specifier) best = { length: Infinity, targets, match: '' };
      continue;
    }
    const prefix = pattern.slice(0, star);
    const suffix = pattern.slice(star + 1);
    if (!specifier.startsWith(prefix) || !specifier.endsWith(suffix)) continue;
    if (best !== undefined && best.length >= prefix.length) continue;
    best = {
      length: prefix.length,
      targets,
      match: specifier.slice(prefix.length, specifier.length - suffix.length),
    };
  }
  for (const target of best?.targets ?? []) {
    const found = findModule(host, target.replaceAll('*', best?.match ?? ''), config);
    if (found !== undefined) return found;
  }
  return config.baseUrl === undefined ? undefined : findModule(host, join(config.baseUrl, specifier), config);
}

function resolveImportsField(
  context: Context,
  specifier: string,
  from: string,
  mode: 'import' | 'require',
): Resolution {
  const manifest = context.packages.above(from);
  const target = resolveExports(manifest?.json['imports'], specifier, conditionsFor(context, mode, from));
  // Such a name never stands for another of its kind.
  if (manifest === undefined || target === undefined || target.startsWith('#'))
    return missing(specifier, `cannot find '${specifier}'`);
  if (!target.startsWith('.')) return resolveSpecifier(context, target, from, mode);
  const found = findEntry(context.host, manifest, target);
  return found === undefined ? missing(specifier, `cannot find '${specifier}'`) : asFile(context, found);
}

function findPackage(context: Context, name: string, from: string): PackageManifest | undefined {
  for (let current = dirname(from); ; current = dirname(current)) {
    const directory = join(current, 'node_modules', name);
    if (context.host.isDirectory(directory) && belongs(context, name, from, current)) {
      return (
        context.packages.at(context.host.realPath(directory)) ?? { directory, name, version: '', json: {} }
      );
    }
    if (dirname(current) === current) break;
  }
  // A package may import itself by name.
  const own = context.packages.above(from);
  return own?.name === name && name !== '' ? own : undefined;
}

/**
 * A package that lies above the checked directory (`refrain check src`) is a dependency only if the manifest
 * that governs the file says so: what else is installed further up is another project's.
 */
function belongs(context: Context, name: string, from: string, holder: string): boolean {
  const { root } = context;
  if (root === undefined || `${holder}/`.startsWith(`${root}/`) || from.includes('/node_modules/'))
    return true;
  const manifest = context.packages.above(from);
  if (manifest === undefined) return false;
  const { json } = manifest;
  const fields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];
  return fields.some((field) => isRecord(json[field]) && Object.hasOwn(json[field], name));
}

function packageEntry(
  context: Context,
  manifest: PackageManifest,
  subpath: string,
  conditions: ReadonlySet<string>,
): string | undefined {
  const { json, directory } = manifest;
  const { host } = context;
  if (json['exports'] !== undefined) {
    const target = resolveExports(json['exports'], subpath, conditions);
    if (target !== undefined) return findEntry(host, manifest, target);
    return subpath === '.' ? legacyEntry(context, manifest, conditions) : undefined;
  }
  if (subpath !== '.') return findEntry(host, manifest, subpath) ?? findFile(host, join(directory, subpath));
  return legacyEntry(context, manifest, conditions);
}

function legacyEntry(
  { host, bundling }: Context,
  manifest: PackageManifest,
  conditions: ReadonlySet<string>,
): string | undefined {
  // Node's `require` knows `main` alone; bundlers take the same field for both.
  const fields = bundling === node && !conditions.has('import') ? ['main'] : bundling.mainFields;
  for (const field of fields) {
    const value = manifest.json[field];
    const found = typeof value === 'string' ? findEntry(host, manifest, value) : undefined;
    if (found !== undefined) return found;
  }
  return (
    findFile(host, join(manifest.directory, 'index')) ?? findFile(host, join(manifest.directory, 'src/index'))
  );
}

/**
 * The file behind an entry of a manifest. A package of the workspace is read from its sources: what is
 * built may be missing or old.
 */
function findEntry(host: FileHost, manifest: PackageManifest, target: string): string | undefined {
  const path = join(manifest.directory, target);
  if (!manifest.directory.includes('/node_modules/')) {
    const inside = relative(manifest.directory, path).replaceAll('\\', '/');
    const source = inside
      .replace(/^(dist|lib|build|out)\/(?:(?:esm|cjs|es|src)\/)?/, 'src/')
      .replace(/\.d\.([cm]?)ts$/, '.$1ts');
    if (source !== inside) {
      const found = findFile(host, join(manifest.directory, source));
      if (found !== undefined) return found;
    }
  }
  if (path.endsWith('.d.ts')) return undefined;
  return findFile(host, path);
}
