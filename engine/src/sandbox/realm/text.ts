import { bytesFromBase64, bytesToBase64, utf8Decode, utf8Encode } from '../../converter/base64.js';

/** `TextEncoder`, `TextDecoder`, `atob` and `btoa` of the realm: none of their objects belongs to the host. */

export class TextEncoder {
  readonly encoding = 'utf-8';

  encode(text = ''): Uint8Array {
    return utf8Encode(String(text));
  }

  encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    for (const character of text) {
      const bytes = utf8Encode(character);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
}

const utf8Labels = new Set([
  'utf-8',
  'utf8',
  'unicode-1-1-utf-8',
  'unicode11utf8',
  'unicode20utf8',
  'x-unicode20utf8',
]);

interface DecoderOptions {
  fatal?: boolean;
  ignoreBOM?: boolean;
}

export class TextDecoder {
  readonly encoding = 'utf-8';
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  /** The bytes of a character that a chunk ended in. */
  #rest = new Uint8Array();
  #isStarted = false;

  constructor(label = 'utf-8', options: DecoderOptions = {}) {
    if (!utf8Labels.has(String(label).trim().toLowerCase())) {
      throw new RangeError(`The "${label}" encoding is not supported in workflow code; only utf-8 is`);
    }
    this.fatal = Boolean(options.fatal);
    this.ignoreBOM = Boolean(options.ignoreBOM);
  }

  decode(input?: ArrayBuffer | ArrayBufferView, options: { stream?: boolean } = {}): string {
    const chunk = toBytes(input);
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const end = options.stream ? completeLength(bytes) : bytes.length;
    this.#rest = bytes.slice(end);
    let text = utf8Decode(bytes.subarray(0, end));
    if (this.fatal && text.includes('\ufffd') && !sameBytes(utf8Encode(text), bytes.subarray(0, end))) {
      throw new TypeError('The encoded data was not valid for encoding utf-8');
    }
    if (!this.#isStarted && !this.ignoreBOM && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    this.#isStarted = options.stream ? this.#isStarted || text.length > 0 : false;
    return text;
  }
}

function toBytes(input: ArrayBuffer | ArrayBufferView | undefined): Uint8Array {
  if (input === undefined) return new Uint8Array();
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  return new Uint8Array(input);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Up to where the bytes hold whole characters. */
function completeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function invalidCharacter(): Error {
  const error = new Error('The string to be encoded contains characters outside of the Latin1 range.');
  error.name = 'InvalidCharacterError';
  return error;
}

export function btoa(text: unknown): string {
  const binary = String(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) {
    const code = binary.charCodeAt(i);
    if (code > 255) throw invalidCharacter();
    bytes[i] = code;
  }
  return bytesToBase64(bytes);
}

export function atob(text: unknown): string {
  const base64 = String(text)
    .replace(/[\t\n\f\r ]/g, '')
    .replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(base64) || base64.length % 4 === 1) throw invalidCharacter();
  let binary = '';
  for (const byte of bytesFromBase64(base64)) binary += String.fromCharCode(byte);
  return binary;
}
