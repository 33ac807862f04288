/** Packages that draw: ids, samples, generators with and without a seed. */

import {
  anyOf,
  atMost,
  effects,
  hasOption,
  lacksOption,
  methods,
  missing,
  namespaceOf,
  not,
  optionIs,
  when,
} from './build.js';
import type { ShapeTable } from './build.js';
import type { CallShape, Effect, ModuleShape, Shape, TypeShape } from './types.js';

const OWN_ID = 'Use the engine’s own deterministic id.';
const BYTES = 'Crypto#getRandomValues';
const MATH = 'Math.random';
/** Also what it gives has but pure methods, of whatever name. */
const pure: Shape = { type: 'vetted', call: { returns: 'vetted' }, construct: { returns: 'vetted' } };

function drawn(
  via: string,
  returns: string,
  effect: Effect = 'randomness',
  more: Partial<CallShape> = {},
): Shape {
  return { call: { effect, returns, via, ...more } };
}

function shapes(names: string, shape: Shape): ShapeTable {
  return Object.fromEntries(names.split(' ').map((name) => [name, shape]));
}

const random = drawn(BYTES, 'string');
const randomFactory: Shape = { call: { returns: 'RandomFunction' } };

function nanoidExports(via: string, factory: string): ShapeTable {
  return {
    nanoid: drawn(via, 'string'),
    random: drawn(via, 'data'),
    customAlphabet: { call: { returns: factory } },
    // Its bytes are what the function gives that it is made with.
    customRandom: { call: { returns: 'function' } },
    urlAlphabet: { type: 'string' },
  };
}

/** All that is random in them can be given. */
const ownBytes = when(not(hasOption(0, 'random', 'rng')), 'randomness');
const timeId = drawn(BYTES, 'string', ownBytes);

const uuidExports: ShapeTable = {
  v4: { ...drawn('Crypto#randomUUID', 'string', ownBytes), advice: OWN_ID },
  ...shapes('v1 v6 v7', { ...timeId, advice: OWN_ID }),
  ...methods({
    string: 'v3 v5 stringify v1ToV6 v6ToV1',
    data: 'parse',
    boolean: 'validate',
    number: 'version',
  }),
  NIL: { type: 'string' },
  MAX: { type: 'string' },
};

/** An id is mostly chance, whatever of the clock is in it. What `map` gives besides is no generator. */
const ulid = drawn(BYTES, 'string', [
  { when: anyOf(missing(1), { type: 'argument-type', argument: 1, is: ['number'] }), effect: 'randomness' },
  { when: missing(0), effect: 'wall-clock' },
]);

/** What a generator gives is decided by its seed; without one, by bytes of the host. */
const seeded: CallShape = {
  effect: [
    { when: optionIs(1, 'global', true), effect: 'global-mutation' },
    { when: optionIs(1, 'entropy', true), effect: 'randomness' },
    { when: missing(0), effect: 'randomness' },
  ],
  returns: 'SeededRandom',
  via: BYTES,
  callbacks: 'ignored',
};
const generator: Shape = { call: seeded, construct: seeded };
const generators: Shape = {
  ...generator,
  members: shapes('alea xor128 tychei xorwow xor4096 xorshift7', generator),
};

/** The seed is all that `chance` asks of the host, and the year that it is, for dates that are likely. */
const chance: Shape = {
  call: { effect: when(atMost(0), 'randomness'), returns: 'SeededClient', via: MATH },
  construct: { effect: when(atMost(0), 'randomness'), returns: 'SeededClient', via: MATH },
};

const randomNumber = drawn(MATH, 'data');
const setsDefaults: Shape = { call: { effect: 'module-state', returns: 'NumberClass' } };
/** Numbers of any size, whose class holds the settings of all and has a method that draws one. */
const NUMBER_CLASS: ShapeTable = {
  random: randomNumber,
  ...shapes('config set', setsDefaults),
  clone: { call: { returns: 'NumberClass' } },
  '*': pure,
};
const number: Shape = { ...pure, members: NUMBER_CLASS };

const drawsOfMath: ShapeTable = {
  '*': pure,
  ...shapes('random randomInt pickRandom', drawn(MATH, 'data')),
};

const encrypts: Shape = {
  // A key is made of a passphrase with salt; with a key of bytes the vector has to be given.
  members: { encrypt: drawn(BYTES, 'data', when(lacksOption(2, 'iv', 'salt'), 'randomness')), '*': pure },
};
const cryptoJs: ShapeTable = {
  '*': { ...pure, members: { '*': pure } },
  lib: {
    ...pure,
    members: { '*': pure, WordArray: { ...pure, members: { random: drawn(BYTES, 'data'), '*': pure } } },
  },
  ...shapes('AES DES TripleDES Rabbit RabbitLegacy RC4 RC4Drop', encrypts),
};

const LODASH_DRAWS = 'random sample sampleSize shuffle';
const timer = (returns: string): CallShape => ({ effect: 'native-timer', returns, via: 'setTimeout' });

/** Functions that change what they are given first. */
const LODASH_CHANGES =
  'assign assignIn assignWith extend extendWith defaults defaultsDeep merge mergeWith set setWith unset update updateWith ' +
  'pull pullAll pullAllBy pullAllWith pullAt remove fill reverse';

const lodashExports: ShapeTable = {
  '*': pure,
  ...shapes(LODASH_DRAWS, drawn(MATH, 'data')),
  ...effects('module-state', { string: 'uniqueId' }),
  // The function that is given is called, sooner or later.
  ...shapes('debounce throttle', { call: { ...timer('argument:0'), callbacks: 'ignored' } }),
  ...shapes('delay defer', { call: timer('number') }),
  now: { call: { effect: 'wall-clock', returns: 'number', via: 'Date.now' } },
  ...shapes(LODASH_CHANGES, { call: { returns: 'argument:0', changes: 0 } }),
  ...effects('dynamic-code', { function: 'template' }),
  ...shapes('once partial partialRight curry curryRight unary ary flip rearg spread rest wrap bind', {
    call: { returns: 'argument:0', callbacks: 'ignored' },
  }),
  ...shapes('before after', { call: { returns: 'argument:1', callbacks: 'ignored' } }),
  memoize: { call: { returns: 'argument:0', alsoReturns: 'Memoized', callbacks: 'ignored' } },
  chain: { call: { returns: 'LodashChain' } },
};

/** By functions, as the packages of one function are called, too. */
const lodashModules: Record<string, ModuleShape> = Object.fromEntries(
  Object.entries(lodashExports)
    .filter(([name]) => name !== '*')
    .flatMap(([name, shape]) =>
      [`lodash/${name}`, `lodash-es/${name}`, `lodash.${name}`].map((path): [string, ModuleShape] => [
        path,
        { exports: { default: shape, '*': shape } },
      ]),
    ),
);

const radash: ShapeTable = {
  '*': pure,
  ...shapes('draw random shuffle uid', drawn(MATH, 'data')),
  sleep: { call: timer('Promise<undefined>') },
  // Without a pause the next attempt follows at once.
  retry: {
    call: { ...timer('Promise<data>'), effect: when(hasOption(0, 'delay', 'backoff'), 'native-timer') },
  },
  ...shapes('debounce throttle', { call: { ...timer('argument:1'), callbacks: 'ignored' } }),
  ...shapes('tryit guard', { call: { returns: 'function' } }),
};

function packagesOf(names: string, module: ModuleShape): Record<string, ModuleShape> {
  return Object.fromEntries(names.split(' ').map((name) => [name, module]));
}

export const randomPackages: Readonly<Record<string, ModuleShape>> = {
  ...lodashModules,
  ...packagesOf('lodash lodash-es underscore', {
    exports: { ...lodashExports, default: { call: { returns: 'LodashChain' }, members: lodashExports } },
  }),
  ...packagesOf('fp-ts/Random fp-ts/lib/Random', {
    decides: 'published',
    exports: {
      random: drawn(MATH, 'number'),
      randomBool: drawn(MATH, 'boolean'),
      ...shapes('randomInt randomRange randomElem', { call: { returns: 'MathFunction' } }),
    },
  }),
  ...packagesOf('fp-ts/Date fp-ts/lib/Date', {
    decides: 'published',
    exports: {
      now: { call: { effect: 'wall-clock', returns: 'number', via: 'Date.now' } },
      create: { call: { effect: 'wall-clock', returns: 'Date', via: 'new Date' } },
    },
  }),
  radash: { decides: 'published', exports: radash },
  uuid: { decides: 'published', exports: { ...uuidExports, default: { ...random, members: uuidExports } } },
  ...packagesOf('uuid/v1 uuid/v4 uuidv4 uuidv7 cuid short-uuid shortid hyperid', {
    exports: { default: random, '*': random },
  }),
  ...packagesOf('nanoid nanoid/async', {
    decides: 'published',
    exports: nanoidExports(BYTES, 'RandomFunction'),
  }),
  'nanoid/non-secure': { decides: 'published', exports: nanoidExports(MATH, 'MathFunction') },
  ...packagesOf('ulid ulidx', {
    decides: 'published',
    exports: { '*': pure, ulid, default: ulid, monotonicFactory: randomFactory },
  }),
  '@paralleldrive/cuid2': {
    exports: {
      createId: random,
      init: randomFactory,
      isCuid: { call: { returns: 'boolean' } },
      getConstants: pure,
    },
  },
  ...packagesOf('@faker-js/faker casual', {
    exports: {
      '*': {
        type: 'RandomClient',
        call: { returns: 'RandomClient' },
        construct: { returns: 'RandomClient' },
      },
    },
  }),
  chance: {
    decides: 'published',
    exports: { '*': chance, default: { ...chance, members: { Chance: chance } } },
  },
  seedrandom: { decides: 'published', exports: { default: generators, '*': generator } },
  ...packagesOf('bcrypt bcryptjs argon2', {
    exports: { '*': pure, ...effects('randomness', { string: 'hash hashSync genSalt genSaltSync' }) },
  }),
  ...packagesOf('bignumber.js decimal.js', {
    decides: 'published',
    exports: { '*': pure, default: number, BigNumber: number, Decimal: number },
  }),
  mathjs: { decides: 'published', exports: { ...drawsOfMath, create: { call: { returns: 'MathClient' } } } },
  'crypto-js': { decides: 'published', exports: { ...cryptoJs, default: namespaceOf(cryptoJs) } },
  ...packagesOf('ramda rambda', {
    decides: 'large',
    exports: {
      '*': pure,
      memoizeWith: { call: { returns: 'argument:1', alsoReturns: 'Memoized', callbacks: 'ignored' } },
      once: { call: { returns: 'argument:0', callbacks: 'ignored' } },
    },
  }),
  remeda: {
    decides: 'large',
    exports: { '*': pure, ...shapes('shuffle sample randomInteger randomString', drawn(MATH, 'data')) },
  },
};

export const randomTypes: Readonly<Record<string, TypeShape>> = {
  LodashChain: {
    extends: 'Object',
    iterates: 'data',
    members: {
      ...shapes('shuffle sample sampleSize', drawn(MATH, 'LodashChain')),
      ...methods({
        data: 'value valueOf toJSON head first last find reduce sum max min get join size some every includes',
      }),
      '*': { type: 'LodashChain', call: { returns: 'LodashChain' } },
    },
  },
  RandomClient: {
    extends: 'Object',
    members: {
      seed: { call: { returns: 'number' } },
      '*': { type: 'RandomClient', call: { effect: 'randomness', returns: 'data', via: MATH } },
    },
  },
  RandomFunction: {
    extends: 'Function',
    members: {},
    call: { effect: 'randomness', returns: 'string', via: BYTES },
  },
  MathFunction: {
    extends: 'Function',
    members: {},
    call: { effect: 'randomness', returns: 'string', via: MATH },
  },
  SeededRandom: {
    extends: 'Function',
    members: { ...methods({ number: 'quick int32 double', data: 'state' }) },
    call: { returns: 'number' },
  },
  SeededClient: {
    extends: 'Object',
    members: {
      ...shapes('birthday date year age exp_year exp hammertime timestamp', {
        call: { effect: 'wall-clock', returns: 'data', via: 'new Date' },
      }),
      '*': { type: 'data', call: { returns: 'data' } },
    },
  },
  NumberClass: {
    extends: 'Function',
    members: {
      random: randomNumber,
      ...shapes('config set', setsDefaults),
      clone: { call: { returns: 'NumberClass' } },
      '*': pure,
    },
    call: { returns: 'vetted' },
  },
  /** With a seed of its own, or not: that is not seen. */
  MathClient: { extends: 'Object', members: { '*': pure } },
  /** A function with a store of what it gave. */
  Memoized: {
    extends: 'Function',
    members: { cache: { type: 'data' }, clear: { call: { returns: 'undefined', shared: 'module-state' } } },
    call: { returns: 'data', shared: 'module-state' },
  },
};
