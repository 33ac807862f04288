import { inspect } from 'node:util';
import type { Payload } from '@refrain/engine/internal';

/** What a payload holds, where it is JSON in the clear; otherwise an `Opaque`. */
export function payloadValue(payload: Payload | undefined): unknown {
  if (!payload) return undefined;
  const encoding = fromBase64(payload.metadata?.['encoding'] ?? '').toString('utf8');
  const bytes = fromBase64(payload.data ?? '');
  if (encoding === 'binary/null') return undefined;
  if (encoding.startsWith('json/')) {
    try {
      return JSON.parse(bytes.toString('utf8')) as unknown;
    } catch {
      return new Opaque(encoding, bytes.length);
    }
  }
  return new Opaque(encoding || 'no encoding', bytes.length);
}

export function payloadValues(payloads: readonly Payload[] | undefined): unknown[] {
  return (payloads ?? []).map(payloadValue);
}

/** A payload that cannot be read here: encrypted, protobuf, binary. Prints as `<binary/plain, 12 bytes>`. */
export class Opaque {
  readonly encoding: string;
  readonly bytes: number;

  constructor(encoding: string, bytes: number) {
    this.encoding = encoding;
    this.bytes = bytes;
  }

  [inspect.custom](): string {
    return `<${this.encoding}, ${this.bytes} bytes>`;
  }
}

export function valueText(value: unknown): string {
  return inspect(value, { depth: 6, breakLength: Infinity, compact: true, sorted: true });
}

/** `'o-1', { amount: 1 }`: for the inside of parentheses. */
export function payloadsText(payloads: readonly Payload[] | undefined): string {
  return payloadValues(payloads).map(valueText).join(', ');
}

function fromBase64(text: string): Buffer {
  return Buffer.from(text, 'base64');
}
