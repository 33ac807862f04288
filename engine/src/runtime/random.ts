import { utf8Encode } from '../converter/base64.js';

export function fillWithRandom(random: () => number, bytes: Uint8Array): Uint8Array {
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(random() * 0x100);
  return bytes;
}

/** Draws four numbers, as Temporal's SDK does, so that ids agree for the same seed. */
export function uuid4FromRandom(random: () => number): string {
  const word = (): number => (random() * 0x100000000) >>> 0;
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  const a = word();
  const b = ((word() & 0xffff0fff) | 0x4000) >>> 0;
  const c = ((word() & 0x3fffffff) | 0x80000000) >>> 0;
  const d = word();
  return `${hex(a, 8)}-${hex(b >>> 16, 4)}-${hex(b & 0xffff, 4)}-${hex(c >>> 16, 4)}-${hex(c & 0xffff, 4)}${hex(d, 8)}`;
}

/** The 8 bytes, big-endian, of an unsigned 64-bit number in decimal: what `Long.toBytes()` gives Temporal's SDK. */
export function seedBytes(decimal: string): number[] {
  let rest = BigInt.asUintN(64, BigInt(decimal));
  const bytes: number[] = [];
  for (let i = 0; i < 8; i++) {
    bytes.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  }
  return bytes;
}

function u32(value: number): number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

/** The seed of a named stream: derived from the run's seed without drawing from the main stream. */
export function streamSeed(seed: readonly number[], name: string): number[] {
  const prefix = Array.from(utf8Encode('temporal-workflow-random-stream-v1'));
  const nameBytes = Array.from(utf8Encode(name));
  return [...prefix, ...u32(seed.length), ...seed, ...u32(nameBytes.length), ...nameBytes];
}
