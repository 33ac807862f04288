import { dirname, join, resolve } from 'node:path';
import { loadCompiler, tsc } from './compiler.js';
import { findBase } from './extends.js';
import type { FileHost } from './host.js';
import { isRecord, stringsOf } from './json.js';
import type { ProjectProblem } from './problems.js';

/** What of a tsconfig matters to us: where its aliases lead and where its output lies. */
export interface CompilerConfig {
  readonly path: string;
  readonly directory: string;
  readonly paths: readonly { readonly pattern: string; readonly targets: readonly string[] }[];
  readonly baseUrl: string | undefined;
  readonly outDir: string | undefined;
  readonly rootDir: string | undefined;
  /** Folders whose files import each other as if they lay in one. */
  readonly rootDirs: readonly string[];
  /** What may stand between the name of a module and its extension, in order of preference. */
  readonly moduleSuffixes: readonly string[];
  /** Conditions of `exports` and `imports` beside those of the language. */
  readonly customConditions: readonly string[];
}

export interface ConfigReader {
  /** The configuration that governs a directory: the nearest `tsconfig.json` or `jsconfig.json` above it. */
  readonly forDirectory: (directory: string) => CompilerConfig | undefined;
  readonly problems: readonly ProjectProblem[];
}

export function createConfigReader(host: FileHost): ConfigReader {
  const byDirectory = new Map<string, CompilerConfig | undefined>();
  const problems: ProjectProblem[] = [];
  const forDirectory = (directory: string): CompilerConfig | undefined => {
    if (byDirectory.has(directory)) return byDirectory.get(directory);
    let found: CompilerConfig | undefined;
    for (const name of ['tsconfig.json', 'jsconfig.json']) {
      const path = join(directory, name);
      if (found === undefined && host.isFile(path)) found = readConfig(host, path, problems);
    }
    const parent = dirname(directory);
    if (found === undefined && parent !== directory) found = forDirectory(parent);
    byDirectory.set(directory, found);
    return found;
  };
  return { forDirectory, problems };
}

function readConfig(host: FileHost, path: string, problems: ProjectProblem[]): CompilerConfig {
  const options: RawOptions = {};
  collect({ host, into: options, problems }, path, []);
  const directory = dirname(path);
  const pathsBase = options.pathsBase ?? directory;
  return {
    path,
    directory,
    paths: Object.entries(options.paths ?? {}).map(([pattern, targets]) => ({
      pattern,
      targets: (Array.isArray(targets) ? targets : []).map((target) =>
        resolve(options.baseUrl ?? pathsBase, String(target).replaceAll('${configDir}', directory)),
      ),
    })),
    baseUrl: options.baseUrl,
    outDir: options.outDir,
    rootDir: options.rootDir,
    rootDirs: options.rootDirs ?? [],
    moduleSuffixes: options.moduleSuffixes ?? [],
    customConditions: options.customConditions ?? [],
  };
}

interface RawOptions {
  paths?: Record<string, unknown>;
  pathsBase?: string;
  baseUrl?: string;
  outDir?: string;
  rootDir?: string;
  rootDirs?: string[];
  moduleSuffixes?: string[];
  customConditions?: string[];
}

interface Collection {
  readonly host: FileHost;
  readonly into: RawOptions;
  readonly problems: ProjectProblem[];
}

/** Reads a configuration over those that it extends; `below` are those that extend it. */
function collect(collection: Collection, path: string, below: readonly string[]): void {
  const { host, problems } = collection;
  const text = host.readText(path);
  if (text === undefined) return;
  loadCompiler();
  const parsed = tsc.parseConfigFileTextToJson(path, text);
  if (parsed.error !== undefined) {
    const message = tsc.flattenDiagnosticMessageText(parsed.error.messageText, ' ');
    problems.push({ path, at: parsed.error.start ?? 0, message });
  }
  const config: unknown = parsed.config;
  if (!isRecord(config)) return;
  const complain = (named: string, message: string): void => {
    problems.push({ path, at: Math.max(0, text.indexOf(JSON.stringify(named))), message });
  };
  const directory = dirname(path);
  const bases = config['extends'];
  for (const base of typeof bases === 'string' ? [bases] : stringsOf(bases)) {
    const found = findBase(host, directory, base);
    if (found === undefined) complain(base, `cannot find '${base}', which this configuration extends`);
    else if (found === path || below.includes(found))
      complain(base, `'${base}' extends this configuration in turn`);
    else collect(collection, found, [...below, path]);
  }
  // References are not followed: what a reference leads to is found by its imports.
  for (const reference of Array.isArray(config['references']) ? (config['references'] as unknown[]) : []) {
    const to = isRecord(reference) ? reference['path'] : undefined;
    if (typeof to !== 'string' || below.length > 0) continue;
    const target = resolve(directory, to);
    if (!host.isFile(target) && !host.isFile(join(target, 'tsconfig.json')))
      complain(to, `cannot find the project '${to}', which this configuration refers to`);
  }
  if (isRecord(config['compilerOptions'])) takeOptions(collection.into, config['compilerOptions'], directory);
}

function takeOptions(into: RawOptions, options: Readonly<Record<string, unknown>>, directory: string): void {
  const absolute = (path: string): string => resolve(directory, path.replaceAll('${configDir}', directory));
  if (isRecord(options['paths'])) {
    into.paths = options['paths'];
    into.pathsBase = directory;
  }
  for (const key of ['baseUrl', 'outDir', 'rootDir'] as const) {
    const value = options[key];
    if (typeof value === 'string') into[key] = absolute(value);
  }
  if (Array.isArray(options['rootDirs'])) into.rootDirs = stringsOf(options['rootDirs']).map(absolute);
  for (const key of ['moduleSuffixes', 'customConditions'] as const) {
    if (Array.isArray(options[key])) into[key] = stringsOf(options[key]);
  }
}
