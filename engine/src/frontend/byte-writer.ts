/** Writes protobuf's wire format. Grows as needed; one is kept and used for message after message. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(startBytes);
  #position = 0;

  /** A copy of what was written; the writer begins anew. */
  finish(): Buffer {
    const message = Buffer.from(this.#bytes.subarray(0, this.#position));
    this.reset();
    return message;
  }

  /** Forgets what was written, and lets go of the room that a large message took. */
  reset(): void {
    this.#position = 0;
    if (this.#bytes.length > keptBytes) this.#bytes = Buffer.allocUnsafe(startBytes);
  }

  /** An unsigned number of up to 32 bits. */
  uint32(value: number): void {
    this.#reserve(longestVarint);
    let left = value >>> 0;
    for (; left > 0x7f; left >>>= 7) this.#bytes[this.#position++] = (left & 0x7f) | 0x80;
    this.#bytes[this.#position++] = left;
  }

  /** A whole number of up to 64 bits, negative ones as two's complement. */
  int64(value: number): void {
    const whole = Math.trunc(value);
    if (!(whole >= 0 && whole <= Number.MAX_SAFE_INTEGER))
      return this.#varint(BigInt.asUintN(64, BigInt(whole)));
    this.#reserve(longestVarint);
    let left = whole;
    for (; left > 0x7f; left = Math.floor(left / 0x80)) this.#bytes[this.#position++] = (left % 0x80) | 0x80;
    this.#bytes[this.#position++] = left;
  }

  sint64(value: number): void {
    const whole = BigInt(Math.trunc(value));
    this.#varint(BigInt.asUintN(64, (whole << 1n) ^ (whole >> 63n)));
  }

  fixed32(value: number): void {
    this.#reserve(4);
    this.#position = this.#bytes.writeInt32LE(value | 0, this.#position);
  }

  fixed64(value: number): void {
    this.#reserve(8);
    const bits = BigInt.asIntN(64, BigInt(Math.trunc(value)));
    this.#position = this.#bytes.writeBigInt64LE(bits, this.#position);
  }

  float(value: number): void {
    this.#reserve(4);
    this.#position = this.#bytes.writeFloatLE(value, this.#position);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#position = this.#bytes.writeDoubleLE(value, this.#position);
  }

  text(value: string, encoding: 'utf8' | 'base64' | 'latin1'): void {
    const most = encoding === 'utf8' ? value.length * 3 : value.length;
    const start = this.begin(most);
    this.#position += this.#bytes.write(value, this.#position, encoding);
    this.end(start);
  }

  /** Begins a value with a length, which `end` fills in. `most`: room for that many bytes is made at once. */
  begin(most = 0): number {
    this.#reserve(most + longestVarint);
    // Most values have less than 128 bytes, and their length one.
    return this.#position++;
  }

  end(start: number): void {
    const length = this.#position - start - 1;
    if (length > 0x7f) {
      this.#reserve(longestVarint);
      const width = length < 2 ** 14 ? 2 : length < 2 ** 21 ? 3 : length < 2 ** 28 ? 4 : 5;
      this.#bytes.copyWithin(start + width, start + 1, this.#position);
      this.#position = start;
      this.uint32(length);
      this.#position += length;
    } else this.#bytes[start] = length;
  }

  #varint(value: bigint): void {
    this.#reserve(longestVarint);
    let left = value;
    for (; left > 0x7fn; left >>= 7n) this.#bytes[this.#position++] = Number(left & 0x7fn) | 0x80;
    this.#bytes[this.#position++] = Number(left);
  }

  #reserve(count: number): void {
    if (this.#position + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#position + count));
    this.#bytes.copy(larger, 0, 0, this.#position);
    this.#bytes = larger;
  }
}

const startBytes = 4 * 1024;
const keptBytes = 256 * 1024;
const longestVarint = 10;
