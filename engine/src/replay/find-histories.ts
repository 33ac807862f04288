import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { InputError } from '../errors.js';
import type { HistorySource } from './replay-history.js';

const endings = ['.json', '.json.gz', '.bin', '.bin.gz', '.binpb', '.binpb.gz', '.pb', '.pb.gz'];

/**
 * The history files that paths name: files as they are, folders with everything below that ends like a history,
 * globs (`*`, `**`, `?`, `{a,b}`). Sorted within each path, without repetition; contents are read when they are
 * replayed. Throws `InputError` (RFN3025) for a path that does not exist and a glob that matches nothing.
 */
export async function findHistories(paths: readonly string[], cwd = process.cwd()): Promise<HistorySource[]> {
  const files = new Set<string>();
  for (const path of paths) for (const file of await filesOf(path, cwd)) files.add(file);
  return [...files].map((file) => ({ name: nameOf(file, cwd), history: () => readFileSync(file) }));
}

/** As short as it is unambiguous, with forward slashes on every system. */
function nameOf(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return (short.startsWith('..') ? file : short).replaceAll(sep, '/');
}

async function filesOf(path: string, cwd: string): Promise<string[]> {
  const absolute = resolve(cwd, path);
  const found = await stat(absolute).catch(() => undefined);
  if (found?.isFile()) return [absolute];
  if (found?.isDirectory()) {
    const files = (await walk(absolute)).filter((file) => endings.some((ending) => file.endsWith(ending)));
    if (files.length === 0) throw new InputError('RFN3025', `there is no history file in ${path}`);
    return files;
  }
  if (!/[*?{]/.test(path)) throw new InputError('RFN3025', `there is no file or folder ${path}`);
  const pattern = globPattern(absolute.replaceAll(sep, '/'));
  const base = absolute.slice(0, absolute.search(/[*?{]/));
  const folder = base.slice(0, base.lastIndexOf(sep)) || sep;
  const files = (await walk(folder).catch(() => [])).filter((file) =>
    pattern.test(file.replaceAll(sep, '/')),
  );
  if (files.length === 0) throw new InputError('RFN3025', `no file matches ${path}`);
  return files;
}

async function walk(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  const files: string[] = [];
  for (const entry of entries) {
    if (entry.name === 'node_modules' || entry.name === '.git') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await walk(path)));
    else files.push(path);
  }
  return files;
}

function globPattern(glob: string): RegExp {
  let source = '';
  let depth = 0;
  for (let at = 0; at < glob.length; at++) {
    const char = glob[at]!;
    if (char === '*' && glob[at + 1] === '*') {
      const slash = glob[at + 2] === '/';
      source += slash ? '(?:.*/)?' : '.*';
      at += slash ? 2 : 1;
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '{') [source, depth] = [`${source}(?:`, depth + 1];
    else if (char === '}' && depth > 0) [source, depth] = [`${source})`, depth - 1];
    else if (char === ',' && depth > 0) source += '|';
    else source += char.replace(/[.+^$()|[\]\\{}]/, '\\$&');
  }
  return new RegExp(`^${source}$`);
}
