/**
 * Packages that reckon with dates. An instant is the same everywhere; what a calendar says of it depends on the
 * zone, and the zone is the host's unless one is given.
 */

import {
  allOf,
  atLeast,
  atMost,
  effects,
  lacksOption,
  localDay,
  matches,
  methods,
  missing,
  namespaceOf,
  when,
} from './build.js';
import type { Rows, ShapeTable } from './build.js';
import type { CallShape, Effect, EffectCase, ModuleShape, Predicate, Shape, TypeShape } from './types.js';

const CLOCK = 'new Date';
/** Also what it gives has but pure methods, of whatever name. */
const pure: Shape = { type: 'vetted', call: { returns: 'vetted' }, construct: { returns: 'vetted' } };

function clock(effect: Effect, returns: string, more: Partial<CallShape> = {}): Shape {
  return { call: { effect, returns, via: CLOCK, ...more } };
}

const DATE_FNS_CLOCK =
  'isToday isTomorrow isYesterday isPast isFuture isThisHour isThisISOWeek isThisMinute isThisMonth isThisQuarter ' +
  'isThisSecond isThisWeek isThisYear formatDistanceToNow formatDistanceToNowStrict startOfToday startOfTomorrow ' +
  'startOfYesterday endOfToday endOfTomorrow endOfYesterday';

/** What counts in milliseconds, compares instants or says lengths of time; all else is in the host's zone. */
const DATE_FNS_EXACT =
  'addMilliseconds addSeconds addMinutes addHours subMilliseconds subSeconds subMinutes subHours ' +
  'differenceInMilliseconds differenceInSeconds differenceInMinutes differenceInHours isBefore isAfter isEqual isValid ' +
  'isDate isExists isMatch isSameSecond compareAsc compareDesc min max clamp closestTo closestIndexTo isWithinInterval ' +
  'areIntervalsOverlapping getOverlappingDaysInIntervals toDate constructFrom fromUnixTime getTime getUnixTime getMilliseconds ' +
  'parseJSON formatDuration formatISODuration formatDistance formatDistanceStrict interval ' +
  'milliseconds hoursToMilliseconds hoursToMinutes hoursToSeconds minutesToHours minutesToMilliseconds ' +
  'minutesToSeconds secondsToHours secondsToMilliseconds secondsToMinutes millisecondsToHours millisecondsToMinutes ' +
  'millisecondsToSeconds daysToWeeks weeksToDays monthsToQuarters monthsToYears quartersToMonths quartersToYears ' +
  'yearsToDays yearsToMonths yearsToQuarters transpose constructNow setDefaultOptions getDefaultOptions longFormatters';

const dateFns: ModuleShape = {
  decides: 'large',
  exports: {
    '*': { type: 'data', call: { effect: 'locale', returns: 'data' } },
    default: pure,
    ...methods({ data: DATE_FNS_EXACT }),
    parseISO: { call: { effect: when(localDay(0), 'locale'), returns: 'data' } },
    ...Object.fromEntries(DATE_FNS_CLOCK.split(' ').map((name) => [name, clock('wall-clock', 'data')])),
  },
};

/** A day is as long as the host's zone says, an hour is an hour. */
const CALENDAR_UNIT = '^(?:d|days?|dates?|w|weeks?|isoWeeks?|M|months?|Q|quarters?|y|years?)$';
const inCalendarUnits = (argument: number): readonly EffectCase[] =>
  when(matches(argument, CALENDAR_UNIT), 'locale');
const NOW_TEXTS = 'fromNow toNow isToday isTomorrow isYesterday';
const WHOLE_TEXTS = 'toISOString toJSON';

const instant: ShapeTable = {
  ...methods({ number: 'valueOf unix getTime', Date: 'toDate', string: WHOLE_TEXTS, boolean: 'isValid' }),
  ...Object.fromEntries(NOW_TEXTS.split(' ').map((name) => [name, clock('wall-clock', 'string')])),
  utc: { call: { returns: 'ZonedMoment' } },
  tz: { call: { returns: 'ZonedMoment' } },
};

/** What the host's calendar says: of now that is one finding, and not two. */
function ofCalendar(rows: Rows, effect: Effect = 'locale'): ShapeTable {
  return Object.fromEntries(
    Object.entries(effects(effect, rows)).map(([name, shape]) => [
      name,
      { ...shape, yieldsTo: 'wall-clock' },
    ]),
  );
}

const COMPARISONS = 'isBefore isAfter isSame isSameOrBefore isSameOrAfter';

/** With now, unless another moment is given; by the days of the calendar only where that is asked for. */
function comparisons(...more: readonly EffectCase[]): ShapeTable {
  const compared = clock([{ when: atMost(0), effect: 'wall-clock' }, ...more], 'boolean');
  return Object.fromEntries(COMPARISONS.split(' ').map((name) => [name, compared]));
}

/** An instant with the calendar of the host. */
const hostMoment: TypeShape = {
  extends: 'Object',
  members: {
    ...instant,
    ...methods({ receiver: 'clone locale' }),
    ...ofCalendar({ receiver: 'add subtract', number: 'diff' }, inCalendarUnits(1)),
    ...comparisons(...inCalendarUnits(1)),
    isBetween: { call: { effect: inCalendarUnits(2), returns: 'boolean' } },
    ...methods({ boolean: 'isUtc isUTC isLocal isDayjs' }),
    from: { call: { returns: 'string' } },
    to: { call: { returns: 'string' } },
    ...ofCalendar({ ZonedMoment: 'utcOffset' }, when(atMost(0), 'locale')),
    ...methods({ number: 'millisecond milliseconds', receiver: 'local' }),
    ...ofCalendar({
      string: 'format toString calendar toLocaleString',
      number: 'daysInMonth',
      receiver: 'startOf endOf set setHours',
      // Read, they ask the calendar of the host; set, they go by it.
      data: '*',
    }),
  },
};

/** An instant with the calendar of a zone that was named. */
const zonedMoment: TypeShape = {
  extends: 'Object',
  members: {
    ...instant,
    local: { call: { returns: 'HostMoment' } },
    ...comparisons(),
    ...methods({
      string: 'format toString from to calendar',
      number: 'diff daysInMonth utcOffset',
      receiver: 'clone add subtract startOf endOf set tz locale',
    }),
    // `hour()` gives a number, `hour(8)` another instant.
    '*': { call: { returns: 'ZonedMoment' } },
  },
};

const changesDefaults: Shape = { call: { effect: when(atLeast(1), 'module-state'), returns: 'string' } };

const zoned: Shape = {
  ...clock(when(atMost(0), 'wall-clock'), 'ZonedMoment'),
  members: {
    guess: { call: { effect: 'locale', returns: 'string' } },
    setDefault: changesDefaults,
    '*': pure,
  },
};

/** `dayjs()`, `moment()`: now, unless a date is given; a text without an offset is a time of the host's zone. */
const moment: Shape = {
  call: {
    effect: [
      { when: atMost(0), effect: 'wall-clock' },
      { when: localDay(0), effect: 'locale' },
    ],
    returns: 'HostMoment',
    via: CLOCK,
  },
  members: {
    utc: clock(when(atMost(0), 'wall-clock'), 'ZonedMoment'),
    parseZone: clock(when(atMost(0), 'wall-clock'), 'ZonedMoment'),
    tz: zoned,
    unix: { call: { returns: 'HostMoment' } },
    now: clock('wall-clock', 'number'),
    ...Object.fromEntries(
      'locale updateLocale defineLocale relativeTimeThreshold'
        .split(' ')
        .map((name) => [name, changesDefaults]),
    ),
    '*': pure,
  },
};

const moments: ModuleShape = {
  decides: 'published',
  exports: { default: moment, utc: moment.members!['utc']!, tz: zoned, '*': pure },
};

/** The zone is among the options, or a text names its own. */
function made(zoneAt: number, effect?: Effect): Shape {
  return {
    call: {
      ...(effect === undefined ? {} : { effect }),
      via: CLOCK,
      returns: 'HostDateTime',
      returnsFor: {
        argument: zoneAt,
        cases: [
          { options: ['zone', 'locale'], returns: 'FixedDateTime' },
          { options: ['zone'], returns: 'ZonedDateTime' },
          { options: ['setZone'], returns: 'ZonedDateTime' },
        ],
        otherwise: 'HostDateTime',
      },
    },
  };
}

/** A text without an offset, and no zone given for it. */
const zonedText = made(1, when(allOf(localDay(0), lacksOption(1, 'zone', 'setZone')), 'locale'));
const LUXON_NOW = 'toRelative toRelativeCalendar';
const toNow = Object.fromEntries(
  LUXON_NOW.split(' ').map((name) => [name, clock(when(lacksOption(0, 'base'), 'wall-clock'), 'string')]),
);
const inCalendar: Predicate = {
  type: 'option-given',
  argument: 0,
  options: ['days', 'day', 'weeks', 'week', 'months', 'month', 'quarters', 'quarter', 'years', 'year'],
};

const HOST_DATE_TIME: ShapeTable = {
  ...toNow,
  ...methods({ number: 'toMillis toSeconds toUnixInteger valueOf', Date: 'toJSDate toBSON' }),
  ...methods({ ZonedDateTime: 'toUTC', receiver: 'setLocale reconfigure toLocal' }),
  setZone: { call: { effect: when(missing(0), 'locale'), returns: 'ZonedDateTime' } },
  ...ofCalendar({ receiver: 'plus minus' }, when(inCalendar, 'locale')),
  ...ofCalendar({ LuxonLength: 'diff' }, inCalendarUnits(1)),
  diffNow: clock('wall-clock', 'LuxonLength'),
  ...Object.fromEntries(
    ['ts', 'isValid', 'invalidReason', 'invalidExplanation'].map((name) => [name, { type: 'data' }]),
  ),
  ...ofCalendar({
    string: 'toISO toISODate toISOTime toISOWeekDate toFormat toSQL toRFC2822 toString toJSON toLocaleString',
    Array: 'toLocaleParts',
    receiver: 'startOf endOf set',
  }),
  ...methods({ boolean: 'equals', string: 'toHTTP' }),
  ...Object.fromEntries(
    'year month day hour minute second weekday ordinal weekNumber weekYear quarter offset zoneName zone daysInMonth isInDST'
      .split(' ')
      .map((name) => [name, { read: 'locale', type: 'number', yieldsTo: 'wall-clock' } as const]),
  ),
  '*': pure,
};

const ZONED_DATE_TIME: ShapeTable = {
  ...toNow,
  diffNow: clock('wall-clock', 'LuxonLength'),
  toLocal: { call: { returns: 'HostDateTime' } },
  ...methods({
    FixedDateTime: 'setLocale reconfigure',
    receiver: 'toUTC setZone plus minus startOf endOf set',
    LuxonLength: 'diff',
    Date: 'toJSDate toBSON',
    number: 'toMillis toSeconds toUnixInteger valueOf',
    boolean: 'equals hasSame',
    string: 'toISO toISODate toISOTime toISOWeekDate toFormat toSQL toRFC2822 toString toJSON toHTTP',
  }),
  '*': pure,
};

const named: Effect = when(lacksOption(1, 'locale'), 'locale');

const luxon: ModuleShape = {
  decides: 'published',
  exports: {
    '*': pure,
    DateTime: namespaceOf({
      '*': pure,
      now: clock('wall-clock', 'HostDateTime'),
      utc: clock(when(atMost(0), 'wall-clock'), 'ZonedDateTime'),
      local: clock([{ when: atMost(0), effect: 'wall-clock' }, { effect: 'locale' }], 'HostDateTime'),
      fromISO: zonedText,
      fromSQL: zonedText,
      fromMillis: made(1),
      fromSeconds: made(1),
      fromJSDate: made(1),
      fromHTTP: made(1),
      fromRFC2822: made(1),
      fromObject: made(1, when(lacksOption(1, 'zone'), 'locale')),
      fromFormat: made(2, when(lacksOption(2, 'zone', 'setZone'), 'locale')),
    }),
    Duration: namespaceOf({ '*': { type: 'data', call: { returns: 'LuxonLength' } } }),
    Interval: namespaceOf({ '*': { type: 'data', call: { returns: 'LuxonLength' } } }),
    // Its properties are the defaults of all dates that are made from then on.
    Settings: { write: 'module-state', members: { now: clock('wall-clock', 'number'), '*': pure } },
  },
};

/** A rule without a start begins now. */
const rule: Shape = {
  construct: { effect: when(lacksOption(0, 'dtstart'), 'wall-clock'), returns: 'Recurrence', via: CLOCK },
  members: {
    fromString: { call: { returns: 'Recurrence' } },
    '*': pure,
  },
};

const rrule: ShapeTable = {
  '*': pure,
  RRule: rule,
  RRuleSet: { construct: { returns: 'Recurrence' } },
  rrulestr: { call: { returns: 'Recurrence' } },
};

/** The next run after now, unless another moment is given, in the host's zone, unless another is. */
const parseCron: Shape = {
  call: {
    effect: when(lacksOption(1, 'currentDate'), 'wall-clock'),
    further: [{ when: lacksOption(1, 'tz', 'utc'), effect: 'locale' }],
    returns: 'Recurrence',
    via: CLOCK,
  },
};

export const timePackages: Readonly<Record<string, ModuleShape>> = {
  'date-fns': dateFns,
  dayjs: moments,
  moment: moments,
  'moment-timezone': moments,
  luxon,
  rrule: { decides: 'published', exports: { ...rrule, default: { members: rrule } } },
  'cron-parser': {
    decides: 'published',
    exports: {
      '*': pure,
      parseExpression: parseCron,
      CronExpressionParser: namespaceOf({ parse: parseCron }),
      default: { type: 'data', members: { parse: parseCron, parseExpression: parseCron } },
    },
  },
};

export const timeTypes: Readonly<Record<string, TypeShape>> = {
  HostMoment: hostMoment,
  ZonedMoment: zonedMoment,
  HostDateTime: { extends: 'Object', members: HOST_DATE_TIME },
  ZonedDateTime: {
    extends: 'Object',
    members: { ...ZONED_DATE_TIME, ...effects(named, { string: 'toLocaleString', Array: 'toLocaleParts' }) },
  },
  /** In a zone and a language that are named. */
  FixedDateTime: {
    extends: 'Object',
    members: { ...ZONED_DATE_TIME, ...methods({ string: 'toLocaleString', Array: 'toLocaleParts' }) },
  },
  LuxonLength: {
    extends: 'Object',
    members: {
      ...methods({
        number: 'as toMillis valueOf length count',
        string: 'toISO toFormat toHuman toString',
        data: 'toObject',
      }),
      '*': { type: 'data', call: { returns: 'LuxonLength' } },
    },
  },
  /** The dates of a rule, or of a line of a crontab. */
  Recurrence: {
    extends: 'Object',
    iterates: 'data',
    members: {
      ...methods({
        data: 'all between take',
        Date: 'after before toDate',
        string: 'toString toText toISOString stringify',
      }),
      ...methods({ number: 'getTime', boolean: 'hasNext hasPrev' }),
      '*': { type: 'data', call: { returns: 'Recurrence' } },
    },
  },
};
