import { apiRoot, decodeMessage, encodeMessage } from '@refrain/engine/internal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

// The types of the copy of protobuf.js that the engine has.
type Root = ReturnType<typeof apiRoot>;
type Type = ReturnType<Root['lookupType']>;
type Enum = ReturnType<Root['lookupEnum']>;
type Field = Type['fieldsArray'][number];

const service = apiRoot().lookupService('temporal.api.workflowservice.v1.WorkflowService');
const types = service.methodsArray.flatMap((method) => {
  method.resolve();
  return [method.resolvedRequestType!, method.resolvedResponseType!];
});

const whole = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.integer({ min: -200, max: 200 }));
const numbers: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: fc.string({ unit: 'grapheme', maxLength: 40 }),
  bool: fc.boolean(),
  double: fc.double({ noNaN: true }),
  float: fc.float({ noNaN: true }),
  int32: fc.integer(),
  sint32: fc.integer(),
  sfixed32: fc.integer(),
  uint32: fc.nat(),
  fixed32: fc.nat(),
  int64: whole,
  sint64: whole,
  sfixed64: whole,
  uint64: fc.maxSafeNat(),
  fixed64: fc.maxSafeNat(),
};
const bytes = fc.uint8Array({ maxLength: 200 });
const base64 = bytes.map((value) => Buffer.from(value).toString('base64'));
const latin1 = bytes.map((value) => Buffer.from(value).toString('latin1'));
const payload = fc.record({ metadata: fc.dictionary(fc.string(), base64, { maxKeys: 2 }), data: base64 });
/** Milliseconds as events have them: with fractions that a double holds. */
const time = fc.integer({ min: -(2 ** 40), max: 2 ** 41 }).map((quarters) => quarters / 4);

/** Values of a message in the service's form; deeper than `depth` only what has no messages in it. */
function messages(type: Type, depth: number): fc.Arbitrary<unknown> {
  switch (type.fullName) {
    case '.temporal.api.common.v1.Payload':
      return payload;
    case '.temporal.api.common.v1.Payloads':
      return fc.array(payload, { maxLength: 3 });
    case '.temporal.api.history.v1.HistoryEvent':
      return fc.record({
        eventId: whole,
        type: fc.constant('TimerFired'),
        attributes: fc.record({ timerId: fc.string() }),
      });
    case '.temporal.api.command.v1.Command':
      return fc.record({ type: fc.constant('CancelTimer'), attributes: fc.record({ timerId: fc.string() }) });
    case '.google.protobuf.Any':
      return fc.record({ type: fc.constant('temporal.api.common.v1.WorkflowType'), name: fc.string() });
  }
  const fields = type.fieldsArray.filter((field) => depth > 0 || !isMessage(field));
  const values = fields.map((field) => [ownName(field), fieldValues(field, depth)] as const);
  return fc.record(Object.fromEntries(values), { requiredKeys: [] });
}

function fieldValues(field: Field, depth: number): fc.Arbitrary<unknown> {
  const single = singleValues(field.resolve(), depth);
  if (field.map) {
    const isText = (field as unknown as { keyType: string }).keyType === 'string';
    return fc.dictionary(isText ? fc.string() : fc.nat().map(String), single, { minKeys: 1, maxKeys: 2 });
  }
  return field.repeated ? fc.array(single, { minLength: 1, maxLength: 3 }) : single;
}

function singleValues(field: Field, depth: number): fc.Arbitrary<unknown> {
  const { resolvedType: resolved } = field;
  if (resolved && 'values' in resolved) return fc.constantFrom(...enumNames(resolved));
  if (resolved) return isTime(field) ? time : messages(resolved, depth - 1);
  if (field.type === 'bytes') return field.name.endsWith('Token') ? latin1 : base64;
  return numbers[field.type]!;
}

function enumNames({ values, valuesById }: Enum): string[] {
  const prefix = /^(.*)UNSPECIFIED$/.exec(valuesById[0] ?? '')?.[1] ?? '';
  return Object.values(values).map((id) => valuesById[id]!.slice(prefix.length));
}

function isTime({ resolvedType }: Field): boolean {
  return /^\.google\.protobuf\.(Timestamp|Duration)$/.test(resolvedType?.fullName ?? '');
}

function isMessage(field: Field): boolean {
  const { resolvedType: resolved } = field.resolve();
  return resolved !== null && !('values' in resolved) && !isTime(field);
}

function ownName(field: Field): string {
  field.resolve();
  return isTime(field) && !field.map ? `${field.name}Ms` : field.name;
}

describe('the wire codec', () => {
  it('reads what it writes, and protobuf.js reads and writes the same', () => {
    const anyMessage = fc
      .constantFrom(...types)
      .chain((type) => messages(type, 3).map((value) => ({ type, value: value as object })));
    fc.assert(
      fc.property(anyMessage, ({ type, value }) => {
        const written = encodeMessage(type, value);
        expect(decodeMessage(type, written)).toEqual(value);
        // protobuf.js leaves zeros out: what it wrote is compared in the form in which it fills them in.
        const rewritten = Buffer.from(type.encode(type.decode(written)).finish());
        const again = encodeMessage(type, decodeMessage(type, rewritten));
        expect(plain(type, again)).toEqual(plain(type, written));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses, like protobuf.js, or reads any bytes, and never hangs', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 60 }), (type, raw) => {
        const data = Buffer.from(raw);
        const ours = outcome(() => decodeMessage(type, data));
        const theirs = outcome(() => type.decode(data));
        // Bytes of a type that nobody knows end the one in an `Any` only; protobuf.js does not look into it.
        if (theirs === 'refused') expect(ours).toBe('refused');
      }),
      { numRuns: 2_000 },
    );
  });
});

function plain(type: Type, bytes: Buffer): object {
  return type.toObject(type.decode(bytes), { defaults: true, longs: String, bytes: String });
}

function outcome(read: () => object): 'read' | 'refused' {
  try {
    read();
    return 'read';
  } catch {
    return 'refused';
  }
}
