import type { DataConverter } from '../converter/load-converters.js';
import { loadConverters } from '../converter/load-converters.js';
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
  const converters = once(() => loadConverters(options));
  const codecs = options.payloadCodecs ?? [];
  const encode = async <T>(value: T) => (codecs.length > 0 ? encodePayloads(codecs, value) : value);
  const decode = async <T>(value: T) => (codecs.length > 0 ? decodePayloads(codecs, value) : value);
  return {
    async encodeArguments(args, of) {
      const { payloadConverter: converter } = await converters();
      return encode(args.map((arg, index) => toPayload(converter, arg, `${of}: argument ${index + 1}`)));
    },
    encodeMap: async (map) => encode(mapToRecorded((await converters()).payloadConverter, map)),
    plainMap: (map) => mapToRecorded(defaultPayloadConverter, map),
    async encodeFailure(error) {
      const { failureConverter, payloadConverter } = await converters();
      return encode(failureConverter.errorToFailure(ensureTemporalFailure(error), payloadConverter));
    },
    async decodeFirst(payloads) {
      if (!payloads?.length) return undefined;
      return arrayFromRecorded((await converters()).payloadConverter, await decode([payloads[0]!]))[0];
    },
    decodeMap: async (map) => mapFromRecorded((await converters()).payloadConverter, await decode(map ?? {})),
    readPlainMap: (map) => mapFromRecorded(defaultPayloadConverter, map),
    async decodeFailure(failure) {
      const { failureConverter, payloadConverter } = await converters();
      return failureConverter.failureToError(await decode(failure), payloadConverter);
    },
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

/** The converters are loaded when they are needed first: a client is made without waiting. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}
