import { dirname, isAbsolute, join, resolve } from 'node:path';
import { loadCompiler, tsc } from './compiler.js';
import type { FileHost } from './host.js';

/** What of a tsconfig matters to us: where its aliases lead and where its output lies. */
export interface CompilerConfig {
  readonly path: string;
  readonly directory: string;
  readonly paths: readonly { readonly pattern: string; readonly targets: readonly string[] }[];
  readonly baseUrl: string | undefined;
  readonly outDir: string | undefined;
  readonly rootDir: string | undefined;
}

export interface ConfigProblem {
  readonly path: string;
  readonly message: string;
}

export interface ConfigReader {
  /** The configuration that governs a directory: the nearest `tsconfig.json` or `jsconfig.json` above it. */
  readonly forDirectory: (directory: string) => CompilerConfig | undefined;
  readonly problems: readonly ConfigProblem[];
}

export function createConfigReader(host: FileHost): ConfigReader {
  const byDirectory = new Map<string, CompilerConfig | undefined>();
  const problems: ConfigProblem[] = [];
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

function readConfig(host: FileHost, path: string, problems: ConfigProblem[]): CompilerConfig {
  const options: RawOptions = {};
  collect(host, path, options, problems, new Set());
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
  };
}

interface RawOptions {
  paths?: Record<string, unknown>;
  pathsBase?: string;
  baseUrl?: string;
  outDir?: string;
  rootDir?: string;
}

/** Reads a configuration over those that it extends. */
function collect(
  host: FileHost,
  path: string,
  into: RawOptions,
  problems: ConfigProblem[],
  seen: Set<string>,
): void {
  if (seen.has(path)) return;
  seen.add(path);
  const text = host.readText(path);
  if (text === undefined) return;
  loadCompiler();
  const parsed = tsc.parseConfigFileTextToJson(path, text);
  if (parsed.error !== undefined) {
    problems.push({ path, message: tsc.flattenDiagnosticMessageText(parsed.error.messageText, ' ') });
  }
  const config: unknown = parsed.config;
  if (!isRecord(config)) return;
  const directory = dirname(path);
  const bases = Array.isArray(config['extends']) ? config['extends'] : [config['extends']];
  for (const base of bases) {
    const found = typeof base === 'string' ? findBase(host, directory, base) : undefined;
    if (found !== undefined) collect(host, found, into, problems, seen);
  }
  const options = config['compilerOptions'];
  if (!isRecord(options)) return;
  if (isRecord(options['paths'])) {
    into.paths = options['paths'];
    into.pathsBase = directory;
  }
  for (const key of ['baseUrl', 'outDir', 'rootDir'] as const) {
    const value = options[key];
    if (typeof value === 'string')
      into[key] = resolve(directory, value.replaceAll('${configDir}', directory));
  }
}

function findBase(host: FileHost, directory: string, base: string): string | undefined {
  const candidates = (from: string): string[] => [from, `${from}.json`, join(from, 'tsconfig.json')];
  if (base.startsWith('.') || isAbsolute(base)) {
    return candidates(resolve(directory, base)).find((path) => host.isFile(path));
  }
  for (let current = directory; ; current = dirname(current)) {
    const found = candidates(join(current, 'node_modules', base)).find((path) => host.isFile(path));
    if (found !== undefined) return found;
    if (dirname(current) === current) return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
