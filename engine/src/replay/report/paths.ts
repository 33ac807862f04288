import { relative, sep } from 'node:path';

/** Relative to the folder where that is shorter than climbing out of it. */
export function shownPath(file: string, cwd = process.cwd()): string {
  const short = relative(cwd, file);
  return (short === '' || short.startsWith('..') ? file : short).replaceAll(sep, '/');
}
