/**
 * The constructs that programs are composed of: pieces of code in `constructs/*.txt`, each of which is an expression of a
 * function `(x) => number` and what has to be declared for it. In them
 *
 *     === name [async] [top] [needs=Object.groupBy]   async: it gives a promise; top: not inside a function;
 *                                                     needs: runs only where the language has it
 *     +++ $m.ts                                       what follows stands in a file of its own
 *     ---                                             what follows is the expression
 *     $name                                           a name that is new each time
 *     #1 #2                                           any other construct's function; `~1` one without a promise
 *     @@                                              a place where the clock is read
 *     @w{write|$t}                                    a write to the state that was made at `@state $t`, or to
 *                                                     the execution's own (`own`)
 */

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface ConstructFile {
  readonly name: string;
  readonly text: string;
}

export interface Construct {
  readonly name: string;
  readonly group: string;
  readonly async: boolean;
  readonly top: boolean;
  /** What of the language it needs. */
  readonly needs: string | undefined;
  readonly declarations: string;
  readonly files: readonly ConstructFile[];
  readonly expression: string;
  /** For each other construct that it takes: must it be one without a promise? */
  readonly children: readonly ('sync' | 'any')[];
}

export function loadConstructs(directory: string): Construct[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(directory, file), 'utf8');
      return text
        .split(/^=== /m)
        .slice(1)
        .flatMap((part) => parse(part, file.slice(0, -'.txt'.length)));
    });
}

function parse(part: string, group: string): Construct[] {
  const [heading = '', ...lines] = part.trimEnd().split('\n');
  const [name = '', ...flags] = heading.split(' ');
  const needs = flags.find((flag) => flag.startsWith('needs='))?.slice('needs='.length);
  if (needs !== undefined && !exists(needs)) return [];
  const [code = '', expression = ''] = lines.join('\n').split(/^---$/m);
  const [declarations = '', ...files] = code.split(/^\+\+\+ /m);
  const isAsync = flags.includes('async');
  const children: ('sync' | 'any')[] = [];
  for (const [, kind, index] of part.matchAll(/([#~])(\d)/g)) {
    children[Number(index) - 1] = kind === '~' || !isAsync ? 'sync' : 'any';
  }
  const parsed: Construct = {
    name,
    group,
    async: isAsync,
    top: flags.includes('top') || /^(?:import|export) /m.test(declarations),
    needs,
    declarations: declarations.trim(),
    files: files.map((file) => {
      const end = file.indexOf('\n');
      return { name: file.slice(0, end).trim(), text: file.slice(end).trim() };
    }),
    expression: expression.trim(),
    children: Array.from(children, (kind: 'sync' | 'any' | undefined) => kind ?? 'sync'),
  };
  return [parsed];
}

/** Does this version of Node know it? */
function exists(path: string): boolean {
  let value: unknown = globalThis;
  for (const name of path.split('.')) {
    if (value === undefined || value === null) return false;
    value = (value as Record<string, unknown>)[name];
  }
  return value !== undefined;
}
