/** The vocabulary in which profiles are written. */

import type { ArgumentPath, CallShape, CommandKind, Role, Shape, TypeName } from '../catalog/types.js';

export const at = (argument: ArgumentPath['argument'], ...path: readonly string[]): ArgumentPath =>
  path.length === 0 ? { argument } : { argument, path };

/** A method or function with a role. */
export function api(
  role: Role,
  returns: TypeName = 'undefined',
  rest: Omit<CallShape, 'role' | 'returns'> = {},
): Shape {
  return { call: { role, returns, ...rest } };
}

/** Asks the engine for something; functions among its arguments are not called here. */
export function command(
  kind: CommandKind,
  returns: TypeName = 'Promise<data>',
  id: readonly ArgumentPath[] = [],
): Shape {
  return api({ type: 'command', kind, ...(id.length > 0 && { id }) }, returns, { callbacks: 'ignored' });
}

/** Runs the callback at `callback` outside replay. */
export function step(
  callback: ArgumentPath,
  id: readonly ArgumentPath[],
  params: readonly TypeName[] = [],
  returns: TypeName = 'Promise<data>',
): Shape {
  return api({ type: 'safe-zone', ...(id.length > 0 && { id }) }, returns, {
    callbacks: [{ at: callback, mode: 'safe', params }],
  });
}

/** Functions without effect that are rows of names, by what they return. */
export function returning(rows: Readonly<Record<TypeName, string>>): Record<string, Shape> {
  const table: Record<string, Shape> = {};
  for (const [returns, names] of Object.entries(rows))
    for (const name of names.split(' ')) table[name] = { call: { returns } };
  return table;
}

/** Plain values, by their type. */
export function valued(rows: Readonly<Record<TypeName, string>>): Record<string, Shape> {
  const table: Record<string, Shape> = {};
  for (const [type, names] of Object.entries(rows))
    for (const name of names.split(' ')) table[name] = { type };
  return table;
}

/** Error classes of an SDK, with their factories. */
export function errorClasses(names: string): Record<string, Shape> {
  const shape: Shape = {
    construct: { returns: 'Error' },
    call: { returns: 'Error' },
    members: { '*': { call: { returns: 'Error' } }, prototype: { type: 'Error' } },
  };
  return Object.fromEntries(names.split(' ').map((name) => [name, shape]));
}

/** An object whose every method writes a log line. */
export const logger = {
  extends: 'Object',
  members: {
    '*': {
      type: 'Logger',
      call: { role: { type: 'log' } as const, returns: 'undefined', callbacks: 'ignored' as const },
    },
  },
};

/** A part of an SDK that workflow code does not use: what it gives is opaque, what it does is I/O. */
export const outside: Shape = {
  call: { effect: 'io', returns: 'data' },
  construct: { effect: 'io', returns: 'data' },
  type: 'data',
};

export const opaque: Shape = { type: 'data', call: { returns: 'data' }, construct: { returns: 'data' } };
