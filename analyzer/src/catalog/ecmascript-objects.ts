/** Object, Function, Symbol, Boolean, errors, Reflect, Proxy, JSON and the functions of the global object. */

import { classOf, methods, namespaceOf, reads, values, when } from './build.js';
import type { ShapeTable } from './build.js';
import type { Shape, TypeShape } from './types.js';

const ERROR_NAMES =
  'Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError';

const errorClass: Shape = {
  call: { returns: 'Error' },
  ...classOf('Error', {
    // An error has a stack anyway, and reading that is seen: only what is none gets one here.
    captureStackTrace: {
      call: {
        effect: when(
          { type: 'not', of: { type: 'argument-derives', argument: 0, from: 'Error' } },
          'stack-observation',
        ),
        returns: 'undefined',
        fills: { argument: 0, property: 'stack', type: 'string' },
      },
    },
    ...methods({ boolean: 'isError' }),
    stackTraceLimit: { type: 'number' },
    prepareStackTrace: { type: 'data' },
  }),
};

const dynamicCode: Shape = {
  call: { effect: 'dynamic-code' },
  construct: { effect: 'dynamic-code' },
  members: { prototype: { type: 'Function' }, length: { type: 'number' }, name: { type: 'string' } },
  advice:
    'Write the code out: what a string holds cannot be checked, and may differ when the workflow is replayed.',
};

const objectStatics: ShapeTable = {
  ...methods({
    'argument:0': 'freeze seal preventExtensions assign defineProperty defineProperties setPrototypeOf',
    data: 'getOwnPropertyDescriptor getOwnPropertyDescriptors getPrototypeOf',
    Object: 'create fromEntries groupBy',
    Array: 'entries keys values getOwnPropertyNames getOwnPropertySymbols',
    boolean: 'is isExtensible isFrozen isSealed hasOwn',
  }),
};

const symbolStatics: ShapeTable = {
  ...methods({ symbol: 'for', string: 'keyFor' }),
  ...values({
    symbol:
      'asyncIterator hasInstance isConcatSpreadable iterator match matchAll replace search species split ' +
      'toPrimitive toStringTag unscopables dispose asyncDispose',
  }),
};

export const objectGlobals: ShapeTable = {
  ...Object.fromEntries(ERROR_NAMES.split(' ').map((name) => [name, errorClass])),
  Object: { call: { returns: 'data' }, ...classOf('Object', objectStatics) },
  Function: dynamicCode,
  eval: { call: { effect: 'dynamic-code' }, ...(dynamicCode.advice && { advice: dynamicCode.advice }) },
  Boolean: { call: { returns: 'boolean' }, ...classOf('boolean') },
  Symbol: {
    call: { returns: 'symbol' },
    members: {
      ...symbolStatics,
      prototype: { type: 'symbol' },
      length: { type: 'number' },
      name: { type: 'string' },
    },
  },
  Proxy: {
    construct: { returns: 'argument:0', callbacks: 'run' },
    members: {
      revocable: { call: { returns: 'data' } },
      length: { type: 'number' },
      name: { type: 'string' },
    },
  },
  Reflect: namespaceOf({
    ...methods({
      boolean: 'defineProperty deleteProperty has isExtensible preventExtensions set setPrototypeOf',
      Array: 'ownKeys',
    }),
    // Of the package `reflect-metadata`, which decorators of frameworks keep their notes with.
    ...methods({
      data: 'getMetadata getOwnMetadata getMetadataKeys getOwnMetadataKeys',
      boolean: 'hasMetadata hasOwnMetadata deleteMetadata',
      undefined: 'defineMetadata decorate',
      function: 'metadata',
    }),
    // What they call or read is resolved by the mechanism; these rows are what is left.
    apply: { call: {} },
    construct: { call: {} },
    get: { call: {} },
    getOwnPropertyDescriptor: { call: { returns: 'data' } },
    getPrototypeOf: { call: { returns: 'data' } },
  }),
  JSON: namespaceOf({
    ...methods({ string: 'stringify', boolean: 'isRawJSON', data: 'rawJSON' }),
    parse: { call: { returns: 'data' } },
  }),
  ...methods({
    number: 'parseInt parseFloat',
    boolean: 'isNaN isFinite',
    string: 'decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape',
  }),
  ...values({ number: 'NaN Infinity', undefined: 'undefined' }),
  DisposableStack: classOf('DisposableStack'),
  AsyncDisposableStack: classOf('DisposableStack'),
};

export const objectTypes: Readonly<Record<string, TypeShape>> = {
  Object: {
    members: {
      ...methods({
        boolean: 'hasOwnProperty isPrototypeOf propertyIsEnumerable',
        string: 'toString toLocaleString',
        receiver: 'valueOf',
        undefined: '__defineGetter__ __defineSetter__',
        data: '__lookupGetter__ __lookupSetter__',
      }),
      constructor: { call: { returns: 'data' }, construct: { returns: 'data' } },
      ['__proto__']: { type: 'data' },
    },
  },
  Function: {
    extends: 'Object',
    members: {
      ...methods({ boolean: 'Symbol.hasInstance', string: 'toString' }),
      // The call itself is resolved by the mechanism.
      apply: { call: {} },
      bind: { call: {} },
      call: { call: {} },
      ...values({ number: 'length', string: 'name', data: 'prototype' }),
      ...reads('stack-observation', { data: 'caller arguments' }),
      constructor: dynamicCode,
    },
  },
  Error: {
    extends: 'Object',
    members: {
      ...values({ string: 'name message', data: 'cause errors error suppressed' }),
      stack: {
        read: 'stack-observation',
        type: 'string',
        advice: 'Use `message` or `cause`: the stack holds paths and depths of one build on one machine.',
      },
    },
  },
  boolean: { extends: 'Object', members: methods({ string: 'toString', boolean: 'valueOf' }) },
  symbol: {
    extends: 'Object',
    members: {
      ...methods({ string: 'toString', symbol: 'valueOf Symbol.toPrimitive' }),
      description: { type: 'string' },
    },
  },
  DisposableStack: {
    extends: 'Object',
    members: {
      ...methods({
        undefined: 'dispose defer Symbol.dispose',
        'argument:0': 'use adopt',
        DisposableStack: 'move',
      }),
      ...methods({ 'Promise<undefined>': 'disposeAsync Symbol.asyncDispose' }),
      disposed: { type: 'boolean' },
    },
  },
};

/** `WeakRef` and `FinalizationRegistry` show when the garbage collector ran. */
export const gcGlobals: ShapeTable = {
  WeakRef: classOf('WeakRef', {}, { effect: 'gc-observation' }),
  FinalizationRegistry: classOf('FinalizationRegistry', {}, { effect: 'gc-observation', callbacks: 'run' }),
  gc: { call: { effect: 'gc-observation', returns: 'undefined' } },
};

export const gcTypes: Readonly<Record<string, TypeShape>> = {
  // The finding stands where it is made; its members add none.
  WeakRef: { extends: 'Object', members: methods({ data: 'deref' }) },
  FinalizationRegistry: {
    extends: 'Object',
    members: methods({ undefined: 'register', boolean: 'unregister' }),
  },
};
