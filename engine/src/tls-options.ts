import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { InputError } from './errors.js';

/** How a client proves itself and knows its server: paths of PEM files. */
export interface ClientTlsFiles {
  /** The authority that signed the server's certificate; default: those of the system. */
  readonly ca?: string;
  /** The client's own certificate; needs its `key`. */
  readonly certificate?: string;
  readonly key?: string;
  /** The name in the server's certificate, where it is not that of the address. */
  readonly serverName?: string;
}

/** `true` for TLS with the system's authorities. */
export type ClientTls = true | ClientTlsFiles;

/** Throws `InputError` RFN8003 when a file cannot be read, or holds nothing in PEM form. */
export function readPemFile(path: string, what: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError('RFN8003', `Cannot read the ${what}: ${reason}`, { cause });
  }
  if (bytes.includes('-----BEGIN ')) return bytes;
  throw new InputError('RFN8003', `The ${what} ${path} holds nothing in PEM form (-----BEGIN …).`);
}

/** Reads a certificate and its key, of which neither is good without the other. */
export function readCertificatePair(
  { certificate, key }: Pick<ClientTlsFiles, 'certificate' | 'key'>,
  whose: string,
): { readonly certificate: Buffer; readonly key: Buffer } | undefined {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    const [given, missing] = certificate === undefined ? ['key', 'certificate'] : ['certificate', 'key'];
    throw new InputError('RFN8003', `The ${whose} ${given} was given without its ${missing}.`);
  }
  const pair = {
    certificate: readPemFile(certificate, `${whose} certificate`),
    key: readPemFile(key, `${whose} key`),
  };
  try {
    createSecureContext({ cert: pair.certificate, key: pair.key });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError('RFN8003', `The ${whose} certificate and key do not go together: ${reason}`, {
      cause,
    });
  }
  return pair;
}
