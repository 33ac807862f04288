import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExploreMessage, ExploreOptions } from './options.js';

/** Something that cannot be written down as source: a native function, an instance of a class. */
export class NoSource extends Error {}

/**
 * Options of an exploration as the text of an object literal that means the same in another file. Functions are
 * written as they are, so one that uses variables from around it does not mean the same: run it to find out.
 *
 * @throws NoSource
 */
export function sourceOfOptions<World>(options: ExploreOptions<World>, workflowsPath: string): string {
  const {
    runs: _runs,
    seed: _seed,
    exhaustive: _all,
    output: _output,
    schedule: _schedule,
    ...rest
  } = options;
  const { faults, signals, updates, queries } = options;
  return sourceOf({
    ...rest,
    workflowsPath,
    ...(faults?.deploy === undefined ? {} : { faults: { ...faults, deploy: absolutePath(faults.deploy) } }),
    ...(signals && { signals: signals.map(named) }),
    ...(updates && { updates: updates.map(named) }),
    ...(queries && { queries: queries.map((query) => (typeof query === 'string' ? query : query.name)) }),
  });
}

export function absolutePath(path: string | URL): string {
  return path instanceof URL || path.startsWith('file:') ? fileURLToPath(path) : resolve(path);
}

/** A definition is known by its name alone. */
function named({ name, ...rest }: ExploreMessage): ExploreMessage {
  return { ...rest, name: typeof name === 'string' ? name : name.name };
}

function sourceOf(value: unknown, indent = ''): string {
  switch (typeof value) {
    case 'function':
      return sourceOfFunction(value as Source);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      throw new NoSource(String(value));
    case 'object':
      return value === null ? 'null' : sourceOfObject(value, indent);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'string':
      return JSON.stringify(value);
    default:
      return String(value);
  }
}

function sourceOfObject(value: object, indent: string): string {
  const inner = `${indent}  `;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (Array.isArray(value)) return `[${value.map((item) => sourceOf(item, inner)).join(', ')}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new NoSource(value.constructor.name);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return '{}';
  const lines = members.map(([name, member]) => `${inner}${memberSource(name, member, inner)},\n`);
  return `{\n${lines.join('')}${indent}}`;
}

function memberSource(name: string, member: unknown, indent: string): string {
  const source = sourceOf(member, indent);
  // A method is written with its name.
  if (typeof member === 'function' && !isExpression(source)) return source;
  return `${/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name)}: ${source}`;
}

interface Source {
  toString(): string;
}

function sourceOfFunction(fn: Source): string {
  const source = Function.prototype.toString.call(fn);
  if (source.includes('[native code]')) throw new NoSource('a native function');
  if (!isExpression(source) && !isExpression(`{ ${source} }`)) throw new NoSource(source);
  return source;
}

function isExpression(source: string): boolean {
  try {
    readSource(source);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** The value that an expression's text has outside of any scope. */
export function readSource(source: string): unknown {
  return new Function(`return (${source}\n);`)();
}
