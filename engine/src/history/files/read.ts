import { gunzipSync } from 'node:zlib';
import { HistoryFormatError } from '../errors.js';
import type { HistoryEvent } from '../event.js';
import { historyFromJson } from '../validate.js';

/**
 * Reads a history from what a file holds: parsed JSON, JSON text, or bytes of JSON, of gzip or of the protobuf
 * message `temporal.api.history.v1.History`. Throws `HistoryFormatError`.
 */
export async function readHistory(content: unknown): Promise<readonly HistoryEvent[]> {
  return historyFromJson(await readHistoryJson(content));
}

/** The same as Temporal's JSON, not validated. */
export async function readHistoryJson(content: unknown): Promise<unknown> {
  if (typeof content === 'string') return parseJson(content);
  if (!(content instanceof Uint8Array)) return content;
  const bytes = unzipped(content);
  // What PowerShell's `>` writes.
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return parseJson(new TextDecoder('utf-16le').decode(bytes));
  if (looksLikeText(bytes)) {
    try {
      return parseJson(new TextDecoder('utf-8').decode(bytes));
    } catch (error) {
      if (bytes[0] !== EVENTS_TAG) throw error;
    }
  }
  const { historyFromBinary } = await import('./binary.js');
  return historyFromBinary(bytes);
}

/** What a protobuf History begins with, the tag of its first event; in text it is a line break. */
const EVENTS_TAG = 0x0a;

function unzipped(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return unzipped(gunzipSync(bytes));
  } catch (error) {
    throw new HistoryFormatError('RFN3024', '', `the file cannot be unzipped: ${(error as Error).message}`);
  }
}

/** JSON begins with a bracket, after white space or a byte order mark. */
function looksLikeText(bytes: Uint8Array): boolean {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length && (bytes[at] === 0x20 || (bytes[at]! >= 0x09 && bytes[at]! <= 0x0d))) at++;
  return bytes[at] === 0x7b || bytes[at] === 0x5b || bytes.length === 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as unknown;
  } catch (error) {
    throw new HistoryFormatError('RFN3024', '', `not a history in JSON: ${(error as Error).message}`);
  }
}
