/**
 * A value as it is recorded, in the form of Temporal's JSON: `data` and each metadata value are base64.
 * Histories, commands and stores hold payloads in this form only; workflow code and converters see bytes.
 */
export interface Payload {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly data?: string;
}
