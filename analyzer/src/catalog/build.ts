/** The vocabulary in which the tables are written: rows of names, grouped by what they give back. */

import type { CallShape, Effect, EffectCase, EffectOutcome, Predicate, Shape, TypeName } from './types.js';

export type ShapeTable = Readonly<Record<string, Shape>>;

/** Types by rows of names: `{ string: 'trim slice', number: 'indexOf' }`. */
export type Rows = Readonly<Record<TypeName, string>>;

function eachName(rows: Rows, shapeOf: (type: TypeName) => Shape): ShapeTable {
  const table: Record<string, Shape> = {};
  for (const [type, names] of Object.entries(rows)) {
    const shape = shapeOf(type);
    for (const name of names.split(' ')) if (name !== '') table[name] = shape;
  }
  return table;
}

/** Functions without effect, by what they return. */
export function methods(rows: Rows): ShapeTable {
  return eachName(rows, (returns) => ({ call: { returns } }));
}

/** Functions with the same effect, by what they return. */
export function effects(effect: Effect, rows: Rows, advice?: string): ShapeTable {
  return eachName(rows, (returns) => ({
    call: { effect, returns },
    ...(advice === undefined ? {} : { advice }),
  }));
}

/** Values, by their type; reading them has no effect. */
export function values(rows: Rows): ShapeTable {
  return eachName(rows, (type) => ({ type }));
}

/** Values that the host decides: reading them has an effect. */
export function reads(effect: Effect, rows: Rows): ShapeTable {
  return eachName(rows, (type) => ({ read: effect, type }));
}

/** Objects of plain values that the host decides: looking into them has an effect. */
export function holding(effect: Effect, names: string): ShapeTable {
  return eachName({ data: names }, (type) => ({ holds: effect, type }));
}

/** Classes without effect: constructed and called give the type of the same name. */
export function classes(names: string): ShapeTable {
  const table: Record<string, Shape> = {};
  for (const name of names.split(' ')) table[name] = classOf(name);
  return table;
}

/** A class whose instances have the type `name`; `members` are its static members. */
export function classOf(name: TypeName, members: ShapeTable = {}, construct: CallShape = {}): Shape {
  return {
    construct: { returns: name, ...construct },
    members: { prototype: { type: name }, length: { type: 'number' }, name: { type: 'string' }, ...members },
  };
}

/** A namespace object with static members. */
export function namespaceOf(members: ShapeTable): Shape {
  return { members };
}

/** `effect` where the predicate holds, else deterministic. */
export function when(predicate: Predicate, effect: EffectOutcome): readonly EffectCase[] {
  return [{ when: predicate, effect }];
}

export const anyOf = (...of: readonly Predicate[]): Predicate => ({ type: 'any', of });
export const allOf = (...of: readonly Predicate[]): Predicate => ({ type: 'all', of });
export const missing = (argument: number): Predicate => ({ type: 'argument-missing', argument });
export const noLocale = (argument: number): Predicate => ({ type: 'locale-missing', argument });
export const atMost = (count: number): Predicate => ({ type: 'argument-count', atMost: count });
export const atLeast = (count: number): Predicate => ({ type: 'argument-count', atLeast: count });
export const lacksOption = (argument: number, ...options: readonly string[]): Predicate => ({
  type: 'option-missing',
  argument,
  options,
});
export const localTime = (argument: number): Predicate => ({ type: 'local-time-string', argument });
/** Also a plain day, which the language takes for one of UTC, but most packages do not. */
export const localDay = (argument: number): Predicate => ({
  type: 'local-time-string',
  argument,
  days: true,
});
export const hasOption = (argument: number, ...options: readonly string[]): Predicate => ({
  type: 'option-given',
  argument,
  options,
});
export const matches = (argument: number, pattern: string): Predicate => ({
  type: 'argument-matches',
  argument,
  pattern,
});
export const optionIs = (argument: number, option: string, value: string | boolean): Predicate => ({
  type: 'option-is',
  argument,
  option,
  value,
});
export const not = (of: Predicate): Predicate => ({ type: 'not', of });
