import type { Header } from '../history/messages.js';
import type { Payload } from '../history/payload.js';
import type { Headers } from './activation.js';

/** No header at all rather than an empty one: that is what histories hold. */
export function headerOf(headers: Headers): Header | undefined {
  for (const _name in headers) return { fields: headers };
  return undefined;
}

export function inputOf(payloads: readonly Payload[]): readonly Payload[] | undefined {
  return payloads.length > 0 ? payloads : undefined;
}

export function resultOf(payload: Payload | undefined): readonly Payload[] | undefined {
  return payload ? [payload] : undefined;
}
