// The sandbox has neither Buffer nor atob. Tables instead of arithmetic: payloads are many and small.
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const sextets = new Uint8Array(128);
for (let i = 0; i < 64; i++) sextets[alphabet.charCodeAt(i)] = i;
sextets['-'.charCodeAt(0)] = 62;
sextets['_'.charCodeAt(0)] = 63;

export function bytesFromBase64(text: string): Uint8Array {
  let length = text.length;
  while (length > 0 && text.charCodeAt(length - 1) === 61) length--;
  const bytes = new Uint8Array((length * 3) >> 2);
  let at = 0;
  for (let i = 0; i < length; i += 4) {
    const word =
      (sextets[text.charCodeAt(i)]! << 18) |
      (sextets[text.charCodeAt(i + 1)]! << 12) |
      ((i + 2 < length ? sextets[text.charCodeAt(i + 2)]! : 0) << 6) |
      (i + 3 < length ? sextets[text.charCodeAt(i + 3)]! : 0);
    bytes[at++] = word >> 16;
    if (at < bytes.length) bytes[at++] = (word >> 8) & 255;
    if (at < bytes.length) bytes[at++] = word & 255;
  }
  return bytes;
}

export function bytesToBase64(bytes: ArrayLike<number>): string {
  const { length } = bytes;
  let text = '';
  let i = 0;
  for (; i + 2 < length; i += 3) {
    const word = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    text +=
      alphabet[word >> 18]! +
      alphabet[(word >> 12) & 63]! +
      alphabet[(word >> 6) & 63]! +
      alphabet[word & 63]!;
  }
  if (i < length) {
    const word = (bytes[i]! << 16) | ((i + 1 < length ? bytes[i + 1]! : 0) << 8);
    text += alphabet[word >> 18]! + alphabet[(word >> 12) & 63]!;
    text += i + 1 < length ? `${alphabet[(word >> 6) & 63]!}=` : '==';
  }
  return text;
}
