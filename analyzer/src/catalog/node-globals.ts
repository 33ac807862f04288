/** Node's own globals: `process`, `Buffer`, CommonJS. */

import { classOf, effects, holding, methods, namespaceOf, reads, values, when } from './build.js';
import type { ShapeTable } from './build.js';
import type { Shape, TypeShape } from './types.js';

const ENVIRONMENT_ADVICE =
  'Read it before the workflow starts and pass it in, or read it in a step or an activity.';

export const processMembers: ShapeTable = {
  env: { holds: 'environment', type: 'data', advice: ENVIRONMENT_ADVICE },
  ...holding('environment', 'argv execArgv config features release versions'),
  ...reads('environment', {
    string: 'arch argv0 execPath platform title version',
    number: 'pid ppid debugPort exitCode',
    data:
      'report allowedNodeEnvironmentFlags moduleLoadList permission ' +
      'sourceMapsEnabled connected channel noDeprecation traceDeprecation throwDeprecation mainModule',
  }),
  ...effects(
    'environment',
    {
      string: 'cwd',
      number: 'getuid geteuid getgid getegid umask constrainedMemory availableMemory',
      data:
        'memoryUsage cpuUsage resourceUsage threadCpuUsage getgroups getActiveResourcesInfo getBuiltinModule ' +
        '_getActiveHandles _getActiveRequests hasUncaughtExceptionCaptureCallback binding _linkedBinding',
    },
    ENVIRONMENT_ADVICE,
  ),
  hrtime: {
    call: { effect: 'wall-clock', returns: 'data' },
    members: { bigint: { call: { effect: 'wall-clock', returns: 'bigint' } } },
  },
  uptime: { call: { effect: 'wall-clock', returns: 'number' } },
  nextTick: { call: { effect: 'host-concurrency', returns: 'undefined' } },
  ...effects('io', {
    undefined:
      'abort exit kill reallyExit chdir initgroups setgroups setegid seteuid setgid setuid loadEnvFile dlopen execve ' +
      '_kill _debugProcess _debugEnd openStdin send disconnect setSourceMapsEnabled setUncaughtExceptionCaptureCallback ' +
      '_startProfilerIdleNotifier _stopProfilerIdleNotifier ref unref',
  }),
  ...reads('io', { data: 'stdin' }),
  // Output is like a log line: it changes nothing that replay can see.
  ...values({ Output: 'stdout stderr' }),
  ...methods({ undefined: 'emitWarning assert _rawDebug _tickCallback _fatalException' }),
  // Listeners on the process outlive the execution, and fire when the host likes.
  ...effects('import-effect', {
    data: 'on once addListener prependListener prependOnceListener',
  }),
  ...methods({
    data: 'off removeListener removeAllListeners listeners rawListeners eventNames listenerCount getMaxListeners setMaxListeners emit',
  }),
  finalization: { read: 'gc-observation', type: 'data' },
  domain: { type: 'data' },
};

const bufferStatics: ShapeTable = {
  ...methods({
    Buffer: 'from alloc concat copyBytesFrom of',
    number: 'byteLength compare',
    boolean: 'isBuffer isEncoding',
  }),
  // What was in that memory before.
  ...effects('randomness', { Buffer: 'allocUnsafe allocUnsafeSlow' }, 'Use `Buffer.alloc(size)`.'),
  ...values({ number: 'poolSize BYTES_PER_ELEMENT' }),
};

export const bufferClass: Shape = { call: { returns: 'Buffer' }, ...classOf('Buffer', bufferStatics) };

export const nodeGlobals: ShapeTable = {
  process: namespaceOf(processMembers),
  Buffer: bufferClass,
  ...reads('environment', { string: '__filename __dirname' }),
  require: {
    call: {
      effect: when(
        { type: 'not', of: { type: 'argument-matches', argument: 0, pattern: '' } },
        'dynamic-code',
      ),
    },
    members: { '*': { type: 'data', call: { effect: 'environment', returns: 'string' } } },
  },
  ...values({ data: 'module exports' }),
};

const READ_WRITE =
  'BigInt64BE BigInt64LE BigUInt64BE BigUInt64LE DoubleBE DoubleLE FloatBE FloatLE Int16BE Int16LE Int32BE Int32LE Int8 ' +
  'IntBE IntLE UInt16BE UInt16LE UInt32BE UInt32LE UInt8 UIntBE UIntLE BigUint64BE BigUint64LE Uint16BE Uint16LE ' +
  'Uint32BE Uint32LE Uint8 UintBE UintLE';

const prefixed = (prefix: string) =>
  READ_WRITE.split(' ')
    .map((name) => prefix + name)
    .join(' ');

export const nodeTypes: Readonly<Record<string, TypeShape>> = {
  Buffer: {
    extends: 'TypedArray',
    members: {
      ...methods({
        string:
          'toString toLocaleString inspect latin1Slice utf8Slice asciiSlice base64Slice base64urlSlice hexSlice ucs2Slice',
        number:
          'compare copy write utf8Write latin1Write asciiWrite base64Write base64urlWrite hexWrite ucs2Write ' +
          `${prefixed('read')} ${prefixed('write')}`,
        boolean: 'equals',
        Buffer: 'subarray slice swap16 swap32 swap64 fill',
        data: 'toJSON',
      }),
      ...values({ data: 'parent offset' }),
    },
  },
  Output: {
    extends: 'Object',
    members: { '*': { type: 'data', call: { returns: 'boolean', callbacks: 'ignored' } } },
  },
};
