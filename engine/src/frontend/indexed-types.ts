import { searchAttributeTypes, type SearchAttributeType } from '../service/check-fields.js';
import { invalidArgument } from '../service/errors.js';

/** `KeywordList` ⇄ `KEYWORD_LIST`: the service's names of search attributes' types, and those of `IndexedValueType`. */
const wireNames = new Map(
  searchAttributeTypes.map((type) => [type, type.replace(/(?<=.)[A-Z]/g, '_$&').toUpperCase()]),
);
const ownNames = new Map([...wireNames].map(([own, wire]) => [wire, own]));

export function indexedTypes(
  attributes: Readonly<Record<string, SearchAttributeType>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(attributes).map(([name, type]) => [name, wireNames.get(type)!]));
}

/** Throws for a type that is unknown or unspecified. */
export function attributeTypes(
  attributes: Readonly<Record<string, unknown>>,
): Readonly<Record<string, SearchAttributeType>> {
  const entries = Object.entries(attributes).map(([name, type]) => {
    const own = ownNames.get(type as string);
    if (own) return [name, own] as const;
    throw invalidArgument(`searchAttributes: '${name}' has the unknown type ${String(type)}`);
  });
  return Object.fromEntries(entries);
}
