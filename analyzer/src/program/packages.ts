import { dirname, join } from 'node:path';
import type { FileHost } from './host.js';
import { isRecord } from './json.js';

export interface PackageManifest {
  readonly directory: string;
  readonly name: string;
  readonly version: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface PackageReader {
  readonly at: (directory: string) => PackageManifest | undefined;
  /** The manifest that governs a file. */
  readonly above: (path: string) => PackageManifest | undefined;
  /** A package of the same workspace, by name, whether it is linked or not. */
  readonly workspace: (name: string, from: string) => PackageManifest | undefined;
}

export function createPackageReader(host: FileHost): PackageReader {
  const manifests = new Map<string, PackageManifest | undefined>();
  const workspaces = new Map<string, ReadonlyMap<string, PackageManifest>>();
  const at = (directory: string): PackageManifest | undefined => {
    if (manifests.has(directory)) return manifests.get(directory);
    const manifest = readManifest(host, directory);
    manifests.set(directory, manifest);
    return manifest;
  };
  const above = (path: string): PackageManifest | undefined => {
    for (let current = dirname(path); ; current = dirname(current)) {
      const manifest = at(current);
      if (manifest !== undefined) return manifest;
      if (dirname(current) === current) return undefined;
    }
  };
  const workspace = (name: string, from: string): PackageManifest | undefined => {
    for (let current = dirname(from); ; current = dirname(current)) {
      let members = workspaces.get(current);
      if (members === undefined) {
        members = readWorkspace(host, current, at);
        workspaces.set(current, members);
      }
      const found = members.get(name);
      if (found !== undefined) return found;
      if (dirname(current) === current) return undefined;
    }
  };
  return { at, above, workspace };
}

function readManifest(host: FileHost, directory: string): PackageManifest | undefined {
  const path = join(directory, 'package.json');
  if (!host.isFile(path)) return undefined;
  const text = host.readText(path);
  let json: unknown;
  try {
    json = JSON.parse(text ?? '');
  } catch {
    json = {};
  }
  if (!isRecord(json)) json = {};
  const record = json as Record<string, unknown>;
  const name = typeof record['name'] === 'string' ? record['name'] : '';
  const version = typeof record['version'] === 'string' ? record['version'] : '';
  return { directory, name, version, json: record };
}

function readWorkspace(
  host: FileHost,
  directory: string,
  at: (directory: string) => PackageManifest | undefined,
): Map<string, PackageManifest> {
  const members = new Map<string, PackageManifest>();
  for (const pattern of workspacePatterns(host, directory, at(directory))) {
    for (const match of expand(host, directory, pattern.split('/'), 0)) {
      const manifest = at(match);
      if (manifest !== undefined && manifest.name !== '' && !members.has(manifest.name)) {
        members.set(manifest.name, manifest);
      }
    }
  }
  return members;
}

function workspacePatterns(
  host: FileHost,
  directory: string,
  manifest: PackageManifest | undefined,
): string[] {
  const field = manifest?.json['workspaces'];
  const listed = isRecord(field) ? field['packages'] : field;
  if (Array.isArray(listed)) return listed.filter((item) => typeof item === 'string');
  const pnpm = join(directory, 'pnpm-workspace.yaml');
  if (!host.isFile(pnpm)) return [];
  const block = /^packages:[ \t]*\n((?:[ \t]*(?:-.*|#.*)?\n?)*)/m.exec(host.readText(pnpm) ?? '')?.[1] ?? '';
  return [...block.matchAll(/^[ \t]*-[ \t]*['"]?([^'"\n#]+?)['"]?[ \t]*$/gm)].map((match) => match[1]!);
}

function expand(host: FileHost, directory: string, parts: readonly string[], depth: number): string[] {
  if (depth > 8) return [];
  const [first, ...rest] = parts;
  if (first === undefined || first === '') return host.isDirectory(directory) ? [directory] : [];
  if (first === '.') return expand(host, directory, rest, depth + 1);
  if (!first.includes('*')) return expand(host, join(directory, first), rest, depth + 1);
  const children = host
    .entries(directory)
    .filter((entry) => entry.directory && entry.name !== 'node_modules');
  const pattern = new RegExp(`^${first.split('*').map(escapeRegExp).join('.*')}$`);
  const matches = children.filter((entry) => pattern.test(entry.name));
  const below = matches.flatMap((entry) => expand(host, join(directory, entry.name), rest, depth + 1));
  if (first !== '**') return below;
  return [
    ...below,
    ...children.flatMap((entry) => expand(host, join(directory, entry.name), parts, depth + 1)),
  ];
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Where `exports` (or `imports`) of a manifest leads for a subpath; undefined when it leads nowhere. */
export function resolveExports(
  field: unknown,
  subpath: string,
  conditions: ReadonlySet<string>,
): string | undefined {
  if (typeof field === 'string' || Array.isArray(field)) {
    return subpath === '.' ? pickTarget(field, conditions, '') : undefined;
  }
  if (!isRecord(field)) return undefined;
  const keys = Object.keys(field);
  const isMap = keys.some((key) => key.startsWith('.') || key.startsWith('#'));
  if (!isMap) return subpath === '.' ? pickTarget(field, conditions, '') : undefined;
  if (Object.hasOwn(field, subpath)) return pickTarget(field[subpath], conditions, '');
  let best: { key: string; match: string } | undefined;
  for (const key of keys) {
    const star = key.indexOf('*');
    const prefix = star >= 0 ? key.slice(0, star) : key.endsWith('/') ? key : undefined;
    if (prefix === undefined || !subpath.startsWith(prefix)) continue;
    const suffix = star >= 0 ? key.slice(star + 1) : '';
    if (!subpath.endsWith(suffix) || subpath.length < prefix.length + suffix.length) continue;
    if (best !== undefined && best.key.length >= key.length) continue;
    best = { key, match: subpath.slice(prefix.length, subpath.length - suffix.length) };
  }
  if (best === undefined) return undefined;
  const target = pickTarget(field[best.key], conditions, best.match);
  return target !== undefined && best.key.endsWith('/') && target.endsWith('/')
    ? target + best.match
    : target;
}

/** Conditions within conditions that are looked at. */
const maxDepth = 50;

function pickTarget(
  target: unknown,
  conditions: ReadonlySet<string>,
  match: string,
  depth = 0,
): string | undefined {
  if (depth > maxDepth) return undefined;
  if (typeof target === 'string') return target.replaceAll('*', match);
  if (Array.isArray(target)) {
    for (const item of target) {
      const picked = pickTarget(item, conditions, match, depth + 1);
      if (picked !== undefined) return picked;
    }
    return undefined;
  }
  if (!isRecord(target)) return undefined;
  for (const [condition, value] of Object.entries(target)) {
    if (condition !== 'default' && !conditions.has(condition)) continue;
    const picked = pickTarget(value, conditions, match, depth + 1);
    if (picked !== undefined) return picked;
  }
  return undefined;
}
