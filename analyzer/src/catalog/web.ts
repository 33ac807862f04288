/** The web's globals, as Node and edge runtimes have them. */

import { classes, classOf, effects, methods, namespaceOf, reads, values } from './build.js';
import type { ShapeTable } from './build.js';
import type { Shape, TypeShape } from './types.js';

const TIMER_ADVICE =
  'Wait with the engine’s durable timer; a native timer is forgotten when the process ends.';
const NETWORK_ADVICE = 'Do it in a step or an activity, so that its result is recorded.';

const signalStatics: ShapeTable = {
  ...effects('native-timer', { AbortSignal: 'timeout' }, TIMER_ADVICE),
  ...methods({ AbortSignal: 'abort any' }),
};

const cryptoMembers: ShapeTable = {
  ...effects('randomness', { string: 'randomUUID', 'argument:0': 'getRandomValues' }),
  subtle: { type: 'SubtleCrypto' },
};

const performanceMembers: ShapeTable = {
  ...effects('wall-clock', { number: 'now', data: 'mark measure toJSON' }),
  ...effects('environment', {
    data: 'eventLoopUtilization getEntries getEntriesByName getEntriesByType nodeTiming',
  }),
  ...reads('wall-clock', { number: 'timeOrigin' }),
  ...reads('environment', { data: 'nodeTiming' }),
  ...methods({
    undefined: 'clearMarks clearMeasures clearResourceTimings markResourceTiming setResourceTimingBufferSize',
    function: 'timerify',
    boolean: 'dispatchEvent',
  }),
  addEventListener: { call: {} },
  removeEventListener: { call: { callbacks: 'ignored' } },
  onresourcetimingbufferfull: { type: 'data' },
};

const networkClass = (returns: string): Shape => ({
  construct: { effect: 'io', returns },
  members: { prototype: { type: returns }, '*': { type: 'data' } },
  advice: NETWORK_ADVICE,
});

const threads: Shape = {
  construct: { effect: 'host-concurrency', returns: 'data' },
  members: { '*': { type: 'data' } },
};

const STREAM_CLASSES =
  'ReadableStream ReadableStreamDefaultReader ReadableStreamBYOBReader ReadableStreamBYOBRequest ' +
  'ReadableByteStreamController ReadableStreamDefaultController TransformStream TransformStreamDefaultController ' +
  'WritableStream WritableStreamDefaultWriter WritableStreamDefaultController ByteLengthQueuingStrategy ' +
  'CountQueuingStrategy TextEncoderStream TextDecoderStream CompressionStream DecompressionStream';

const navigatorMembers = reads('environment', {
  number: 'hardwareConcurrency deviceMemory',
  string: 'language platform userAgent',
  data: 'languages locks gpu onLine userAgentData connection',
});

export const webGlobals: ShapeTable = {
  console: namespaceOf({ '*': { call: { returns: 'undefined', callbacks: 'ignored' } } }),
  fetch: {
    call: { effect: 'io', returns: 'Promise<Response>', callbacks: 'ignored' },
    advice: NETWORK_ADVICE,
  },
  ...effects('native-timer', { data: 'setTimeout setInterval setImmediate' }, TIMER_ADVICE),
  // Clearing what was never set has no effect; what was set is reported where it was set.
  ...methods({ undefined: 'clearTimeout clearInterval clearImmediate queueMicrotask reportError' }),
  ...methods({ 'argument:0': 'structuredClone', string: 'atob btoa' }),
  requestAnimationFrame: { call: { effect: 'native-timer', returns: 'number' } },
  requestIdleCallback: { call: { effect: 'native-timer', returns: 'number' } },
  scheduler: namespaceOf(
    effects('native-timer', { 'Promise<undefined>': 'wait yield postTask' }, TIMER_ADVICE),
  ),
  crypto: { type: 'Crypto' },
  Crypto: classOf('Crypto'),
  CryptoKey: classOf('data'),
  SubtleCrypto: classOf('SubtleCrypto'),
  performance: { type: 'Performance' },
  Performance: classOf('Performance'),
  PerformanceEntry: classOf('data'),
  PerformanceMark: classOf('data', {}, { effect: 'wall-clock' }),
  PerformanceMeasure: classOf('data'),
  PerformanceObserver: {
    ...classOf('data', {}, { effect: 'host-concurrency' }),
    members: { '*': { type: 'data' } },
  },
  PerformanceObserverEntryList: classOf('data'),
  PerformanceResourceTiming: classOf('data'),
  AbortController: classOf('AbortController'),
  AbortSignal: classOf('AbortSignal', signalStatics),
  URL: classOf('URL', {
    ...methods({ boolean: 'canParse', URL: 'parse' }),
    ...effects('host-concurrency', { string: 'createObjectURL', undefined: 'revokeObjectURL' }),
  }),
  ...classes('URLSearchParams EventTarget TextEncoder TextDecoder Headers FormData Blob'),
  Response: classOf('Response', methods({ Response: 'error json redirect' })),
  URLPattern: classOf('data'),
  Request: classOf('Response'),
  ...Object.fromEntries(
    'Event CustomEvent MessageEvent CloseEvent ErrorEvent StorageEvent'
      .split(' ')
      .map((name) => [
        name,
        classOf('Event', values({ number: 'NONE CAPTURING_PHASE AT_TARGET BUBBLING_PHASE' })),
      ]),
  ),
  File: classOf('Blob'),
  ...Object.fromEntries(
    'DOMException QuotaExceededError'
      .split(' ')
      .map((name) => [name, classOf('DOMException', { '*': { type: 'number' } })]),
  ),
  ...Object.fromEntries(
    STREAM_CLASSES.split(' ').map((name) => [name, classOf('WebStream', methods({ WebStream: 'from' }))]),
  ),
  ...Object.fromEntries(
    'BroadcastChannel MessageChannel MessagePort Worker SharedWorker'.split(' ').map((n) => [n, threads]),
  ),
  ...Object.fromEntries(
    'WebSocket EventSource XMLHttpRequest'.split(' ').map((name) => [name, networkClass('data')]),
  ),
  navigator: { type: 'Navigator' },
  Navigator: classOf('Navigator'),
  ...Object.fromEntries(
    'localStorage sessionStorage indexedDB caches'
      .split(' ')
      .map((name) => [name, { read: 'io', type: 'data', advice: NETWORK_ADVICE } satisfies Shape]),
  ),
  Storage: classOf('data'),
  ...reads('environment', { data: 'location document window self origin' }),
};

export const webTypes: Readonly<Record<string, TypeShape>> = {
  DOMException: { extends: 'Error', members: { code: { type: 'number' }, '*': { type: 'number' } } },
  Crypto: { extends: 'Object', members: cryptoMembers },
  SubtleCrypto: {
    extends: 'Object',
    members: {
      // Signatures with random salts and nonces; the rest is a function of its arguments.
      ...effects('randomness', { 'Promise<data>': 'generateKey' }),
      ...methods({
        'Promise<ArrayBuffer>': 'digest sign encrypt decrypt deriveBits exportKey wrapKey',
        'Promise<boolean>': 'verify',
        'Promise<data>':
          'importKey deriveKey unwrapKey encapsulateBits encapsulateKey decapsulateBits decapsulateKey getPublicKey',
      }),
      supports: { call: { effect: 'environment', returns: 'boolean' } },
    },
  },
  Performance: { extends: 'Object', members: performanceMembers },
  Navigator: {
    extends: 'Object',
    members: { ...navigatorMembers, sendBeacon: { call: { effect: 'io', returns: 'boolean' } } },
  },
  AbortController: {
    extends: 'Object',
    members: { ...methods({ undefined: 'abort' }), signal: { type: 'AbortSignal' } },
  },
  AbortSignal: {
    extends: 'EventTarget',
    members: {
      ...methods({ undefined: 'throwIfAborted' }),
      ...values({ boolean: 'aborted', data: 'reason onabort' }),
    },
  },
  EventTarget: {
    extends: 'Object',
    members: {
      addEventListener: { call: { returns: 'undefined' } },
      removeEventListener: { call: { returns: 'undefined', callbacks: 'ignored' } },
      ...methods({ boolean: 'dispatchEvent' }),
    },
  },
  Event: {
    extends: 'Object',
    members: {
      ...methods({
        undefined: 'preventDefault stopImmediatePropagation stopPropagation initEvent',
        data: 'composedPath',
      }),
      ...reads('wall-clock', { number: 'timeStamp' }),
      '*': { type: 'data' },
    },
  },
  URL: {
    extends: 'Object',
    members: {
      ...methods({ string: 'toString toJSON' }),
      ...values({
        string: 'hash host hostname href origin password pathname port protocol search username',
        URLSearchParams: 'searchParams',
      }),
    },
  },
  URLSearchParams: {
    extends: 'Object',
    iterates: 'data',
    members: {
      ...methods({
        undefined: 'append delete set sort forEach',
        string: 'get toString',
        data: 'getAll',
        boolean: 'has',
        Iterator: 'entries keys values Symbol.iterator',
      }),
      size: { type: 'number' },
    },
  },
  TextEncoder: {
    extends: 'Object',
    members: { ...methods({ TypedArray: 'encode', data: 'encodeInto' }), encoding: { type: 'string' } },
  },
  TextDecoder: {
    extends: 'Object',
    members: {
      ...methods({ string: 'decode' }),
      ...values({ string: 'encoding', boolean: 'fatal ignoreBOM' }),
    },
  },
  Headers: {
    extends: 'Object',
    iterates: 'data',
    members: methods({
      undefined: 'append delete set forEach',
      string: 'get',
      data: 'getSetCookie',
      boolean: 'has',
      Iterator: 'entries keys values Symbol.iterator',
    }),
  },
  FormData: {
    extends: 'Object',
    iterates: 'data',
    members: methods({
      undefined: 'append delete set forEach',
      data: 'get getAll',
      boolean: 'has',
      Iterator: 'entries keys values Symbol.iterator',
    }),
  },
  // A request or a response; what is read from the network was reported where it was asked for.
  Response: {
    extends: 'Object',
    members: {
      ...methods({
        'Promise<data>': 'json formData',
        'Promise<string>': 'text',
        'Promise<ArrayBuffer>': 'arrayBuffer',
        'Promise<TypedArray>': 'bytes',
        'Promise<Blob>': 'blob',
        Response: 'clone error redirect',
      }),
      ...values({
        boolean: 'ok redirected bodyUsed',
        number: 'status',
        string: 'statusText type url method',
        Headers: 'headers',
      }),
      '*': { type: 'data' },
    },
  },
  Blob: {
    extends: 'Object',
    members: {
      ...methods({
        'Promise<string>': 'text',
        'Promise<ArrayBuffer>': 'arrayBuffer',
        'Promise<TypedArray>': 'bytes',
        Blob: 'slice',
        WebStream: 'stream',
      }),
      ...values({ number: 'size', string: 'type name webkitRelativePath' }),
      lastModified: { read: 'wall-clock', type: 'number' },
    },
  },
  WebStream: {
    extends: 'Object',
    iterates: 'data',
    members: { '*': { type: 'data', call: { returns: 'WebStream' } } },
  },
};
