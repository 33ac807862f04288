import { createRequire } from 'node:module';
import { HistoryFormatError } from '../errors.js';

interface HistoryType {
  decode(bytes: Uint8Array): object;
  encode(message: object): { finish(): Uint8Array };
  fromObject(object: object): object;
  toObject(message: object, options: object): { events?: unknown[] };
}

/** Temporal's published messages; loaded only when a binary history is read or written. */
function historyType(): HistoryType {
  const require = createRequire(import.meta.url);
  const { temporal } = require('@temporalio/proto') as {
    temporal: { api: { history: { v1: { History: HistoryType } } } };
  };
  return temporal.api.history.v1.History;
}

/** Decodes `temporal.api.history.v1.History` into Temporal's JSON. Throws `HistoryFormatError`. */
export function historyFromBinary(bytes: Uint8Array): unknown {
  const type = historyType();
  try {
    const message = type.decode(bytes);
    return type.toObject(message, { longs: String, enums: String, bytes: String });
  } catch (error) {
    throw new HistoryFormatError(
      'RFN3024',
      '',
      `neither JSON nor a protobuf History: ${(error as Error).message}`,
    );
  }
}

/** Encodes Temporal's JSON (times as protobuf.js has them) as `temporal.api.history.v1.History`. */
export function historyToBinary(json: object): Uint8Array {
  const type = historyType();
  return type.encode(type.fromObject(json)).finish();
}
