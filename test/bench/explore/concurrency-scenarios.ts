import type { Scenario } from './scenario.js';

/** Orders of completions, and handlers that interleave. */
export const concurrencyScenarios: readonly Scenario[] = [
  {
    bug: 'race-on-shared-variable',
    args: [['a', 'b', 'c']],
    activities: { quote: (shop: string) => ({ a: 30, b: 10, c: 20 })[shop] },
    eventually: ({ result }) => result === 10,
  },
  {
    bug: 'map-filled-by-completions',
    args: [['Ada', 'Bob', 'Cid']],
    activities: { grade: (student: string) => student.length },
    eventually: ({ result }) => (result as [string, number][]).map(([name]) => name).join() === 'Ada,Bob,Cid',
  },
  {
    bug: 'push-in-order-of-completion',
    activities: { fetchPart: (number: number) => `part${number} `, publish: undefined },
    eventually: ({ world }) => world.count('publish(part1 part2 part3 )') === 1,
  },
  {
    bug: 'handlers-interleave',
    args: [2],
    activities: { price: (item: string) => (item === 'pen' ? 1 : 10) },
    signals: [
      { name: 'add', args: ['pen'] },
      { name: 'add', args: ['book'] },
    ],
    eventually: ({ result }) => result === 11,
  },
  {
    bug: 'handler-cut-off',
    activities: { save: undefined },
    signals: [{ name: 'note', args: ['hello'] }, { name: 'close' }],
    // A note that comes after the workflow has ended is refused, not lost.
    eventually: ({ result, world }) => result === world.count('save'),
  },
  {
    bug: 'seats-oversold',
    args: [1, 2],
    activities: { book: undefined },
    signals: [
      { name: 'reserve', args: ['Ada'] },
      { name: 'reserve', args: ['Bob'] },
    ],
    always: ({ world }) => world.count('book') <= 1,
  },
  {
    bug: 'lock-not-checked-again',
    activities: { write: undefined },
    always: ({ history }) => runningAtOnce(history) <= 1,
  },
  {
    bug: 'race-leaks-the-loser',
    activities: { hold: (bank: string) => bank, release: undefined },
    eventually: ({ world }) => world.count('hold') - world.count('release') === 1,
  },
  {
    bug: 'late-result-after-timeout',
    activities: { reserve: undefined, reserveElsewhere: undefined, release: undefined },
    eventually: ({ world }) =>
      world.count('reserve') + world.count('reserveElsewhere') - world.count('release') === 1,
  },
  {
    bug: 'forgotten-await',
    activities: { ship: undefined, notify: undefined },
    eventually: ({ world }) => world.count('notify') === 1,
  },
  {
    bug: 'child-forgotten',
    activities: { invoice: undefined },
    eventually: ({ world }) => world.count('invoice') === 1,
  },
  {
    bug: 'stale-read-after-wait',
    args: ['Old Road'],
    activities: { confirmStock: undefined, ship: undefined },
    signals: [{ name: 'changeAddress', args: ['New Road'] }],
    eventually: ({ result, world }) => world.count(`ship(${String(result)})`) === 1,
  },
  {
    bug: 'fire-and-forget-failure',
    activities: { charge: undefined, audit: undefined },
    faults: { activityFailures: 1 },
    eventually: ({ world, status }) =>
      status !== 'COMPLETED' || world.count('charge') === 0 || world.count('audit') === 1,
  },
];

function runningAtOnce(history: readonly { readonly type: string }[]): number {
  const scheduled = history.filter((event) => event.type === 'ActivityTaskScheduled').length;
  const ended = history.filter((event) => event.type === 'ActivityTaskCompleted').length;
  return scheduled - ended;
}
