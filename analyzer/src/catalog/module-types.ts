/** Types of the values that Node's modules make. */

import { methods, values } from './build.js';
import type { TypeShape } from './types.js';

export const moduleTypes: Readonly<Record<string, TypeShape>> = {
  EventEmitter: {
    extends: 'Object',
    members: {
      ...methods({
        receiver: 'on once addListener prependListener prependOnceListener setMaxListeners',
        boolean: 'emit',
        Array: 'eventNames listeners rawListeners',
        number: 'getMaxListeners listenerCount',
      }),
      off: { call: { returns: 'receiver', callbacks: 'ignored' } },
      removeListener: { call: { returns: 'receiver', callbacks: 'ignored' } },
      removeAllListeners: { call: { returns: 'receiver' } },
    },
  },
  NodeStream: {
    extends: 'EventEmitter',
    iterates: 'data',
    members: {
      ...methods({
        NodeStream:
          'pipe unpipe pause resume setEncoding destroy compose map filter flatMap take drop end read wrap iterator asIndexedPairs',
        boolean: 'write push isPaused unshift',
        'Promise<data>': 'toArray reduce find some every forEach',
        undefined: 'cork uncork',
        Iterator: 'Symbol.asyncIterator',
      }),
      '*': { type: 'data' },
    },
  },
  Hash: {
    extends: 'Object',
    members: {
      ...methods({
        receiver: 'update setAAD setAutoPadding setAuthTag copy',
        data: 'digest final sign verify getAuthTag',
      }),
    },
  },
  StringDecoder: {
    extends: 'Object',
    members: { ...methods({ string: 'write end' }), ...values({ string: 'encoding' }) },
  },
  AsyncLocalStorage: {
    extends: 'Object',
    members: {
      ...methods({ data: 'getStore', undefined: 'enterWith disable' }),
      run: { call: { returns: 'data' } },
      exit: { call: { returns: 'data' } },
      ...values({ string: 'name', data: 'defaultValue' }),
    },
  },
  AsyncResource: {
    extends: 'Object',
    members: {
      ...methods({ function: 'bind', receiver: 'emitDestroy', number: 'asyncId triggerAsyncId' }),
      runInAsyncScope: { call: { returns: 'data' } },
    },
  },
};
