/** Node's modules that reach the host: files, network, processes, threads, clocks, random numbers. */

import { effects, methods, namespaceOf, reads, values } from '../build.js';
import type { ShapeTable } from '../build.js';
import { processMembers } from '../node-globals.js';
import type { Effect, ModuleShape, Shape } from '../types.js';
import { webGlobals } from '../web.js';

const IO_ADVICE = 'Do it in a step or an activity, so that its result is recorded.';

/** Everything that the module exports has this effect. */
function wholly(effect: Effect, except: ShapeTable = {}, advice?: string): ModuleShape {
  const rest: Shape = {
    call: { effect, returns: 'data' },
    construct: { effect, returns: 'data' },
    ...(advice === undefined ? {} : { advice }),
  };
  return { exports: { '*': rest, ...except } };
}

const anyIo: Shape = {
  call: { effect: 'io', returns: 'data' },
  construct: { effect: 'io', returns: 'data' },
  advice: IO_ADVICE,
};
const promisesIo: Shape = { members: { '*': anyIo, constants: { type: 'data' } } };

const fsModule = wholly(
  'io',
  {
    promises: promisesIo,
    ...values({ data: 'constants', number: 'F_OK R_OK W_OK X_OK' }),
    ...Object.fromEntries(
      'Stats Dirent Dir'.split(' ').map((name) => [name, { construct: { returns: 'data' } } as Shape]),
    ),
  },
  IO_ADVICE,
);

const hash = (type: string): Shape => ({ call: { returns: type }, construct: { returns: type } });

const cryptoModule: ModuleShape = {
  exports: {
    ...effects('randomness', {
      Buffer: 'randomBytes pseudoRandomBytes rng prng',
      string: 'randomUUID randomUUIDv7',
      number: 'randomInt',
      'argument:0': 'randomFill randomFillSync getRandomValues',
      data:
        'generateKey generateKeySync generateKeyPair generateKeyPairSync generatePrime generatePrimeSync createDiffieHellman ' +
        'createECDH publicEncrypt encapsulate',
    }),
    createHash: hash('Hash'),
    createHmac: hash('Hash'),
    Hash: hash('Hash'),
    Hmac: hash('Hash'),
    ...methods({
      Buffer:
        'pbkdf2Sync scryptSync hkdfSync privateDecrypt privateEncrypt publicDecrypt diffieHellman decapsulate argon2Sync',
      Hash: 'createCipheriv createDecipheriv createSign createVerify createCipher createDecipher',
      boolean: 'timingSafeEqual verify checkPrimeSync',
      string: 'hash',
      data: 'createPrivateKey createPublicKey createSecretKey sign createDiffieHellmanGroup getDiffieHellman',
    }),
    // They answer through the thread pool: when is up to the host.
    ...effects('host-concurrency', { undefined: 'pbkdf2 scrypt hkdf checkPrime argon2' }),
    ...effects('environment', {
      Array: 'getCiphers getCurves getHashes',
      number: 'getFips',
      data: 'getCipherInfo secureHeapUsed setFips setEngine',
    }),
    ...reads('environment', { boolean: 'fips' }),
    constants: { type: 'data' },
    webcrypto: { type: 'Crypto' },
    subtle: { type: 'SubtleCrypto' },
    ...Object.fromEntries(
      'Certificate Cipher Cipheriv Decipher Decipheriv DiffieHellman DiffieHellmanGroup ECDH KeyObject Sign Verify X509Certificate'
        .split(' ')
        .map((name) => [
          name,
          { construct: { returns: 'data' }, members: { '*': { type: 'data' } } } as Shape,
        ]),
    ),
  },
};

const timerNames: ShapeTable = {
  ...effects('native-timer', { data: 'setTimeout setImmediate setInterval' }),
  ...methods({ undefined: 'clearTimeout clearImmediate clearInterval active enroll unenroll _unrefActive' }),
};

const timersPromises: ShapeTable = {
  ...effects('native-timer', { 'Promise<data>': 'setTimeout setImmediate', Iterator: 'setInterval' }),
  scheduler: namespaceOf(effects('native-timer', { 'Promise<undefined>': 'wait yield' })),
};

const osModule: ModuleShape = {
  exports: {
    ...effects('environment', {
      string: 'arch endianness homedir hostname machine platform release tmpdir type version',
      number: 'availableParallelism freemem getPriority totalmem',
      data: 'cpus loadavg networkInterfaces userInfo',
    }),
    uptime: { call: { effect: 'wall-clock', returns: 'number' } },
    setPriority: { call: { effect: 'io', returns: 'undefined' } },
    ...reads('environment', { string: 'EOL devNull' }),
    constants: { type: 'data' },
  },
};

const workerThreads: ModuleShape = wholly('host-concurrency', {
  ...reads('host-concurrency', { data: 'parentPort workerData threadId resourceLimits threadName' }),
  ...reads('environment', { boolean: 'isMainThread isInternalThread' }),
  SHARE_ENV: { type: 'symbol' },
});

const zlibSync =
  'deflateSync gzipSync deflateRawSync unzipSync inflateSync gunzipSync inflateRawSync brotliCompressSync ' +
  'brotliDecompressSync zstdCompressSync zstdDecompressSync';

export const hostModules: Readonly<Record<string, ModuleShape>> = {
  fs: fsModule,
  'fs/promises': { exports: { '*': anyIo, constants: { type: 'data' } } },
  crypto: cryptoModule,
  timers: { exports: { ...timerNames, promises: namespaceOf(timersPromises) } },
  'timers/promises': { exports: timersPromises },
  os: osModule,
  perf_hooks: {
    exports: {
      performance: { type: 'Performance' },
      ...effects('wall-clock', { data: 'monitorEventLoopDelay eventLoopUtilization' }),
      timerify: { call: { returns: 'argument:0' } },
      createHistogram: { call: { returns: 'data' } },
      constants: { type: 'data' },
      ...Object.fromEntries(
        'Performance PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming'
          .split(' ')
          .map((name) => [name, webGlobals[name] as Shape]),
      ),
    },
  },
  child_process: wholly('io', {}, IO_ADVICE),
  cluster: {
    exports: {
      '*': {
        read: 'host-concurrency',
        call: { effect: 'host-concurrency', returns: 'data' },
        construct: { effect: 'host-concurrency', returns: 'data' },
      },
    },
  },
  worker_threads: workerThreads,
  process: { exports: processMembers },
  dgram: wholly('io', {}, IO_ADVICE),
  dns: wholly('io', { promises: promisesIo }, IO_ADVICE),
  'dns/promises': wholly('io', {}, IO_ADVICE),
  http: wholly(
    'io',
    {
      ...values({ data: 'METHODS STATUS_CODES globalAgent', number: 'maxHeaderSize' }),
      ...methods({ undefined: 'validateHeaderName validateHeaderValue' }),
    },
    IO_ADVICE,
  ),
  http2: wholly(
    'io',
    {
      ...values({ data: 'constants', symbol: 'sensitiveHeaders' }),
      ...methods({ data: 'getDefaultSettings getPackedSettings getUnpackedSettings' }),
    },
    IO_ADVICE,
  ),
  https: wholly('io', values({ data: 'globalAgent' }), IO_ADVICE),
  net: wholly(
    'io',
    {
      ...methods({ number: 'isIP', boolean: 'isIPv4 isIPv6' }),
      ...Object.fromEntries(
        'BlockList SocketAddress'
          .split(' ')
          .map((name) => [name, { construct: { returns: 'data' } } as Shape]),
      ),
    },
    IO_ADVICE,
  ),
  tls: wholly('io', { rootCertificates: { read: 'environment', type: 'data' } }, IO_ADVICE),
  readline: wholly('io', { promises: promisesIo }),
  'readline/promises': wholly('io'),
  repl: wholly('io'),
  inspector: wholly('io'),
  'inspector/promises': wholly('io'),
  sqlite: wholly('io', { constants: { type: 'data' } }, IO_ADVICE),
  sea: wholly('environment'),
  trace_events: wholly('io'),
  tty: wholly('environment'),
  v8: wholly('environment', {
    ...methods({ Buffer: 'serialize', data: 'deserialize' }),
    ...Object.fromEntries(
      'Serializer Deserializer DefaultSerializer DefaultDeserializer'
        .split(' ')
        .map((name) => [name, { construct: { returns: 'data' } } as Shape]),
    ),
    ...effects('gc-observation', { data: 'queryObjects GCProfiler' }),
  }),
  wasi: wholly('io'),
  zlib: {
    exports: {
      ...methods({ Buffer: zlibSync, number: 'crc32' }),
      ...effects('host-concurrency', { undefined: zlibSync.replaceAll('Sync', '') }),
      ...values({ data: 'constants codes' }),
      '*': { type: 'data', call: { returns: 'NodeStream' }, construct: { returns: 'NodeStream' } },
    },
  },
};
