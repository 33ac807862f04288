/** Packages whose objects keep something: caches, locks, queues, streams, templates. */

import { effects, hasOption, matches, methods, namespaceOf, not, optionIs, values, when } from './build.js';
import type { ShapeTable } from './build.js';
import type { CallShape, ModuleShape, Predicate, Shape, TypeShape } from './types.js';

const TIMER = 'setTimeout';
/** Timers of streams repeat. */
const INTERVAL = 'setInterval';
const CLOCK = 'Date.now';
/** Also what it gives has but pure methods, of whatever name. */
const pure: Shape = { type: 'vetted', call: { returns: 'vetted' }, construct: { returns: 'vetted' } };
const opaque: Shape = { call: { returns: 'Held' }, construct: { returns: 'Held' } };

function shapes(names: string, shape: Shape): ShapeTable {
  return Object.fromEntries(names.split(' ').map((name) => [name, shape]));
}

function packagesOf(names: string, module: ModuleShape): Record<string, ModuleShape> {
  return Object.fromEntries(names.split(' ').map((name) => [name, module]));
}

/** Waits on a timer of the process, and asks the clock how long it has been. */
function waits(returns: string, more: Partial<CallShape> = {}): Shape {
  return { call: { effect: 'native-timer', returns, via: TIMER, ...more } };
}

/** A class: what it is told to do with time decides what its instances do. */
function timed(options: readonly string[], plain: string, withTime: string): Shape {
  const construct: CallShape = {
    returns: plain,
    returnsFor: {
      argument: 0,
      cases: options.map((name) => ({ options: [name], returns: withTime })),
      otherwise: plain,
    },
  };
  return { construct, call: construct, members: { '*': pure } };
}

const CACHE_WRITES = 'set delete clear resize evict prune purgeStale peekEvict';
const CACHE_READS = 'get has peek find keys values entries forEach rkeys rvalues dump info';
const CACHE_FILLS = 'fetch memo forceFetch';

function cacheMembers(clock: Partial<CallShape>): ShapeTable {
  return {
    ...shapes(CACHE_WRITES, { call: { returns: 'data', shared: 'module-state', ...clock } }),
    ...shapes(CACHE_READS, { call: { returns: 'data', ...clock } }),
    ...shapes(CACHE_FILLS, { call: { returns: 'Promise<data>', shared: 'module-state', ...clock } }),
    ...values({ number: 'size max maxSize maxAge calculatedSize ttl' }),
    '*': pure,
  };
}

const expires: Partial<CallShape> = { effect: 'wall-clock', via: CLOCK };
const lru = timed(['ttl', 'maxAge'], 'KeptCache', 'TimedCache');

/** A queue that counts calls in intervals, or gives up on those that take long, asks the clock and sets timers. */
const queue = timed(['interval', 'intervalCap', 'timeout'], 'CallQueue', 'TimedQueue');
const runs: CallShape = { returns: 'Promise<data>', shared: 'module-state' };

function queueMembers(add: CallShape): ShapeTable {
  return {
    ...shapes('add addAll push unshift schedule', { call: add }),
    ...methods({ 'Promise<undefined>': 'onEmpty onIdle onSizeLessThan drain', data: 'sizeBy setPriority' }),
    ...methods({ receiver: 'start on once off pause clear' }),
    ...values({ number: 'size pending concurrency', boolean: 'isPaused' }),
    '*': pure,
  };
}

/** Loads what was asked for in one tick in the next one. */
const loader: Shape = { construct: { returns: 'BatchLoader' }, call: { returns: 'BatchLoader' } };
const batched: CallShape = {
  effect: 'native-timer',
  via: TIMER,
  shared: 'module-state',
  returns: 'Promise<data>',
  runsKept: true,
};

const lock: Shape = { construct: { returns: 'Lock' } };

const rx: ShapeTable = {
  '*': { type: 'Stream', call: { returns: 'Stream' }, construct: { returns: 'Stream' } },
  ...shapes('firstValueFrom lastValueFrom', { call: { returns: 'Promise<data>', runsKept: true } }),
  ...shapes(
    'timer interval delay delayWhen debounceTime throttleTime auditTime sampleTime bufferTime windowTime timeout timeoutWith',
    { call: { effect: 'native-timer', returns: 'Stream', via: INTERVAL } },
  ),
  ...shapes('timestamp timeInterval', { call: { effect: 'wall-clock', returns: 'Stream', via: CLOCK } }),
  ...shapes('asyncScheduler asapScheduler queueScheduler animationFrameScheduler', {
    members: { '*': { call: { effect: 'native-timer', returns: 'data', via: INTERVAL } } },
  }),
  ...shapes('Subject BehaviorSubject ReplaySubject AsyncSubject', { construct: { returns: 'Subject' } }),
  config: { type: 'data', write: 'module-state' },
};
const rxjs: ModuleShape = { decides: 'published', exports: rx };

const HANDLEBARS_STATE =
  'registerHelper unregisterHelper registerPartial unregisterPartial registerDecorator unregisterDecorator';
const handlebars: ShapeTable = {
  '*': pure,
  ...effects('dynamic-code', { function: 'compile template' }),
  precompile: { call: { returns: 'string' } },
  ...shapes(HANDLEBARS_STATE, { call: { effect: 'module-state', returns: 'undefined' } }),
  create: { call: { returns: 'TemplateEngine' } },
};

const mustache: Shape = {
  type: 'data',
  write: 'module-state',
  members: { '*': { ...pure, write: 'module-state' } },
};

const clockOfQuery = matches(0, '\\$(?:now|millis)\\s*\\(');
const chanceOfQuery = matches(0, '\\$(?:random|shuffle)\\s*\\(');
/** What the text of a query asks for. */
const jsonata: Shape = {
  call: {
    effect: when(clockOfQuery, 'wall-clock'),
    further: [{ when: chanceOfQuery, effect: 'randomness' }],
    returns: 'Held',
    via: CLOCK,
  },
};
const evaluated: Shape = {
  call: { effect: when(matches(0, '\\brandom\\s*\\('), 'randomness'), returns: 'Held', via: 'Math.random' },
};
const parser: Shape = {
  construct: { returns: 'FormulaParser' },
  members: { parse: evaluated, evaluate: evaluated },
};

/** A memoized function is the one that was given, with a store; what has an age is asked of the clock. */
const memoize: Shape = {
  call: {
    effect: when(hasOption(1, 'maxAge', 'ttl'), 'wall-clock'),
    via: CLOCK,
    returns: 'argument:0',
    alsoReturns: 'Memoized',
    callbacks: 'ignored',
  },
};

/** Waits between attempts by a timer, asks how long it has taken, and makes the waits differ. */
function retries(scatters: Predicate): Shape {
  return {
    call: {
      effect: 'native-timer',
      further: [{ effect: 'wall-clock' }, { when: scatters, effect: 'randomness' }],
      via: { 'native-timer': TIMER, 'wall-clock': 'Performance#now', randomness: 'Math.random' },
      returns: 'Promise<data>',
    },
  };
}

/** Its promises go on by timers of their own. */
const timedPromise: CallShape = { effect: 'native-timer', via: TIMER, returns: 'Promise<data>' };
const bluebird: Shape = {
  call: timedPromise,
  construct: timedPromise,
  members: { '*': { call: timedPromise } },
};

export const statePackages: Readonly<Record<string, ModuleShape>> = {
  ...packagesOf('lru-cache quick-lru', {
    decides: 'published',
    exports: { default: lru, LRUCache: lru, '*': pure },
  }),
  ...packagesOf('memoize mem memoizee p-memoize micro-memoize memoize-one', {
    decides: 'published',
    exports: { default: memoize, memoizeOne: memoize, '*': pure },
  }),
  'p-queue': { decides: 'published', exports: { default: queue, '*': opaque } },
  dataloader: { decides: 'published', exports: { default: loader } },
  'async-mutex': {
    decides: 'published',
    exports: {
      '*': pure,
      Mutex: lock,
      Semaphore: lock,
      withTimeout: waits('Lock', { callbacks: 'ignored' }),
    },
  },
  rxjs,
  'rxjs/operators': rxjs,
  handlebars: { decides: 'published', exports: { ...handlebars, default: namespaceOf(handlebars) } },
  mustache: { decides: 'published', exports: { default: mustache, '*': pure } },
  jsonata: { decides: 'published', exports: { default: jsonata } },
  'expr-eval': { decides: 'published', exports: { Parser: parser, '*': pure } },
  'p-retry': {
    decides: 'published',
    exports: { '*': pure, default: retries(optionIs(1, 'randomize', true)) },
  },
  'async-retry': {
    decides: 'published',
    exports: { default: retries(not(optionIs(1, 'randomize', false))) },
  },
  bluebird: { decides: 'published', exports: { default: bluebird, '*': bluebird } },
};

const streamMembers: ShapeTable = {
  ...shapes('toPromise forEach subscribe', { call: { returns: 'Promise<data>', runsKept: true } }),
  ...methods({ data: 'getValue' }),
  '*': { type: 'Stream', call: { returns: 'Stream' } },
};

export const stateTypes: Readonly<Record<string, TypeShape>> = {
  /** Of no interest: all that it gives is of its kind. */
  Held: {
    extends: 'Object',
    keeps: true,
    members: {
      ...methods({ 'Promise<data>': 'evaluate', function: 'toJSFunction' }),
      '*': { type: 'data', call: { returns: 'Held' } },
    },
    call: { returns: 'data' },
  },
  FormulaParser: {
    extends: 'Object',
    members: { parse: evaluated, evaluate: evaluated, '*': pure },
  },
  KeptCache: { extends: 'Object', members: cacheMembers({}), iterates: 'data' },
  TimedCache: { extends: 'Object', members: cacheMembers(expires), iterates: 'data' },
  CallQueue: { extends: 'Object', members: queueMembers(runs) },
  TimedQueue: {
    extends: 'Object',
    members: queueMembers({
      ...runs,
      effect: 'native-timer',
      further: [{ effect: 'wall-clock' }],
      via: TIMER,
    }),
  },
  BatchLoader: {
    extends: 'Object',
    keeps: true,
    members: {
      ...shapes('load loadMany', { call: batched }),
      ...shapes('prime clear clearAll', { call: { returns: 'receiver', shared: 'module-state' } }),
      '*': pure,
    },
  },
  Lock: {
    extends: 'Object',
    members: {
      ...shapes('runExclusive', { call: { returns: 'Promise<data>', shared: 'module-state' } }),
      acquire: { call: { returns: 'Promise<function>', shared: 'module-state' } },
      ...shapes('release cancel waitForUnlock setValue', {
        call: { returns: 'data', shared: 'module-state' },
      }),
      ...methods({ boolean: 'isLocked', number: 'getValue' }),
    },
  },
  Stream: { extends: 'Object', keeps: true, members: streamMembers },
  Subject: {
    extends: 'Object',
    keeps: true,
    members: {
      ...streamMembers,
      ...shapes('next error complete subscribe', { call: { returns: 'Stream', shared: 'module-state' } }),
      value: { type: 'data' },
    },
  },
  TemplateEngine: {
    extends: 'Object',
    members: {
      ...effects('dynamic-code', { function: 'compile template' }),
      ...shapes(HANDLEBARS_STATE, { call: { returns: 'undefined', shared: 'module-state' } }),
      '*': pure,
    },
  },
};
