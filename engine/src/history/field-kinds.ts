import type { enumTable } from './schema/enums.js';
import type { messageTable } from './schema/messages.js';
import type { Payload } from './payload.js';

/**
 * The notation of the schema tables, and the TypeScript types that follow from them.
 *
 * A table maps a field's protobuf name to its kind:
 * `string` `bool` `bytes` (base64) `double` `json` (kept as it is);
 * `int` (any protobuf integer: a number here, a string for 64 bits in JSON);
 * `duration` and `timestamp`: milliseconds here, in a field whose name gains `Ms`;
 * `enum:Name`: the value's name without the enum's prefix (`START_TO_CLOSE`);
 * `Payload`, `Payloads` (here: an array of payloads), or the name of a row in `messageTable`;
 * with `[]` behind it a list, with `map:` before it a map by string, with `!` at the end a required field.
 */
export type FieldTable = Readonly<Record<string, string>>;

type Enums = typeof enumTable;
export type EnumName = keyof Enums;
export type EnumValue<N extends EnumName> = Extract<keyof Enums[N]['values'], string>;

type Messages = typeof messageTable;
export type MessageName = keyof Messages;
export type Message<N extends MessageName> = Fields<Messages[N]>;

interface Scalars {
  string: string;
  bool: boolean;
  bytes: string;
  double: number;
  int: number;
  duration: number;
  timestamp: number;
  json: unknown;
  Payload: Payload;
  Payloads: readonly Payload[];
}

type ValueOf<K> = K extends `map:${infer E}`
  ? Readonly<Record<string, ValueOf<E>>>
  : K extends `${infer E}[]`
    ? readonly ValueOf<E>[]
    : K extends `enum:${infer N extends EnumName}`
      ? EnumValue<N>
      : K extends keyof Scalars
        ? Scalars[K]
        : K extends MessageName
          ? Message<K>
          : never;

type Bare<K> = K extends `${infer B}!` ? B : K;
type IsTimed<K> = Bare<K> extends 'duration' | 'timestamp' ? true : false;
type NameOf<F, K> = F extends string ? (IsTimed<K> extends true ? `${F}Ms` : F) : never;
type RequiredKeys<T> = { [F in keyof T]: T[F] extends `${string}!` ? F : never }[keyof T];

/** The object type that a table describes. */
export type Fields<T> = {
  readonly [F in RequiredKeys<T> as NameOf<F, T[F]>]: ValueOf<Bare<T[F]>>;
} & {
  readonly [F in Exclude<keyof T, RequiredKeys<T>> as NameOf<F, T[F]>]?: ValueOf<T[F]> | undefined;
};
