import { isUtf8 } from 'node:buffer';

/** Reads protobuf's wire format. Throws a RangeError on bytes that end too early or are none of it. */
export class ByteReader {
  readonly #bytes: Buffer;
  position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** The number of a field and how its value stands on the wire. */
  tag(): number {
    const first = this.#bytes[this.position]!;
    if (first < 0x80) {
      this.position++;
      return first;
    }
    const tag = this.#varint();
    if (tag > 0xff_ff_ff_ffn) throw new RangeError(`invalid tag at offset ${this.position}`);
    return Number(tag);
  }

  /** An unsigned number of up to 32 bits, as lengths are. */
  uint32(): number {
    const bytes = this.#bytes;
    const first = bytes[this.position]!;
    if (first < 0x80) {
      this.position++;
      return first;
    }
    return Number(BigInt.asUintN(32, this.#varint()));
  }

  /** A number of 64 bits; beyond 2^53 the nearest that JavaScript has. */
  int64(): number {
    const first = this.#bytes[this.position]!;
    if (first < 0x80) {
      this.position++;
      return first;
    }
    const end = this.#varintEnd();
    if (end - this.position > 7) return Number(BigInt.asIntN(64, this.#varint()));
    let value = 0;
    let unit = 1;
    for (; this.position < end; unit *= 0x80) value += (this.#bytes[this.position++]! & 0x7f) * unit;
    return value;
  }

  uint64(): number {
    return Number(BigInt.asUintN(64, this.#varint()));
  }

  /** Zigzag: small numbers of either sign are short. */
  sint64(): number {
    const value = BigInt.asUintN(64, this.#varint());
    return Number((value >> 1n) ^ -(value & 1n));
  }

  fixed32(): number {
    return this.#bytes.readUInt32LE(this.#advance(4));
  }

  sfixed32(): number {
    return this.#bytes.readInt32LE(this.#advance(4));
  }

  fixed64(): number {
    return Number(this.#bytes.readBigUInt64LE(this.#advance(8)));
  }

  sfixed64(): number {
    return Number(this.#bytes.readBigInt64LE(this.#advance(8)));
  }

  float(): number {
    return this.#bytes.readFloatLE(this.#advance(4));
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#advance(8));
  }

  text(encoding: 'utf8' | 'base64' | 'latin1'): string {
    const length = this.uint32();
    const start = this.#advance(length);
    const text = this.#bytes.toString(encoding, start, start + length);
    // Node puts this character where bytes are no UTF-8.
    if (
      encoding === 'utf8' &&
      text.includes('\ufffd') &&
      !isUtf8(this.#bytes.subarray(start, start + length))
    )
      throw new RangeError('a text is not UTF-8');
    return text;
  }

  /** The bytes of a value with a length, without a copy. */
  slice(): Buffer {
    const length = this.uint32();
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Where the value with a length ends that begins here. */
  end(): number {
    const length = this.uint32();
    const end = this.position + length;
    if (end > this.#bytes.length) throw outOfRange();
    return end;
  }

  /** Leaves out the value after this tag. */
  skip(tag: number, depth: number): void {
    const wireType = tag & 7;
    if (tag >>> 3 === 0) throw new RangeError(`invalid field number 0 at offset ${this.position}`);
    if (wireType === 0) this.position = this.#varintEnd();
    else if (wireType === 1) this.#advance(8);
    else if (wireType === 2) this.#advance(this.uint32());
    else if (wireType === 3) this.#skipGroup(tag >>> 3, depth);
    else if (wireType === 5) this.#advance(4);
    else throw new RangeError(`invalid wire type ${wireType} at offset ${this.position}`);
  }

  #skipGroup(field: number, depth: number): void {
    if (depth > deepest) throw new RangeError('nested too deep');
    for (;;) {
      const tag = this.tag();
      if ((tag & 7) === 4 && tag >>> 3 === field) return;
      this.skip(tag, depth + 1);
    }
  }

  #advance(count: number): number {
    const start = this.position;
    if (start + count > this.#bytes.length) throw outOfRange();
    this.position = start + count;
    return start;
  }

  #varintEnd(): number {
    for (let at = this.position; at < this.position + longestVarint; at++) {
      if (at >= this.#bytes.length) throw outOfRange();
      if (this.#bytes[at]! < 0x80) return at + 1;
    }
    throw new RangeError('invalid varint encoding');
  }

  #varint(): bigint {
    const end = this.#varintEnd();
    let value = 0n;
    for (let at = end - 1; at >= this.position; at--) value = (value << 7n) | BigInt(this.#bytes[at]! & 0x7f);
    this.position = end;
    return value;
  }
}

/** Messages within messages; more are refused. */
export const deepest = 100;
const longestVarint = 10;

function outOfRange(): RangeError {
  return new RangeError('index out of range: the message ends too early');
}
