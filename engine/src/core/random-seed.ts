/**
 * SipHash-1-3 with the zero key over the UTF-8 bytes of the text and one byte 0xff: Rust's hash of a string. This
 * is how sdk-core turns a run id into the seed of the run's random stream, and it must stay so for ever.
 */
export function randomnessSeed(runId: string): string {
  const text = Buffer.from(runId, 'utf8');
  const length = text.length + 1;
  // The last word holds the rest of the bytes and, in its top byte, their number.
  const bytes = Buffer.alloc(length - (length % 8) + 8);
  text.copy(bytes);
  bytes[text.length] = 0xff;
  bytes[bytes.length - 1] = length & 0xff;
  return sipHash13(bytes).toString();
}

/** Four 64-bit lanes as halves, low and high: BigInts would cost ten times as much. */
type Lanes = Int32Array;

function add(v: Lanes, to: number, from: number): void {
  const low = (v[to]! >>> 0) + (v[from]! >>> 0);
  v[to] = low;
  v[to + 1] = v[to + 1]! + v[from + 1]! + (low > 0xffffffff ? 1 : 0);
}

/** Rotates to the left by less than 32 bits, then takes the exclusive or with another lane. */
function rotateXor(v: Lanes, at: number, by: number, other: number): void {
  const [low, high] = [v[at]!, v[at + 1]!];
  v[at] = ((low << by) | (high >>> (32 - by))) ^ v[other]!;
  v[at + 1] = ((high << by) | (low >>> (32 - by))) ^ v[other + 1]!;
}

function swapHalves(v: Lanes, at: number): void {
  const low = v[at]!;
  v[at] = v[at + 1]!;
  v[at + 1] = low;
}

const [V0, V1, V2, V3] = [0, 2, 4, 6] as const;

function round(v: Lanes): void {
  add(v, V0, V1);
  rotateXor(v, V1, 13, V0);
  swapHalves(v, V0);
  add(v, V2, V3);
  rotateXor(v, V3, 16, V2);
  add(v, V0, V3);
  rotateXor(v, V3, 21, V0);
  add(v, V2, V1);
  rotateXor(v, V1, 17, V2);
  swapHalves(v, V2);
}

/** "somepseudorandomlygeneratedbytes", as the algorithm has it. */
const start = [
  0x70736575, 0x736f6d65, 0x6e646f6d, 0x646f7261, 0x6e657261, 0x6c796765, 0x79746573, 0x74656462,
];

function sipHash13(bytes: Buffer): bigint {
  const v = Int32Array.from(start);
  for (let at = 0; at < bytes.length; at += 8) {
    const [low, high] = [bytes.readInt32LE(at), bytes.readInt32LE(at + 4)];
    v[V3] = v[V3]! ^ low;
    v[V3 + 1] = v[V3 + 1]! ^ high;
    round(v);
    v[V0] = v[V0]! ^ low;
    v[V0 + 1] = v[V0 + 1]! ^ high;
  }
  v[V2] = v[V2]! ^ 0xff;
  for (let i = 0; i < 3; i++) round(v);
  const half = (at: 0 | 1) => BigInt((v[V0 + at]! ^ v[V1 + at]! ^ v[V2 + at]! ^ v[V3 + at]!) >>> 0);
  return (half(1) << 32n) | half(0);
}
