/**
 * SipHash-1-3 with the zero key over the UTF-8 bytes of the text and one byte 0xff: Rust's hash of a string. This
 * is how sdk-core turns a run id into the seed of the run's random stream, and it must stay so for ever.
 */
export function randomnessSeed(runId: string): string {
  const text = Buffer.from(runId, 'utf8');
  const bytes = Buffer.alloc(text.length + 1);
  text.copy(bytes);
  bytes[text.length] = 0xff;
  return sipHash13(bytes).toString();
}

const MASK = (1n << 64n) - 1n;

function rotate(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & MASK;
}

type Lanes = [bigint, bigint, bigint, bigint];

function round(v: Lanes): void {
  v[0] = (v[0] + v[1]) & MASK;
  v[1] = rotate(v[1], 13n) ^ v[0];
  v[0] = rotate(v[0], 32n);
  v[2] = (v[2] + v[3]) & MASK;
  v[3] = rotate(v[3], 16n) ^ v[2];
  v[0] = (v[0] + v[3]) & MASK;
  v[3] = rotate(v[3], 21n) ^ v[0];
  v[2] = (v[2] + v[1]) & MASK;
  v[1] = rotate(v[1], 17n) ^ v[2];
  v[2] = rotate(v[2], 32n);
}

function sipHash13(bytes: Buffer): bigint {
  const v: Lanes = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n];
  const whole = bytes.length - (bytes.length % 8);
  for (let at = 0; at < whole; at += 8) {
    const word = bytes.readBigUInt64LE(at);
    v[3] ^= word;
    round(v);
    v[0] ^= word;
  }
  let last = BigInt(bytes.length & 0xff) << 56n;
  for (let at = whole; at < bytes.length; at++) last |= BigInt(bytes[at]!) << (8n * BigInt(at - whole));
  v[3] ^= last;
  round(v);
  v[0] ^= last;
  v[2] ^= 0xffn;
  round(v);
  round(v);
  round(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}
