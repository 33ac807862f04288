/** Packages for dates: what of them is now, and what is a time of the host's zone. */

import { allOf, atMost, effects, lacksOption, localTime, methods, namespaceOf, when } from './build.js';
import type { ModuleShape, Shape } from './types.js';

const pure: Shape = { type: 'data', call: { returns: 'data' }, construct: { returns: 'data' } };

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
  'parseISO parseJSON formatDuration formatISODuration formatDistance formatDistanceStrict interval intervalToDuration ' +
  'milliseconds hoursToMilliseconds hoursToMinutes hoursToSeconds minutesToHours minutesToMilliseconds ' +
  'minutesToSeconds secondsToHours secondsToMilliseconds secondsToMinutes millisecondsToHours millisecondsToMinutes ' +
  'millisecondsToSeconds daysToWeeks weeksToDays monthsToQuarters monthsToYears quartersToMonths quartersToYears ' +
  'yearsToDays yearsToMonths yearsToQuarters transpose constructNow setDefaultOptions getDefaultOptions longFormatters';

export const dateFns: ModuleShape = {
  decides: 'large',
  exports: {
    '*': { type: 'data', call: { effect: 'locale', returns: 'data' } },
    default: pure,
    ...methods({ data: DATE_FNS_EXACT }),
    ...effects('wall-clock', { data: DATE_FNS_CLOCK }),
  },
};

/** `dayjs()`, `moment()`: now, unless a date is given; a text without an offset is a time of the host's zone. */
export const dayjs: Shape = {
  call: {
    effect: [
      { when: atMost(0), effect: 'wall-clock' },
      { when: localTime(0), effect: 'locale' },
    ],
    returns: 'data',
  },
  members: {
    utc: { call: { effect: when(atMost(0), 'wall-clock'), returns: 'data' } },
    tz: {
      call: { effect: when(atMost(0), 'wall-clock'), returns: 'data' },
      members: { guess: { call: { effect: 'locale', returns: 'string' } } },
    },
    now: { call: { effect: 'wall-clock', returns: 'number' } },
    '*': pure,
  },
};

/** A text without an offset, and no zone given for it. */
const zonedText: Shape = {
  call: { effect: when(allOf(localTime(0), lacksOption(1, 'zone', 'setZone')), 'locale'), returns: 'data' },
};

export const luxon: ModuleShape = {
  decides: 'large',
  exports: {
    '*': pure,
    DateTime: namespaceOf({
      '*': pure,
      now: { call: { effect: 'wall-clock', returns: 'data' } },
      utc: { call: { effect: when(atMost(0), 'wall-clock'), returns: 'data' } },
      local: {
        call: { effect: [{ when: atMost(0), effect: 'wall-clock' }, { effect: 'locale' }], returns: 'data' },
      },
      fromISO: zonedText,
      fromSQL: zonedText,
    }),
  },
};
