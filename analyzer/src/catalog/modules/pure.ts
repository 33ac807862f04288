/** Node's modules that compute: path, url, util, events, assert, string decoding, streams in memory. */

import { classes, classOf, effects, methods, namespaceOf, reads, values } from '../build.js';
import type { ShapeTable } from '../build.js';
import { bufferClass } from '../node-globals.js';
import type { ModuleShape, Shape } from '../types.js';
import { webGlobals } from '../web.js';

const CWD_ADVICE = 'Give an absolute path: a relative one starts from the working directory of the process.';

const pathExports: ShapeTable = {
  ...methods({
    string: 'basename dirname extname format join normalize toNamespacedPath _makeLong',
    boolean: 'isAbsolute matchesGlob',
    data: 'parse',
  }),
  resolve: {
    call: {
      effect: [
        { when: { type: 'argument-matches', argument: 0, pattern: '^/' }, effect: 'deterministic' },
        { effect: 'environment' },
      ],
      returns: 'string',
    },
    advice: CWD_ADVICE,
  },
  relative: {
    call: {
      effect: [
        {
          when: {
            type: 'all',
            of: [
              { type: 'argument-matches', argument: 0, pattern: '^/' },
              { type: 'argument-matches', argument: 1, pattern: '^/' },
            ],
          },
          effect: 'deterministic',
        },
        { effect: 'environment' },
      ],
      returns: 'string',
    },
    advice: CWD_ADVICE,
  },
  ...values({ string: 'sep delimiter' }),
};

const pathModule: ModuleShape = {
  exports: { ...pathExports, posix: namespaceOf(pathExports), win32: namespaceOf(pathExports) },
};

const webExport = (names: string): ShapeTable =>
  Object.fromEntries(names.split(' ').map((name) => [name, webGlobals[name] as Shape]));

const utilTypes: ShapeTable = { '*': { call: { returns: 'boolean' } } };

const util: ModuleShape = {
  exports: {
    // What they give calls the function; they themselves do not.
    ...Object.fromEntries(
      ['promisify', 'callbackify', 'deprecate'].map((name) => [
        name,
        { call: { returns: 'argument:0', callbacks: 'ignored' } } satisfies Shape,
      ]),
    ),
    ...methods({
      string:
        'format formatWithOptions inspect stripVTControlCharacters styleText toUSVString getSystemErrorName getSystemErrorMessage',
      boolean:
        'isDeepStrictEqual isArray isBoolean isBuffer isNull isNullOrUndefined isNumber isString isSymbol isUndefined ' +
        'isRegExp isObject isDate isError isFunction isPrimitive',
      undefined: 'inherits log',
      data: 'parseEnv getSystemErrorMap diff _extend _errnoException _exceptionWithHostPort transferableAbortSignal transferableAbortController',
    }),
    ...effects('environment', { data: 'parseArgs debuglog debug' }),
    ...effects('stack-observation', { data: 'getCallSite getCallSites' }),
    ...effects('gc-observation', { 'Promise<undefined>': 'aborted' }),
    setTraceSigInt: { call: { effect: 'io', returns: 'undefined' } },
    types: namespaceOf(utilTypes),
    inspect: { call: { returns: 'string' }, members: { '*': { type: 'data' } } },
    ...webExport('TextDecoder TextEncoder'),
    MIMEType: classOf('data'),
    MIMEParams: classOf('data'),
  },
};

const emitter: Shape = {
  call: { returns: 'EventEmitter' },
  ...classOf('EventEmitter', {
    ...values({
      symbol: 'captureRejectionSymbol errorMonitor',
      number: 'defaultMaxListeners',
      boolean: 'captureRejections',
    }),
    '*': { type: 'data', call: { returns: 'data' } },
  }),
};

const eventsModule: ModuleShape = {
  exports: {
    default: emitter,
    EventEmitter: emitter,
    EventEmitterAsyncResource: emitter,
    ...methods({
      'Promise<data>': 'once',
      Iterator: 'on',
      data: 'getEventListeners addAbortListener',
      number: 'getMaxListeners listenerCount',
      undefined: 'setMaxListeners init',
    }),
    ...values({
      symbol: 'captureRejectionSymbol errorMonitor',
      number: 'defaultMaxListeners kMaxEventTargetListeners kMaxEventTargetListenersWarned',
      boolean: 'captureRejections usingDomains',
    }),
  },
};

const assertNames =
  'fail ok equal notEqual deepEqual notDeepEqual deepStrictEqual notDeepStrictEqual partialDeepStrictEqual strictEqual notStrictEqual throws ' +
  'doesNotThrow ifError match doesNotMatch';

const assertFunctions: ShapeTable = {
  ...methods({ undefined: assertNames, 'Promise<undefined>': 'rejects doesNotReject' }),
  AssertionError: classOf('Error'),
  CallTracker: classOf('data'),
  Assert: classOf('data'),
};

const assertShape: Shape = { call: { returns: 'undefined' }, members: assertFunctions };
const assertModule: ModuleShape = {
  exports: { ...assertFunctions, default: assertShape, strict: assertShape },
};

const streamExports: ShapeTable = {
  ...methods({
    boolean: 'isDestroyed isDisturbed isErrored isReadable isWritable _isArrayBufferView _isUint8Array',
    NodeStream: 'pipeline addAbortSignal compose duplexPair finished',
    data: 'destroy _uint8ArrayToBuffer',
    number: 'getDefaultHighWaterMark',
    undefined: 'setDefaultHighWaterMark',
  }),
  ...Object.fromEntries(
    'Readable Writable Duplex Transform PassThrough Stream'
      .split(' ')
      .map((name) => [
        name,
        classOf('NodeStream', methods({ NodeStream: 'from fromWeb toWeb wrap', boolean: 'isDisturbed' })),
      ]),
  ),
  promises: namespaceOf(methods({ 'Promise<undefined>': 'pipeline finished' })),
};

export const pureModules: Readonly<Record<string, ModuleShape>> = {
  path: pathModule,
  'path/posix': pathModule,
  'path/win32': pathModule,
  url: {
    exports: {
      ...webExport('URL URLSearchParams URLPattern'),
      Url: classOf('data'),
      ...methods({
        data: 'parse urlToHttpOptions resolveObject',
        string: 'format resolve domainToASCII domainToUnicode fileURLToPath',
        Buffer: 'fileURLToPathBuffer',
      }),
      pathToFileURL: {
        call: {
          effect: [
            { when: { type: 'argument-matches', argument: 0, pattern: '^/' }, effect: 'deterministic' },
            { effect: 'environment' },
          ],
          returns: 'URL',
        },
        advice: CWD_ADVICE,
      },
    },
  },
  util,
  sys: util,
  'util/types': { exports: utilTypes },
  events: eventsModule,
  assert: assertModule,
  'assert/strict': assertModule,
  buffer: {
    exports: {
      Buffer: bufferClass,
      SlowBuffer: bufferClass,
      ...webExport('Blob File atob btoa'),
      ...methods({ boolean: 'isUtf8 isAscii', Buffer: 'transcode', data: 'resolveObjectURL' }),
      ...values({ number: 'kMaxLength kStringMaxLength INSPECT_MAX_BYTES', data: 'constants' }),
    },
  },
  querystring: {
    exports: methods({
      string: 'escape unescape stringify encode',
      data: 'parse decode',
      Buffer: 'unescapeBuffer',
    }),
  },
  punycode: {
    exports: {
      ...methods({ string: 'decode encode toASCII toUnicode' }),
      ...values({ data: 'ucs2 version' }),
    },
  },
  string_decoder: { exports: classes('StringDecoder') },
  stream: { exports: { ...streamExports, default: streamExports['Stream'] as Shape } },
  'stream/promises': { exports: methods({ 'Promise<undefined>': 'pipeline finished' }) },
  'stream/consumers': {
    exports: methods({ 'Promise<data>': 'arrayBuffer blob buffer json', 'Promise<string>': 'text' }),
  },
  'stream/web': {
    exports: webExport(
      'ReadableStream ReadableStreamDefaultReader ReadableStreamBYOBReader ReadableStreamBYOBRequest ' +
        'ReadableByteStreamController ReadableStreamDefaultController TransformStream TransformStreamDefaultController ' +
        'WritableStream WritableStreamDefaultWriter WritableStreamDefaultController ByteLengthQueuingStrategy ' +
        'CountQueuingStrategy TextEncoderStream TextDecoderStream CompressionStream DecompressionStream',
    ),
  },
  diagnostics_channel: {
    exports: {
      ...methods({ data: 'channel tracingChannel', boolean: 'hasSubscribers unsubscribe' }),
      subscribe: { call: { returns: 'undefined', callbacks: 'ignored' } },
      Channel: classOf('data'),
    },
  },
  constants: { exports: { '*': { type: 'number' } } },
  console: {
    exports: {
      '*': { call: { returns: 'undefined', callbacks: 'ignored' }, construct: { returns: 'data' } },
    },
  },
  domain: { exports: { '*': { type: 'data', call: { returns: 'data' }, construct: { returns: 'data' } } } },
  test: { exports: { '*': { type: 'data', call: { effect: 'host-concurrency', returns: 'data' } } } },
  'test/reporters': { exports: { '*': { type: 'data', call: { returns: 'data' } } } },
  module: {
    exports: {
      createRequire: { call: { effect: 'dynamic-code', returns: 'function' } },
      ...effects('dynamic-code', {
        data: 'register registerHooks runMain _load _resolveFilename _resolveLookupPaths wrap',
      }),
      ...methods({ boolean: 'isBuiltin', data: 'findSourceMap syncBuiltinESMExports stripTypeScriptTypes' }),
      ...reads('environment', { data: 'builtinModules globalPaths' }),
      '*': { read: 'environment', type: 'data', call: { effect: 'environment', returns: 'data' } },
    },
  },
  vm: {
    exports: {
      constants: { type: 'data' },
      isContext: { call: { returns: 'boolean' } },
      '*': {
        call: { effect: 'dynamic-code', returns: 'data' },
        construct: { effect: 'dynamic-code', returns: 'data' },
      },
    },
  },
  async_hooks: {
    exports: {
      AsyncLocalStorage: classOf('AsyncLocalStorage', methods({ function: 'bind snapshot' })),
      AsyncResource: classOf('AsyncResource', methods({ function: 'bind' })),
      ...effects('host-concurrency', {
        data: 'createHook executionAsyncResource',
        number: 'executionAsyncId triggerAsyncId',
      }),
      asyncWrapProviders: { type: 'data' },
    },
  },
};
