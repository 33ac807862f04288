/** Arrays, typed arrays, maps, sets, buffers, iterators, promises; what threads share. */

import { classOf, effects, methods, namespaceOf, values } from './build.js';
import type { ShapeTable } from './build.js';
import type { TypeShape } from './types.js';

const TYPED_ARRAYS =
  'Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float16Array Float32Array Float64Array ' +
  'Uint8ClampedArray BigUint64Array BigInt64Array';

const typedStatics: ShapeTable = {
  ...methods({ TypedArray: 'from of fromBase64 fromHex' }),
  BYTES_PER_ELEMENT: { type: 'number' },
};

export const collectionGlobals: ShapeTable = {
  Array: {
    call: { returns: 'Array' },
    ...classOf('Array', {
      ...methods({ boolean: 'isArray', Array: 'from of', 'Promise<Array>': 'fromAsync' }),
    }),
  },
  ...Object.fromEntries(TYPED_ARRAYS.split(' ').map((name) => [name, classOf('TypedArray', typedStatics)])),
  ArrayBuffer: classOf('ArrayBuffer', methods({ boolean: 'isView' })),
  DataView: classOf('DataView'),
  Map: classOf('Map', methods({ Map: 'groupBy' })),
  Set: classOf('Set'),
  WeakMap: classOf('WeakMap'),
  WeakSet: classOf('WeakSet'),
  Iterator: classOf('Iterator', methods({ Iterator: 'from concat zip zipKeyed' })),
  Promise: classOf(
    'Promise',
    {
      ...methods({
        Promise: 'all allSettled race any try',
        'Promise<argument:0>': 'resolve',
        data: 'withResolvers',
        'Promise<data>': 'reject',
      }),
    },
    { callbacks: 'run' },
  ),
  SharedArrayBuffer: classOf('ArrayBuffer', {}, { effect: 'host-concurrency' }),
  Atomics: namespaceOf({
    ...effects('host-concurrency', {
      number: 'add and compareExchange exchange load notify or store sub xor',
      string: 'wait',
      data: 'waitAsync',
      undefined: 'pause',
    }),
    isLockFree: { call: { effect: 'environment', returns: 'boolean' } },
  }),
  WebAssembly: namespaceOf({
    ...effects('host-concurrency', {
      'Promise<data>': 'compile instantiate compileStreaming instantiateStreaming',
    }),
    ...methods({ boolean: 'validate' }),
    // Compiled in place, and as deterministic as what is imported into it.
    ...Object.fromEntries(
      'Module Instance Memory Table Global Tag Exception CompileError LinkError RuntimeError JSTag'
        .split(' ')
        .map((name) => [name, classOf('data')]),
    ),
  }),
};

const arrayMembers: ShapeTable = {
  ...methods({
    Array: 'concat filter flat flatMap map slice splice toReversed toSorted toSpliced with',
    receiver: 'copyWithin fill reverse sort',
    data: 'at find findLast pop shift reduce reduceRight',
    number: 'findIndex findLastIndex indexOf lastIndexOf push unshift',
    boolean: 'every includes some',
    string: 'join toString',
    Iterator: 'entries keys values Symbol.iterator',
    undefined: 'forEach',
  }),
  ...effects('locale', { string: 'toLocaleString' }),
  length: { type: 'number' },
  'Symbol.unscopables': { type: 'data' },
};

const bufferRead =
  'getInt8 getUint8 getInt16 getUint16 getInt32 getUint32 getFloat16 getFloat32 getFloat64 getBigInt64 getBigUint64';

export const collectionTypes: Readonly<Record<string, TypeShape>> = {
  Array: { extends: 'Object', iterates: 'data', members: arrayMembers },
  /** What a template gives to its tag. */
  TemplateStringsArray: {
    extends: 'Array',
    iterates: 'string',
    members: { raw: { type: 'TemplateStringsArray' } },
  },
  TypedArray: {
    extends: 'Object',
    iterates: 'number',
    members: {
      ...arrayMembers,
      ...methods({
        undefined: 'set',
        TypedArray: 'subarray filter map slice toReversed toSorted with',
        string: 'toBase64 toHex',
        data: 'setFromBase64 setFromHex',
      }),
      ...values({ number: 'byteLength byteOffset BYTES_PER_ELEMENT', ArrayBuffer: 'buffer' }),
    },
  },
  ArrayBuffer: {
    extends: 'Object',
    members: {
      ...methods({ ArrayBuffer: 'slice transfer transferToFixedLength', undefined: 'resize grow' }),
      ...values({ number: 'byteLength maxByteLength', boolean: 'detached resizable growable' }),
    },
  },
  DataView: {
    extends: 'Object',
    members: {
      ...methods({ number: bufferRead, undefined: bufferRead.replaceAll('get', 'set') }),
      ...values({ number: 'byteLength byteOffset', ArrayBuffer: 'buffer' }),
    },
  },
  Map: {
    extends: 'Object',
    iterates: 'data',
    members: {
      ...methods({
        data: 'get getOrInsert getOrInsertComputed',
        receiver: 'set',
        boolean: 'has delete',
        undefined: 'clear forEach',
        Iterator: 'entries keys values Symbol.iterator',
      }),
      size: { type: 'number' },
    },
  },
  Set: {
    extends: 'Object',
    iterates: 'data',
    members: {
      ...methods({
        receiver: 'add',
        boolean: 'has delete isSubsetOf isSupersetOf isDisjointFrom',
        undefined: 'clear forEach',
        Set: 'union intersection difference symmetricDifference',
        Iterator: 'entries keys values Symbol.iterator',
      }),
      size: { type: 'number' },
    },
  },
  WeakMap: {
    extends: 'Object',
    members: methods({ data: 'get getOrInsert getOrInsertComputed', receiver: 'set', boolean: 'has delete' }),
  },
  WeakSet: { extends: 'Object', members: methods({ receiver: 'add', boolean: 'has delete' }) },
  Iterator: {
    extends: 'Object',
    iterates: 'data',
    members: {
      ...methods({
        data: 'next return throw reduce find',
        Iterator: 'map filter take drop flatMap Symbol.iterator Symbol.asyncIterator',
        Array: 'toArray',
        boolean: 'some every',
        undefined: 'forEach Symbol.dispose',
      }),
    },
  },
  Promise: {
    extends: 'Object',
    members: methods({ Promise: 'then catch finally' }),
  },
  // What an object of plain values offers: it may be of any shape.
  data: {
    extends: 'Object',
    iterates: 'data',
    members: { '*': { type: 'data', call: { returns: 'data' } } },
  },
  function: { extends: 'Function', members: {}, call: { returns: 'data' } },
};
