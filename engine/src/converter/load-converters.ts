import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError } from '../errors.js';
import type { Failure } from '../history/messages.js';
import { createProtoForm } from '../history/proto-form.js';
import type { FailureConverter } from './failure-converter.js';
import { DefaultFailureConverter, defaultFailureConverter } from './failure-converter.js';
import type { PayloadCodec } from './payload-codec.js';
import type { PayloadConverter } from './payload-converter.js';
import { defaultPayloadConverter } from './payload-converter.js';

/** Converters, or the modules that export them, and codecs. Names as in `@temporalio/common`. */
export interface DataConverter {
  /** A module that exports `payloadConverter`: workflow code needs its own copy of it. */
  readonly payloadConverterPath?: string;
  /** A module that exports `failureConverter`, as `failureConverter` below. */
  readonly failureConverterPath?: string;
  readonly payloadConverter?: PayloadConverter;
  /** Derived from `DefaultFailureConverter` of `@refrain/engine/workflow`; any other is taken for one of `@temporalio/common`. */
  readonly failureConverter?: FailureConverter;
  /** Applied in order when encoding, in reverse when decoding. */
  readonly payloadCodecs?: readonly PayloadCodec[];
}

export interface Converters {
  readonly payloadConverter: PayloadConverter;
  readonly failureConverter: FailureConverter;
}

/** Throws `InputError` that names the option when its module does not export the converter. */
export async function loadConverters(sources: DataConverter): Promise<Converters> {
  const { payloadConverterPath, failureConverterPath } = sources;
  const payload = payloadConverterPath && (await exportOf(payloadConverterPath, 'payloadConverter'));
  const failure = failureConverterPath && (await exportOf(failureConverterPath, 'failureConverter'));
  return {
    payloadConverter: (payload || sources.payloadConverter) ?? defaultPayloadConverter,
    failureConverter: ownForm((failure || sources.failureConverter) ?? defaultFailureConverter),
  };
}

/** Temporal's converters handle failures as protobuf objects, ours in the form of history. */
function ownForm(converter: FailureConverter): FailureConverter {
  if (converter instanceof DefaultFailureConverter) return converter;
  const form = createProtoForm((ms) => ({ seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 }));
  return {
    errorToFailure: (error, payloads) =>
      form.from('Failure', converter.errorToFailure(error, payloads)) as Failure,
    failureToError: (failure, payloads) =>
      converter.failureToError(form.to('Failure', failure) as Failure, payloads),
  };
}

const methods = {
  payloadConverter: ['toPayload', 'fromPayload'],
  failureConverter: ['errorToFailure', 'failureToError'],
} as const;

async function exportOf<N extends keyof Converters>(path: string, name: N): Promise<Converters[N]> {
  const url = isAbsolute(path) ? pathToFileURL(path).href : path;
  const loaded = import(url) as Promise<{ default?: Partial<Converters> } & Partial<Converters>>;
  const module = await loaded.catch((cause: unknown) => {
    throw new InputError(
      'RFN2021',
      `Option \`dataConverter.${name}Path\`: ${path} cannot be loaded: ${String(cause)}`,
      {
        cause,
      },
    );
  });
  // A CommonJS module's exports that Node does not see as names are those of its default.
  const exported = module[name] ?? module.default?.[name];
  const has = (method: string) =>
    typeof (exported as Record<string, unknown> | undefined)?.[method] === 'function';
  if (!exported || !methods[name].every(has)) {
    const message = `Option \`dataConverter.${name}Path\`: expected a module that exports \`${name}\` with the methods ${methods[name].join(' and ')}, found ${path}`;
    throw new InputError('RFN2021', message);
  }
  return exported;
}
