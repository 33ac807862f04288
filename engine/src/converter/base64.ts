/**
 * Base64 and UTF-8. Owns the choice of implementation: Node's `Buffer` on the host; in the sandbox, where there
 * is no `Buffer`, functions that exchange only strings with the host.
 */
export interface TextCodec {
  /** Base64 of the text's UTF-8 bytes. */
  readonly textToBase64: (text: string) => string;
  readonly textFromBase64: (base64: string) => string;
  /** One character (0–255) for each byte. */
  readonly binaryToBase64: (binary: string) => string;
  readonly binaryFromBase64: (base64: string) => string;
}

const hostCodec: TextCodec = {
  textToBase64: (text) => Buffer.from(text, 'utf8').toString('base64'),
  textFromBase64: (base64) => Buffer.from(base64, 'base64').toString('utf8'),
  binaryToBase64: (binary) => Buffer.from(binary, 'latin1').toString('base64'),
  binaryFromBase64: (base64) => Buffer.from(base64, 'base64').toString('latin1'),
};

declare const __refrain_text_codec__: TextCodec | undefined;

const codec: TextCodec = typeof __refrain_text_codec__ === 'undefined' ? hostCodec : __refrain_text_codec__;

export const { textToBase64, textFromBase64 } = codec;

const chunkSize = 8192;

export function bytesToBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += chunkSize) {
    binary += String.fromCharCode.apply(null, Array.from(bytes.subarray(start, start + chunkSize)));
  }
  return codec.binaryToBase64(binary);
}

export function bytesFromBase64(base64: string): Uint8Array {
  const binary = codec.binaryFromBase64(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

export function utf8Encode(text: string): Uint8Array {
  return bytesFromBase64(textToBase64(text));
}

export function utf8Decode(bytes: Uint8Array): string {
  return textFromBase64(bytesToBase64(bytes));
}
