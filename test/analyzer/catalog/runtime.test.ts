import { builtinModules, createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { catalogue } from '@refrain/analyzer/internal';

interface Table {
  readonly [name: string]: unknown;
}

const require = createRequire(import.meta.url);
const has = (table: object | undefined, name: string) =>
  table !== undefined && (Object.hasOwn(table, name) || Object.hasOwn(table, '*'));

/** What `vitest` itself adds, and the names that the analyzer resolves before it asks the catalogue. */
const NOT_CATALOGUED = new Set([
  'globalThis',
  'global',
  'GLOBAL',
  'root',
  '__vitest_index__',
  '__vitest_environment__',
]);
const isInternal = (name: string) =>
  name.startsWith('_') || name.startsWith('k') || name.includes('vitest') || name.includes('coverage');

const keyName = (key: string | symbol) => (typeof key === 'symbol' ? (key.description ?? '') : key);
const CLASS_NOISE = new Set([
  'prototype',
  'length',
  'name',
  'arguments',
  'caller',
  'Symbol.species',
  'Symbol.toStringTag',
  'constructor',
]);

function typeMember(type: string, name: string): boolean {
  const table = catalogue.types[type];
  if (table === undefined) return false;
  if (has(table.members, name)) return true;
  return table.extends !== undefined && typeMember(table.extends, name);
}

/** Node's private symbols (`kEnumerableProperty`, `nodejs.util.inspect.custom`) cannot be reached by name. */
const reachable = (key: string | symbol) =>
  typeof key === 'string' ||
  /^Symbol\.(iterator|asyncIterator|toPrimitive|hasInstance|match|matchAll|replace|search|split|dispose|asyncDispose)$/.test(
    keyName(key),
  );

function membersOf(value: unknown): string[] {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return [];
  return Reflect.ownKeys(value)
    .filter(reachable)
    .map(keyName)
    .filter((name) => !CLASS_NOISE.has(name) && !isInternal(name));
}

describe('the catalogue against this runtime', () => {
  const globals = Object.getOwnPropertyNames(globalThis).filter(
    (name) => !NOT_CATALOGUED.has(name) && !isInternal(name),
  );

  it('knows every global', () => {
    expect(globals.filter((name) => !has(catalogue.globals, name) && !builtinModules.includes(name))).toEqual(
      [],
    );
  });

  it('knows every static member of every global', () => {
    const unknown: string[] = [];
    for (const name of globals) {
      const shape = catalogue.globals[name];
      const value = (globalThis as unknown as Table)[name];
      if (shape === undefined || value === globalThis || builtinModules.includes(name) || name === 'require')
        continue;
      for (const member of membersOf(value)) {
        const known =
          has(shape.members, member) ||
          (shape.type !== undefined && typeMember(shape.type, member)) ||
          typeMember('Function', member);
        if (!known) unknown.push(`${name}.${member}`);
      }
    }
    expect(unknown).toEqual([]);
  });

  it('knows every member of every instance that a global class makes', () => {
    const unknown: string[] = [];
    for (const name of globals) {
      const value: unknown = (globalThis as unknown as Table)[name];
      const shape = catalogue.globals[name];
      const type = shape?.construct?.returns ?? shape?.call?.returns;
      if (typeof value !== 'function' || type === undefined || type === 'data') continue;
      const prototype = (value as { prototype?: object }).prototype ?? null;
      for (
        let proto: object | null = prototype;
        proto !== null && proto !== Object.prototype;
        proto = Object.getPrototypeOf(proto) as object | null
      ) {
        for (const member of membersOf(proto))
          if (!typeMember(type, member)) unknown.push(`${name}#${member} (${type})`);
      }
    }
    expect([...new Set(unknown)]).toEqual([]);
  });

  it('knows the members of Intl classes', () => {
    const unknown: string[] = [];
    for (const name of Object.getOwnPropertyNames(Intl)) {
      const value = (Intl as unknown as Table)[name] as { prototype?: object | undefined };
      if (!has(catalogue.globals['Intl']?.members, name)) unknown.push(name);
      if (value.prototype === undefined) continue;
      for (const member of membersOf(value.prototype))
        if (!typeMember(`Intl.${name}`, member)) unknown.push(`Intl.${name}#${member}`);
    }
    expect(unknown).toEqual([]);
  });

  it('knows every builtin module and every export of it', () => {
    const unknown: string[] = [];
    for (const name of builtinModules.filter((m) => !m.startsWith('_') && !m.includes('internal'))) {
      const path = name.replace(/^node:/, '');
      const table = catalogue.modules[path];
      if (table === undefined) {
        unknown.push(name);
        continue;
      }
      for (const member of membersOf(require(name)))
        if (!has(table.exports, member)) unknown.push(`${name}.${member}`);
    }
    expect(unknown).toEqual([]);
  });

  it('names only types that exist', () => {
    const builtIn = new Set(['undefined', 'null', 'receiver', 'argument:0', 'argument:1', 'any', 'vetted']);
    const missing = new Set<string>();
    const check = (type: string | undefined) => {
      const inner = type?.replace(/^Promise<(.*)>$/, '$1');
      if (inner !== undefined && !builtIn.has(inner) && catalogue.types[inner] === undefined)
        missing.add(inner);
    };
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node)) {
        if (
          (key === 'returns' || key === 'iterates' || key === 'awaits' || key === 'extends') &&
          typeof value === 'string'
        )
          check(value);
        else if (
          key === 'type' &&
          typeof value === 'string' &&
          !('argument' in node) &&
          !('of' in node) &&
          !('name' in node) &&
          !('atMost' in node) &&
          !('atLeast' in node)
        )
          check(value);
        else visit(value);
      }
    };
    visit(catalogue);
    expect([...missing]).toEqual([]);
  });
});
