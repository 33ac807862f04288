/** Numbers, strings, regular expressions, dates and Intl. */

import {
  anyOf,
  atLeast,
  atMost,
  classOf,
  effects,
  lacksOption,
  localTime,
  methods,
  missing,
  namespaceOf,
  noLocale,
  values,
  when,
} from './build.js';
import type { ShapeTable } from './build.js';
import type { Effect, Shape, TypeShape } from './types.js';

const LOCALE_ADVICE =
  "Give the locale, and for dates the time zone: `toLocaleString('en-US', { timeZone: 'UTC' })`.";
const ZONE_ADVICE = 'Use the UTC method, or a date that names its zone (`2024-01-01T00:00Z`).';

/** `new Date(…)`: now, or parts of a local time, or a text that is read as one. */
const madeOf = [
  { when: atMost(0), effect: 'wall-clock' },
  { when: anyOf(atLeast(2), localTime(0)), effect: 'locale' },
  { effect: 'deterministic' },
] as const satisfies Effect;

export const textGlobals: ShapeTable = {
  Math: namespaceOf({
    ...methods({
      number:
        'abs acos acosh asin asinh atan atanh atan2 ceil cbrt expm1 clz32 cos cosh exp floor fround f16round hypot imul ' +
        'log log1p log2 log10 max min pow round sign sin sinh sqrt sumPrecise tan tanh trunc',
    }),
    ...values({ number: 'E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2' }),
    random: { call: { effect: 'randomness', returns: 'number' } },
  }),
  Number: {
    call: { returns: 'number' },
    ...classOf('number', {
      ...methods({ boolean: 'isFinite isInteger isNaN isSafeInteger', number: 'parseFloat parseInt' }),
      ...values({
        number:
          'EPSILON MAX_SAFE_INTEGER MAX_VALUE MIN_SAFE_INTEGER MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY',
      }),
    }),
  },
  BigInt: { call: { returns: 'bigint' }, ...classOf('bigint', methods({ bigint: 'asIntN asUintN' })) },
  String: {
    call: { returns: 'string' },
    ...classOf('string', methods({ string: 'fromCharCode fromCodePoint raw' })),
  },
  RegExp: {
    call: { returns: 'RegExp' },
    ...classOf('RegExp', {
      ...methods({ string: 'escape' }),
      // The last match of the whole realm: what else ran decides it.
      ...values({
        string:
          "input $_ lastMatch $& lastParen $+ leftContext $` rightContext $' $1 $2 $3 $4 $5 $6 $7 $8 $9",
      }),
    }),
  },
  Date: {
    // Its text is in the host's time zone, whatever the clock says.
    call: { effect: [{ effect: 'wall-clock' }, { effect: 'locale' }], returns: 'string' },
    ...classOf(
      'Date',
      {
        now: { call: { effect: 'wall-clock', returns: 'number' } },
        UTC: { call: { returns: 'number' } },
        parse: { call: { effect: when(localTime(0), 'locale'), returns: 'number' }, advice: ZONE_ADVICE },
      },
      {
        effect: madeOf,
      },
    ),
  },
};

const localeUnless = (...options: readonly string[]) =>
  when(options.length === 0 ? noLocale(0) : anyOf(noLocale(0), lacksOption(1, ...options)), 'locale');

const dateLocal: ShapeTable = {
  ...effects(
    'locale',
    {
      number:
        'getFullYear getMonth getDate getDay getHours getMinutes getSeconds getTimezoneOffset getYear ' +
        'setFullYear setMonth setDate setHours setMinutes setSeconds setYear',
      string: 'toString toDateString toTimeString Symbol.toPrimitive',
    },
    ZONE_ADVICE,
  ),
  ...effects(
    localeUnless('timeZone'),
    { string: 'toLocaleString toLocaleDateString toLocaleTimeString' },
    LOCALE_ADVICE,
  ),
};

/** `date.constructor`: the real one, also where a sandbox replaced the global. */
const realDate: Shape = {
  call: { effect: 'wall-clock', returns: 'string' },
  construct: { effect: madeOf, returns: 'Date' },
  members: {
    now: { call: { effect: 'wall-clock', returns: 'number' } },
    UTC: { call: { returns: 'number' } },
    parse: { call: { effect: when(localTime(0), 'locale'), returns: 'number' }, advice: ZONE_ADVICE },
  },
};

export const textTypes: Readonly<Record<string, TypeShape>> = {
  number: {
    extends: 'Object',
    members: {
      ...methods({ string: 'toExponential toFixed toPrecision toString', number: 'valueOf' }),
      ...effects(localeUnless(), { string: 'toLocaleString' }, LOCALE_ADVICE),
    },
  },
  bigint: {
    extends: 'Object',
    members: {
      ...methods({ string: 'toString', bigint: 'valueOf' }),
      ...effects(localeUnless(), { string: 'toLocaleString' }, LOCALE_ADVICE),
    },
  },
  string: {
    extends: 'Object',
    iterates: 'string',
    members: {
      ...methods({
        string:
          'at charAt concat normalize padEnd padStart repeat replace replaceAll slice substr substring toLowerCase ' +
          'toUpperCase toString toWellFormed trim trimEnd trimStart trimLeft trimRight valueOf anchor big blink bold ' +
          'fixed fontcolor fontsize italics link small strike sub sup',
        number: 'charCodeAt codePointAt indexOf lastIndexOf search',
        boolean: 'endsWith includes isWellFormed startsWith',
        data: 'match split matchAll Symbol.iterator',
      }),
      length: { type: 'number' },
      ...effects(
        when(noLocale(1), 'locale'),
        { number: 'localeCompare' },
        "Give the locale: `a.localeCompare(b, 'en')`, or compare with `<`.",
      ),
      ...effects(
        localeUnless(),
        { string: 'toLocaleLowerCase toLocaleUpperCase' },
        'Use `toLowerCase()` / `toUpperCase()`, or give the locale.',
      ),
    },
  },
  RegExp: {
    extends: 'Object',
    members: {
      ...methods({
        data: 'exec Symbol.match Symbol.matchAll Symbol.split',
        boolean: 'test',
        string: 'toString Symbol.replace',
        number: 'Symbol.search',
        receiver: 'compile',
      }),
      ...values({
        boolean: 'dotAll global hasIndices ignoreCase multiline sticky unicode unicodeSets',
        string: 'flags source',
        number: 'lastIndex',
      }),
    },
  },
  Date: {
    extends: 'Object',
    members: {
      ...methods({
        number:
          'getTime valueOf getUTCDate getUTCDay getUTCFullYear getUTCHours getUTCMilliseconds getUTCMinutes getUTCMonth ' +
          'getUTCSeconds getMilliseconds setTime setMilliseconds setUTCDate setUTCFullYear setUTCHours setUTCMilliseconds setUTCMinutes ' +
          'setUTCMonth setUTCSeconds',
        string: 'toISOString toJSON toUTCString toGMTString',
        data: 'toTemporalInstant',
      }),
      ...dateLocal,
      constructor: realDate,
    },
  },
};

const supported = methods({ Array: 'supportedLocalesOf' });

/** A formatter: without a locale, and for dates without a zone, the host decides. */
function intlClass(type: string, ...options: readonly string[]): Shape {
  const effect = localeUnless(...options);
  const returns = `Intl.${type}`;
  return {
    call: { effect, returns },
    ...classOf(returns, supported, { effect, returns }),
    advice: LOCALE_ADVICE,
  };
}

const formatter = (rows: Readonly<Record<string, string>>): TypeShape => ({
  extends: 'Object',
  members: { ...methods({ data: 'resolvedOptions', ...rows }) },
});

export const intlGlobals: ShapeTable = {
  Intl: namespaceOf({
    ...methods({ Array: 'getCanonicalLocales' }),
    supportedValuesOf: { call: { effect: 'locale', returns: 'Array' } },
    DateTimeFormat: intlClass('DateTimeFormat', 'timeZone'),
    NumberFormat: intlClass('NumberFormat'),
    Collator: intlClass('Collator'),
    PluralRules: intlClass('PluralRules'),
    RelativeTimeFormat: intlClass('RelativeTimeFormat'),
    ListFormat: intlClass('ListFormat'),
    DisplayNames: intlClass('DisplayNames'),
    Segmenter: intlClass('Segmenter'),
    DurationFormat: intlClass('DurationFormat'),
    Locale: classOf('Intl.Locale', {}, { returns: 'Intl.Locale' }),
  }),
};

export const intlTypes: Readonly<Record<string, TypeShape>> = {
  'Intl.DateTimeFormat': {
    extends: 'Object',
    members: {
      ...methods({ data: 'resolvedOptions formatRangeToParts', string: 'formatRange' }),
      ...effects(
        when(missing(0), 'wall-clock'),
        { string: 'format', data: 'formatToParts' },
        'Give the date: `format(date)`.',
      ),
    },
  },
  'Intl.NumberFormat': formatter({
    string: 'format formatRange',
    data: 'formatToParts formatRangeToParts resolvedOptions',
  }),
  'Intl.Collator': formatter({ number: 'compare', data: 'resolvedOptions' }),
  'Intl.PluralRules': formatter({ string: 'select selectRange', data: 'resolvedOptions' }),
  'Intl.RelativeTimeFormat': formatter({ string: 'format', data: 'formatToParts resolvedOptions' }),
  'Intl.ListFormat': formatter({ string: 'format', data: 'formatToParts resolvedOptions' }),
  'Intl.DurationFormat': formatter({ string: 'format', data: 'formatToParts resolvedOptions' }),
  'Intl.DisplayNames': formatter({ string: 'of', data: 'resolvedOptions' }),
  'Intl.Segmenter': formatter({ data: 'segment resolvedOptions' }),
  'Intl.Locale': {
    extends: 'Object',
    members: {
      ...methods({
        string: 'toString',
        'Intl.Locale': 'maximize minimize',
        data: 'getCalendars getCollations getHourCycles getNumberingSystems getTextInfo getTimeZones getWeekInfo',
      }),
      ...values({
        string:
          'language script region baseName calendar caseFirst collation hourCycle numberingSystem firstDayOfWeek variants',
        boolean: 'numeric',
        data: 'calendars collations hourCycles numberingSystems textInfo timeZones weekInfo',
      }),
    },
  },
};

/** The proposal that Node ships behind a flag: only `Temporal.Now` looks at the host. */
export const temporalGlobals: ShapeTable = {
  Temporal: namespaceOf({
    Now: namespaceOf({
      ...effects('wall-clock', {
        data: 'instant plainDateISO plainDateTimeISO plainTimeISO zonedDateTimeISO',
      }),
      ...effects('locale', { string: 'timeZoneId' }),
    }),
    ...Object.fromEntries(
      'Instant PlainDate PlainDateTime PlainMonthDay PlainTime PlainYearMonth ZonedDateTime Duration'
        .split(' ')
        .map((name) => [
          name,
          classOf(
            'data',
            methods({ data: 'from fromEpochMilliseconds fromEpochNanoseconds', number: 'compare' }),
          ),
        ]),
    ),
  }),
};
