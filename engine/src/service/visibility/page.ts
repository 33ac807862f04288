import { invalidArgument } from '../errors.js';
import type { Comparable, VisibilityQuery } from './query.js';

/**
 * Where a page of a list ended: its last run, and what the query orders by of it. The next page begins behind it, so
 * that runs which come, go or change meanwhile neither repeat others nor hide them.
 */
export interface PagePosition {
  readonly run: number;
  readonly values: readonly (Comparable | null)[];
}

export function pageToken({ run, values }: PagePosition): string {
  return Buffer.from(JSON.stringify([run, ...values])).toString('base64url');
}

/** Throws an invalid-argument error when the token is not one of this query. */
export function pagePosition(token: string, query: VisibilityQuery): PagePosition {
  const [run, ...values] = parts(token);
  const isComparable = (value: unknown): value is Comparable | null =>
    value === null || typeof value === 'string' || typeof value === 'number';
  if (!Number.isSafeInteger(run) || values.length !== query.orderBy.length || !values.every(isComparable)) {
    throw invalidArgument('nextPageToken is not one that this call returned');
  }
  return { run: run as number, values };
}

function parts(token: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
