import { mapToRecorded } from '../converter/payload-converter.js';
import { activatorFor, commandingActivator, maybeActivator } from '../runtime/activator.js';
import type { WorkflowInfo } from '../runtime/info.js';
import {
  encodeSearchAttributes,
  TypedSearchAttributes,
  type SearchAttributes,
  type SearchAttributeUpdatePair,
  type SearchAttributeValue,
} from '../runtime/search-attributes.js';

/** About the run, as of now: call it again rather than keep it. */
export function workflowInfo(): WorkflowInfo {
  return activatorFor('workflowInfo').info;
}

export function inWorkflowContext(): boolean {
  return maybeActivator() !== undefined;
}

/** Merges into the run's search attributes. Null (typed) or an empty array (untyped) removes one. */
export function upsertSearchAttributes(
  searchAttributes: SearchAttributes | SearchAttributeUpdatePair[],
): void {
  const activator = commandingActivator('upsertSearchAttributes');
  if (searchAttributes === undefined || searchAttributes === null) {
    throw new TypeError('searchAttributes must be a non-null SearchAttributes');
  }
  const isTyped = Array.isArray(searchAttributes);
  const pairs = isTyped ? searchAttributes : toPairs(activator.info, searchAttributes);
  const indexedFields = isTyped
    ? encodeSearchAttributes(undefined, searchAttributes)
    : encodeSearchAttributes(searchAttributes, undefined);
  activator.push({ type: 'upsertWorkflowSearchAttributes', searchAttributes: { indexedFields } });
  const untyped: SearchAttributes = { ...activator.info.searchAttributes };
  for (const { key, value } of pairs) {
    if (value === null) Reflect.deleteProperty(untyped, key.name);
    else untyped[key.name] = (Array.isArray(value) ? value : [value]) as SearchAttributeValue;
  }
  activator.info = {
    ...activator.info,
    searchAttributes: untyped,
    typedSearchAttributes: activator.info.typedSearchAttributes.updateCopy(pairs),
  };
}

/** Untyped attributes with the types that the run knows for them, or that their values suggest. */
function toPairs(info: WorkflowInfo, attributes: SearchAttributes): SearchAttributeUpdatePair[] {
  const pairs: SearchAttributeUpdatePair[] = [];
  const known = new Map(info.typedSearchAttributes.getAll().map(({ key }) => [key.name, key.type]));
  for (const [name, values] of Object.entries(attributes)) {
    if (values !== undefined && !Array.isArray(values)) {
      throw new TypeError(
        `Search attribute value must be an array or undefined, got ${String(values)} (${name})`,
      );
    }
    if (values === undefined || values.length === 0) {
      pairs.push({
        key: { name, type: known.get(name) ?? 'TEXT' },
        value: null,
      } as SearchAttributeUpdatePair);
      continue;
    }
    const key = TypedSearchAttributes.getKeyFromUntyped(name, values);
    if (key === undefined) continue;
    const type = key.type === 'TEXT' ? (known.get(name) ?? 'TEXT') : key.type;
    const single: unknown = values.length === 1 ? values[0] : values;
    const value = type === 'DATETIME' && typeof single === 'string' ? new Date(single) : single;
    pairs.push({ key: { name, type }, value } as SearchAttributeUpdatePair);
  }
  return pairs;
}

/** Merges into the run's memo, at the first level; null or undefined removes a key. */
export function upsertMemo(memo: Record<string, unknown>): void {
  const activator = commandingActivator('upsertMemo');
  if (memo === undefined || memo === null) throw new TypeError('memo must be a non-null Record');
  const fields = Object.fromEntries(Object.entries(memo).map(([key, value]) => [key, value ?? undefined]));
  activator.push({
    type: 'modifyWorkflowProperties',
    upsertedMemo: { fields: mapToRecorded(activator.payloadConverter, fields, activator.workflowContext()) },
  });
  const merged = { ...activator.info.memo, ...fields };
  activator.info = {
    ...activator.info,
    memo: Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)),
  };
}

export function getCurrentDetails(): string {
  return activatorFor('getCurrentDetails').currentDetails;
}

/** A text for people, shown by tools that look at the run. */
export function setCurrentDetails(details: string): void {
  commandingActivator('setCurrentDetails').currentDetails = details;
}
