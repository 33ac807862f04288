import type { HistoryEvent } from '../event.js';

/** One difference of two histories. */
export interface HistoryDifference {
  /** Id of the event in the first and in the second history; absent where it has none. */
  readonly leftEventId?: number;
  readonly rightEventId?: number;
  readonly type: 'added' | 'removed' | 'changed';
  readonly eventType: string;
  /** For `changed`: the attribute, as a path. */
  readonly field?: string;
  readonly left?: unknown;
  readonly right?: unknown;
}

/** What differs from run to run though the workflow did the same. */
const incidental = new Set([
  'identity',
  'requestId',
  'taskId',
  'historySizeBytes',
  'workerVersion',
  'sdkMetadata',
  'meteringMetadata',
  'stackTrace',
  'binaryChecksum',
  'version',
  'links',
  'eventTimeMs',
  'eventId',
  'taskQueue',
]);

/**
 * Compares two histories event by event: aligned by their types (longest common subsequence within a window), then
 * attribute by attribute. Ids of runs, times, identities and the like are left out unless `everything` is set.
 */
export function diffHistories(
  left: readonly HistoryEvent[],
  right: readonly HistoryEvent[],
  { everything = false }: { everything?: boolean } = {},
): HistoryDifference[] {
  const differences: HistoryDifference[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const a = left[i];
    const b = right[j];
    if (a && b && a.type === b.type) {
      for (const change of changesOf(a.attributes, b.attributes, '', everything)) {
        differences.push({
          type: 'changed',
          eventType: a.type,
          leftEventId: a.eventId,
          rightEventId: b.eventId,
          ...change,
        });
      }
      i++;
      j++;
      continue;
    }
    const ahead = nextCommon(left, right, i, j);
    for (; i < ahead[0]; i++) {
      differences.push({ type: 'removed', eventType: left[i]!.type, leftEventId: left[i]!.eventId });
    }
    for (; j < ahead[1]; j++) {
      differences.push({ type: 'added', eventType: right[j]!.type, rightEventId: right[j]!.eventId });
    }
  }
  return differences;
}

const WINDOW = 200;

/** The nearest pair of positions from which three events in a row (or all that are left) agree in type. */
function nextCommon(
  left: readonly HistoryEvent[],
  right: readonly HistoryEvent[],
  i: number,
  j: number,
): [number, number] {
  for (let distance = 1; distance <= 2 * WINDOW; distance++) {
    for (let skipped = 0; skipped <= distance; skipped++) {
      const [at, other] = [i + skipped, j + distance - skipped];
      if (at > left.length || other > right.length) continue;
      if (agrees(left, right, at, other)) return [at, other];
    }
  }
  return [left.length, right.length];
}

function agrees(
  left: readonly HistoryEvent[],
  right: readonly HistoryEvent[],
  i: number,
  j: number,
): boolean {
  if (i >= left.length || j >= right.length) return i >= left.length && j >= right.length;
  for (let offset = 0; offset < 3; offset++) {
    const a = left[i + offset];
    const b = right[j + offset];
    if (!a || !b) return a === b;
    if (a.type !== b.type) return false;
  }
  return true;
}

interface Change {
  readonly field: string;
  readonly left?: unknown;
  readonly right?: unknown;
}

function* changesOf(left: unknown, right: unknown, path: string, everything: boolean): Generator<Change> {
  if (Object.is(left, right)) return;
  if (!isObject(left) || !isObject(right)) {
    yield { field: path, left, right };
    return;
  }
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (!everything && (incidental.has(name) || /([rR]unId|EventId|Time(Ms)?)$/.test(name))) continue;
    yield* changesOf(left[name], right[name], path ? `${path}.${name}` : name, everything);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
