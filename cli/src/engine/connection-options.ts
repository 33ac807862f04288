/** The options by which a command finds its engine; the names of `--address …` are those of `temporal`. */
export const connectionOptions = {
  file: { type: 'string', requiresArg: true, describe: 'The engine’s database file' },
  address: {
    type: 'string',
    requiresArg: true,
    describe: 'host:port of `refrain dev` or of a Temporal server',
  },
  namespace: { type: 'string', alias: 'n', requiresArg: true, describe: 'Default: default' },
  tls: { type: 'boolean', default: false, describe: 'Connect with TLS' },
  'tls-ca-path': { type: 'string', requiresArg: true, describe: 'Certificate authority of the server' },
  'tls-cert-path': { type: 'string', requiresArg: true, describe: 'Client certificate' },
  'tls-key-path': { type: 'string', requiresArg: true, describe: 'Key of the client certificate' },
  'tls-server-name': { type: 'string', requiresArg: true, describe: 'Name in the server’s certificate' },
  'api-key': { type: 'string', requiresArg: true, describe: 'Sent with every call' },
} as const;
