import type { SearchAttributes } from '../history/messages.js';
import type { Payload } from '../history/payload.js';
import { invalidArgument } from './errors.js';
import { limits } from './limits.js';
import { isNullPayload } from './apply-event.js';

export const searchAttributeTypes = [
  'Text',
  'Keyword',
  'Int',
  'Double',
  'Bool',
  'Datetime',
  'KeywordList',
] as const;
export type SearchAttributeType = (typeof searchAttributeTypes)[number];
export type SearchAttributeTypes = ReadonlyMap<string, SearchAttributeType>;

/** Bytes that a base64 text stands for. */
export function payloadBytes(payload: Payload): number {
  return Math.floor(((payload.data?.length ?? 0) * 3) / 4);
}

export function payloadsBytes(payloads: readonly Payload[] | undefined): number {
  let bytes = 0;
  for (const payload of payloads ?? []) bytes += payloadBytes(payload);
  return bytes;
}

/** Throws when the payloads of one field are larger than a request may carry. */
export function checkPayloads(payloads: readonly Payload[] | undefined, field: string): void {
  const bytes = payloadsBytes(payloads);
  if (bytes > limits.payloadBytesError) {
    throw invalidArgument(`${field}: ${bytes} bytes are more than the limit of ${limits.payloadBytesError}`);
  }
}

/** Throws when an attribute is not registered, or its value is not of the registered type. */
export function checkSearchAttributes(
  attributes: SearchAttributes | undefined,
  types: SearchAttributeTypes,
): void {
  const fields = Object.entries(attributes?.indexedFields ?? {});
  if (fields.length > limits.searchAttributesCount) {
    throw invalidArgument(`searchAttributes: more than ${limits.searchAttributesCount}`);
  }
  for (const [name, payload] of fields) {
    const type = types.get(name);
    if (!type) {
      const known = [...types.keys()].join(', ') || 'none';
      throw invalidArgument(
        `searchAttributes: '${name}' is not registered; register it when the engine is opened, or by addSearchAttributes (registered: ${known})`,
      );
    }
    if (isNullPayload(payload)) continue;
    if (payloadBytes(payload) > limits.searchAttributeValueBytesError) {
      throw invalidArgument(
        `searchAttributes: '${name}' is larger than ${limits.searchAttributeValueBytesError} bytes`,
      );
    }
    if (searchAttributeValues(payload, type) === undefined) {
      throw invalidArgument(`searchAttributes: '${name}' is not a value of type ${type}`);
    }
  }
}

/** The comparable values of an attribute: numbers for numbers, times (ms) and booleans; `undefined` when it is not of the type. */
export function searchAttributeValues(
  payload: Payload,
  type: SearchAttributeType,
): readonly (string | number)[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload.data ?? '', 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
  const values = Array.isArray(value) ? value : [value];
  if (type !== 'KeywordList' && values.length !== 1) return undefined;
  const comparable = values.map((v) => comparableValue(v, type));
  return comparable.includes(undefined) ? undefined : (comparable as (string | number)[]);
}

export function comparableValue(value: unknown, type: SearchAttributeType): string | number | undefined {
  switch (type) {
    case 'Text':
      return typeof value === 'string' ? textWords(value).join('') : undefined;
    case 'Keyword':
    case 'KeywordList':
      return typeof value === 'string' ? value : undefined;
    case 'Int':
      return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
    case 'Double':
      return typeof value === 'number' ? value : undefined;
    case 'Bool':
      return typeof value === 'boolean' ? Number(value) : undefined;
    case 'Datetime': {
      const ms = typeof value === 'string' ? Date.parse(value) : NaN;
      return Number.isNaN(ms) ? undefined : ms;
    }
  }
}

/** The words of a text in lower case, each between spaces, by which it is searched. */
export function textWords(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []).map((word) => ` ${word} `);
}
