import type { Enum } from 'protobufjs';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

/** How one kind of value stands on the wire, and what it is in the service's form. */
export interface ValueCodec {
  /** 0: a varint, 1: 8 bytes, 2: a length and bytes, 5: 4 bytes. */
  readonly wireType: number;
  read(reader: ByteReader, depth: number): unknown;
  write(writer: ByteWriter, value: unknown): void;
}

const varint = (read: (reader: ByteReader) => unknown, write?: ValueCodec['write']): ValueCodec => ({
  wireType: 0,
  read,
  write: write ?? ((writer, value) => writer.int64(Number(value))),
});

const sized = (
  wireType: number,
  read: (reader: ByteReader) => unknown,
  write: ValueCodec['write'],
): ValueCodec => ({ wireType, read, write });

const text = (encoding: 'utf8' | 'base64' | 'latin1'): ValueCodec => ({
  wireType: 2,
  read: (reader) => reader.text(encoding),
  write: (writer, value) => writer.text(String(value), encoding),
});

const zigzag: ValueCodec['write'] = (writer, value) => writer.sint64(Number(value));
const fixed32: ValueCodec['write'] = (writer, value) => writer.fixed32(Number(value));
const fixed64: ValueCodec['write'] = (writer, value) => writer.fixed64(Number(value));

/** The scalar types of protobuf, 64-bit integers as numbers. */
export const scalars: Readonly<Record<string, ValueCodec>> = {
  string: text('utf8'),
  bool: varint((reader) => reader.int64() !== 0),
  int32: varint((reader) => reader.int64() | 0),
  uint32: varint((reader) => reader.uint32()),
  int64: varint((reader) => reader.int64()),
  uint64: varint((reader) => reader.uint64()),
  sint32: varint((reader) => reader.sint64() | 0, zigzag),
  sint64: varint((reader) => reader.sint64(), zigzag),
  fixed32: sized(5, (reader) => reader.fixed32(), fixed32),
  sfixed32: sized(5, (reader) => reader.sfixed32(), fixed32),
  fixed64: sized(1, (reader) => reader.fixed64(), fixed64),
  sfixed64: sized(1, (reader) => reader.sfixed64(), fixed64),
  float: sized(
    5,
    (reader) => reader.float(),
    (writer, value) => writer.float(Number(value)),
  ),
  double: sized(
    1,
    (reader) => reader.double(),
    (writer, value) => writer.double(Number(value)),
  ),
};

export const base64 = text('base64');

/** Tokens (of tasks, pages, conflicts) are opaque strings: ASCII when they are our service's, else any bytes. */
export const opaqueText = text('latin1');

/** `TIMEOUT_TYPE_START_TO_CLOSE` ⇄ `START_TO_CLOSE`; a number that the enum does not know stays a number. */
export function enumCodec({ values, valuesById }: Enum): ValueCodec {
  const unspecified = Object.keys(values).find((name) => name.endsWith('UNSPECIFIED'));
  const prefix = unspecified?.slice(0, -'UNSPECIFIED'.length) ?? '';
  return varint(
    (reader) => {
      const number = reader.int64() | 0;
      return valuesById[number]?.slice(prefix.length) ?? number;
    },
    (writer, value) =>
      writer.int64(values[prefix + String(value)] ?? (typeof value === 'number' ? value : 0)),
  );
}

const secondsTag = 8;
const nanosTag = 16;

/** Timestamps and durations: milliseconds. */
export const time: ValueCodec = {
  wireType: 2,
  read: (reader, depth) => {
    const end = reader.end();
    let ms = 0;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === secondsTag) ms += reader.int64() * 1000;
      else if (tag === nanosTag) ms += (reader.int64() | 0) / 1e6;
      else reader.skip(tag & 7, depth);
    }
    return ms;
  },
  write: (writer, value) => {
    const seconds = Math.floor(Number(value) / 1000);
    const nanos = Math.round((Number(value) - seconds * 1000) * 1e6);
    const start = writer.begin();
    if (seconds !== 0) {
      writer.uint32(secondsTag);
      writer.int64(seconds);
    }
    if (nanos !== 0) {
      writer.uint32(nanosTag);
      writer.int64(nanos);
    }
    writer.end(start);
  },
};
