import { recordedJson } from '../converter/payload.js';
import { textFromBase64, textToBase64 } from '../converter/base64.js';
import { ValueError } from '../failures/errors.js';
import type { Payload } from '../history/payload.js';

/** Search attributes: always JSON, never encoded by a custom converter. Semantics: Temporal's TypeScript SDK. */

export type SearchAttributeValue = string[] | number[] | boolean[] | Date[];
export type SearchAttributes = Record<
  string,
  SearchAttributeValue | Readonly<SearchAttributeValue> | undefined
>;

export const SearchAttributeType = {
  TEXT: 'TEXT',
  KEYWORD: 'KEYWORD',
  INT: 'INT',
  DOUBLE: 'DOUBLE',
  BOOL: 'BOOL',
  DATETIME: 'DATETIME',
  KEYWORD_LIST: 'KEYWORD_LIST',
} as const;
export type SearchAttributeType = (typeof SearchAttributeType)[keyof typeof SearchAttributeType];

interface ValueByType {
  TEXT: string;
  KEYWORD: string;
  INT: number;
  DOUBLE: number;
  BOOL: boolean;
  DATETIME: Date;
  KEYWORD_LIST: string[];
}

export interface SearchAttributeKey<T extends SearchAttributeType> {
  name: string;
  type: T;
}

export type SearchAttributePair = {
  [T in SearchAttributeType]: { key: SearchAttributeKey<T>; value: ValueByType[T] };
}[SearchAttributeType];

export type SearchAttributeUpdatePair = {
  [T in SearchAttributeType]: { key: SearchAttributeKey<T>; value: ValueByType[T] | null };
}[SearchAttributeType];

export function defineSearchAttributeKey<T extends SearchAttributeType>(
  name: string,
  type: T,
): SearchAttributeKey<T> {
  return { name, type };
}

/** The type as payload metadata spells it. */
const wireNames: Readonly<Record<SearchAttributeType, string>> = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
};

function typeFromWire(name: string): SearchAttributeType | undefined {
  const bare = name.replace(/^INDEXED_VALUE_TYPE_/, '');
  for (const type of Object.values(SearchAttributeType)) {
    if (type === bare || wireNames[type] === name) return type;
  }
  return undefined;
}

function isValid(type: SearchAttributeType, value: unknown): boolean {
  switch (type) {
    case 'TEXT':
    case 'KEYWORD':
      return typeof value === 'string';
    case 'INT':
      return Number.isInteger(value);
    case 'DOUBLE':
      return typeof value === 'number';
    case 'BOOL':
      return typeof value === 'boolean';
    case 'DATETIME':
      return value instanceof Date;
    case 'KEYWORD_LIST':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
  }
}

export class TypedSearchAttributes {
  #pairs = new Map<string, SearchAttributePair>();

  constructor(pairs: readonly SearchAttributePair[] = []) {
    for (const pair of pairs) {
      if (this.#pairs.has(pair.key.name)) throw new Error(`Duplicate search attribute key: ${pair.key.name}`);
      this.#pairs.set(pair.key.name, pair);
    }
  }

  get<T extends SearchAttributeType>(key: SearchAttributeKey<T>): ValueByType[T] | undefined {
    const value = this.#pairs.get(key.name)?.value;
    return isValid(key.type, value) ? (value as ValueByType[T]) : undefined;
  }

  getAll(): SearchAttributePair[] {
    return [...this.#pairs.values()].filter((pair) => isValid(pair.key.type, pair.value));
  }

  copy(): TypedSearchAttributes {
    return this.updateCopy([]);
  }

  updateCopy(updates: readonly SearchAttributeUpdatePair[]): TypedSearchAttributes {
    const copy = new TypedSearchAttributes();
    copy.#pairs = new Map(this.#pairs);
    for (const pair of updates) {
      if (pair.value !== null) copy.#pairs.set(pair.key.name, pair as SearchAttributePair);
      else if (copy.#pairs.get(pair.key.name)?.key.type === pair.key.type) copy.#pairs.delete(pair.key.name);
    }
    return copy;
  }

  toJSON(): SearchAttributePair[] {
    return this.getAll();
  }

  static getKeyFromUntyped(
    name: string,
    value: SearchAttributes[string],
  ): SearchAttributeKey<SearchAttributeType> | undefined {
    if (value === undefined || value === null) return undefined;
    const single: unknown = value.length === 1 ? value[0] : value;
    if (typeof single === 'boolean') return { name, type: 'BOOL' };
    if (typeof single === 'number') return { name, type: Number.isInteger(single) ? 'INT' : 'DOUBLE' };
    if (single instanceof Date) return { name, type: 'DATETIME' };
    if (typeof single === 'string') return { name, type: isNaN(Date.parse(single)) ? 'TEXT' : 'DATETIME' };
    return isValid('KEYWORD_LIST', single) ? { name, type: 'KEYWORD_LIST' } : undefined;
  }
}

/** @throws ValueError for a value that is not an array of one kind of string, number, boolean or Date. */
function encodeUntyped(name: string, values: unknown): Payload {
  if (values === undefined || values === null) return recordedJson('[]');
  if (!Array.isArray(values))
    throw new ValueError(`SearchAttribute value must be an array (attribute ${name})`);
  const kind = (value: unknown): string => (value instanceof Date ? 'Date' : typeof value);
  const first = values.length > 0 ? kind(values[0]) : 'string';
  if (!['string', 'number', 'boolean', 'Date'].includes(first) || values.some((v) => kind(v) !== first)) {
    throw new ValueError(
      `SearchAttribute ${name}: array values must all be strings, numbers, booleans or Dates, and all of one type`,
    );
  }
  return recordedJson(JSON.stringify(values));
}

function encodeTyped({ key, value }: SearchAttributeUpdatePair): Payload {
  if (value === null) return recordedJson('null');
  if (!isValid(key.type, value)) {
    throw new ValueError(
      `Invalid search attribute value ${String(value)} for ${key.name} of type ${key.type}`,
    );
  }
  const payload = recordedJson(JSON.stringify(value));
  return { ...payload, metadata: { ...payload.metadata, type: textToBase64(wireNames[key.type]) } };
}

/** Both spellings in one map; the typed ones win. */
export function encodeSearchAttributes(
  untyped: SearchAttributes | undefined,
  typed: TypedSearchAttributes | readonly SearchAttributeUpdatePair[] | undefined,
): Record<string, Payload> {
  const fields: Record<string, Payload> = {};
  for (const [name, values] of Object.entries(untyped ?? {})) fields[name] = encodeUntyped(name, values);
  const pairs = typed instanceof TypedSearchAttributes ? typed.getAll() : (typed ?? []);
  for (const pair of pairs) fields[pair.key.name] = encodeTyped(pair);
  return fields;
}

interface Decoded {
  readonly untyped: SearchAttributes;
  readonly typed: TypedSearchAttributes;
}

export function decodeSearchAttributes(fields: Readonly<Record<string, Payload>> | undefined): Decoded {
  const untyped: SearchAttributes = {};
  const pairs: SearchAttributePair[] = [];
  for (const [name, payload] of Object.entries(fields ?? {})) {
    const json: unknown = payload.data === undefined ? null : JSON.parse(textFromBase64(payload.data));
    const type =
      payload.metadata?.type === undefined ? undefined : typeFromWire(textFromBase64(payload.metadata.type));
    const values = (Array.isArray(json) ? json : [json]).map((value: unknown) =>
      type === 'DATETIME' ? new Date(value as string) : value,
    );
    if (json !== null && values.length > 0) untyped[name] = values as SearchAttributeValue;
    if (type === undefined || (type !== 'KEYWORD_LIST' && values.length > 1)) continue;
    const value = type === 'KEYWORD_LIST' ? values : values[0];
    if (isValid(type, value)) pairs.push({ key: { name, type }, value } as SearchAttributePair);
  }
  return { untyped, typed: new TypedSearchAttributes(pairs) };
}
