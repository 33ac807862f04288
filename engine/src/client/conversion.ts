import type { FailureConverter } from '../converter/failure-converter.js';
import { defaultFailureConverter } from '../converter/failure-converter.js';
import type { PayloadCodec } from '../converter/payload-codec.js';
import { decodePayloads, encodePayloads } from '../converter/payload-codec.js';
import type { PayloadConverter } from '../converter/payload-converter.js';
import {
  arrayFromRecorded,
  arrayToRecorded,
  defaultPayloadConverter,
  mapFromRecorded,
  mapToRecorded,
} from '../converter/payload-converter.js';
import { ValueError } from '../failures/errors.js';
import { ensureTemporalFailure } from '../failures/failures.js';
import type { Failure } from '../history/messages.js';
import type { Payload } from '../history/payload.js';

export interface DataConverter {
  readonly payloadConverter?: PayloadConverter;
  readonly failureConverter?: FailureConverter;
  /** Applied in order when encoding, in reverse when decoding. */
  readonly payloadCodecs?: readonly PayloadCodec[];
}

/** Values to payloads and back, with the codecs. */
export interface Conversion {
  /** Throws a `ValueError` that names the argument which cannot be serialised. */
  encodeArguments(args: readonly unknown[], of: string): Promise<Payload[]>;
  encodeMap(map: Readonly<Record<string, unknown>>): Promise<Record<string, Payload>>;
  /** Search attributes are read by the service: no codec. */
  plainMap(map: Readonly<Record<string, unknown>>): Record<string, Payload>;
  encodeFailure(error: unknown): Promise<Failure>;
  decodeFirst(payloads: readonly Payload[] | undefined): Promise<unknown>;
  decodeMap(map: Readonly<Record<string, Payload>> | undefined): Promise<Record<string, unknown>>;
  readPlainMap(map: Readonly<Record<string, Payload>> | undefined): Record<string, unknown>;
  decodeFailure(failure: Failure): Promise<Error>;
}

export function conversionOf(options: DataConverter = {}): Conversion {
  const converter = options.payloadConverter ?? defaultPayloadConverter;
  const failures = options.failureConverter ?? defaultFailureConverter;
  const codecs = options.payloadCodecs ?? [];
  const encode = async <T>(value: T) => (codecs.length > 0 ? encodePayloads(codecs, value) : value);
  const decode = async <T>(value: T) => (codecs.length > 0 ? decodePayloads(codecs, value) : value);
  return {
    async encodeArguments(args, of) {
      return encode(args.map((arg, index) => toPayload(converter, arg, `${of}: argument ${index + 1}`)));
    },
    encodeMap: async (map) => encode(mapToRecorded(converter, map)),
    plainMap: (map) => mapToRecorded(defaultPayloadConverter, map),
    encodeFailure: async (error) => encode(failures.errorToFailure(ensureTemporalFailure(error), converter)),
    async decodeFirst(payloads) {
      if (!payloads?.length) return undefined;
      return arrayFromRecorded(converter, await decode([payloads[0]!]))[0];
    },
    decodeMap: async (map) => mapFromRecorded(converter, await decode(map ?? {})),
    readPlainMap: (map) => mapFromRecorded(defaultPayloadConverter, map),
    decodeFailure: async (failure) => failures.failureToError(await decode(failure), converter),
  };
}

function toPayload(converter: PayloadConverter, value: unknown, what: string): Payload {
  try {
    return arrayToRecorded(converter, [value])[0]!;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ValueError(`${what} cannot be serialised: ${why}`, error);
  }
}
