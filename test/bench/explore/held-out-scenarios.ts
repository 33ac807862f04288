import { isSignal, lastArgument, mostAtOnce, schedulesAfterSignal } from './history-facts.js';
import type { Ledger } from './ledger.js';
import type { Scenario } from './scenario.js';

/** Written after the strategies, and left as they were written: what `explore` makes of bugs that it was not made for. */
export const heldOutScenarios: readonly Scenario[] = [
  {
    bug: 'coalesced-signal-lost',
    activities: { save: undefined },
    signals: [{ name: 'edit', args: ['a'] }, { name: 'edit', args: ['b'] }, { name: 'done' }],
    // What was edited last is what was saved last, unless it came after the end.
    eventually: ({ world, history }) =>
      lastArgument(history, 'edit') === undefined ||
      world.entries.at(-1) === `save(${lastArgument(history, 'edit')})`,
  },
  {
    bug: 'compensation-stops-at-failure',
    activities: {
      bookFlight: undefined,
      bookHotel: undefined,
      bookCar: undefined,
      cancelFlight: undefined,
      cancelHotel: undefined,
    },
    faults: { activityFailures: { bookCar: 1, cancelHotel: 1 } },
    eventually: ({ result, world }) => result === 'booked' || world.count('cancelFlight') === 1,
  },
  {
    bug: 'child-started-twice',
    activities: { checkStock: undefined, pack: undefined },
    signals: [{ name: 'order' }, { name: 'order' }],
    eventually: ({ status, world }) => status === 'COMPLETED' && world.count('pack') === 1,
  },
  {
    bug: 'update-cut-off-by-continue-as-new',
    args: [1],
    activities: { store: undefined },
    updates: [{ name: 'add', args: ['a'] }],
    eventually: ({ result, world }) => result === world.count('store'),
  },
  {
    bug: 'partial-failure-leaks-holds',
    minimum: 3,
    args: [['a', 'b', 'c']],
    activities: { hold: undefined, release: undefined },
    faults: { activityFailures: { hold: 1 } },
    eventually: ({ result, world }) => result === 'held' || world.count('hold') === world.count('release'),
  },
  {
    bug: 'key-made-anew-in-retry-loop',
    activities: { pay: undefined },
    faults: { lostResults: 1 },
    always: ({ world }) => new Set(world.entries).size <= 1,
  },
  {
    bug: 'payment-meets-expiry',
    activities: { ship: undefined, tell: undefined },
    signals: [{ name: 'paid' }],
    eventually: ({ result, history }) => result === 'shipped' || !history.some(isSignal),
  },
  {
    bug: 'cancellation-counts-as-failed-try',
    activities: { fast: undefined, fallback: undefined },
    faults: { cancel: true },
    eventually: ({ status, result }) => status !== 'COMPLETED' || result === 'fast',
  },
  {
    bug: 'lock-released-twice',
    args: [3],
    activities: { write: undefined },
    signals: [
      { name: 'note', args: ['a'] },
      { name: 'note', args: ['b'] },
      { name: 'note', args: ['c'] },
    ],
    faults: { activityFailures: 1 },
    always: ({ history }) => mostAtOnce(history, 'write') <= 1,
  },
  {
    bug: 'balance-read-before-await',
    args: [2],
    activities: { audit: undefined },
    signals: [
      { name: 'deposit', args: [1] },
      { name: 'deposit', args: [10] },
    ],
    eventually: ({ result }) => result === 11,
  },
  {
    bug: 'order-dependent-total',
    activities: { rate: (step: string) => (step === 'percent' ? 10 : 20) },
    eventually: ({ result }) => result === 70,
  },
  {
    bug: 'total-read-before-await',
    args: [['pen', 'book']],
    activities: { price: (item: string) => (item === 'pen' ? 1 : 10) },
    eventually: ({ result }) => result === 11,
  },
  {
    bug: 'dedupe-after-await',
    activities: { book: undefined },
    signals: [{ name: 'order', args: ['o-1'] }],
    faults: { duplicateSignals: 1 },
    always: ({ world }) => world.count('book') <= 1,
  },
  {
    bug: 'exact-count-missed',
    minimum: 3,
    activities: { prepare: undefined, open: undefined },
    signals: [{ name: 'vote' }, { name: 'vote' }, { name: 'vote' }],
  },
  {
    bug: 'done-taken-for-skipped',
    activities: (ledger: Ledger) => ({ send: undefined, isSent: () => ledger.count('send') > 0 }),
    faults: { lostResults: 1 },
    eventually: ({ result, world }) => result === 'sent' || world.count('send') === 0,
  },
  {
    bug: 'limit-counted-too-late',
    args: [['a', 'b', 'c']],
    activities: { look: undefined, download: undefined },
    always: ({ history }) => mostAtOnce(history, 'download') <= 2,
  },
  {
    bug: 'deadline-not-extended',
    activities: { close: undefined },
    signals: [{ name: 'extend' }],
    eventually: ({ result }) => (result as number) <= 0,
  },
  {
    bug: 'batch-sent-twice',
    args: [2],
    activities: { send: undefined },
    signals: [
      { name: 'item', args: ['a'] },
      { name: 'item', args: ['b'] },
    ],
    eventually: ({ world, history }) =>
      history.filter(isSignal).length === world.entries.join().replaceAll(/[^+(]/g, '').length,
  },
  {
    bug: 'wrong-item-taken-off',
    args: [2],
    activities: { handle: undefined },
    signals: [
      { name: 'task', args: ['slow', false] },
      { name: 'task', args: ['urgent', true] },
    ],
    eventually: ({ world }) => world.count('handle(slow)') === 1 && world.count('handle(urgent)') === 1,
  },
  {
    bug: 'revoked-while-checking',
    activities: { check: undefined, transfer: undefined },
    signals: [{ name: 'approve' }, { name: 'revoke' }],
    eventually: ({ history }) => !schedulesAfterSignal(history, 'revoke', 'transfer'),
  },
  {
    bug: 'settled-and-forgotten',
    args: [['Ada', 'Bob']],
    activities: { notify: undefined },
    faults: { activityFailures: 1 },
    eventually: ({ result, world }) => result === world.count('notify'),
  },
  {
    bug: 'refunded-twice',
    activities: { charge: undefined, ship: undefined, refund: undefined },
    faults: { activityFailures: { ship: 1 }, cancel: true },
    always: ({ world }) => world.count('refund') <= 1,
  },
  {
    bug: 'early-signals-dropped',
    args: [2],
    activities: {},
    signals: [
      { name: 'part', args: [0, 'Hello '] },
      { name: 'part', args: [1, 'world'] },
    ],
  },
  {
    bug: 'validator-sees-old-stock',
    activities: { pack: undefined },
    updates: [
      { name: 'buy', args: ['Ada'] },
      { name: 'buy', args: ['Bob'] },
    ],
    always: ({ world }) => world.count('pack') <= 1,
  },
  {
    bug: 'status-ahead-of-deed',
    activities: { charge: undefined },
    faults: { activityFailures: 1 },
    queries: ['status'],
    always: ({ state, world }) => state['status'] !== 'paid' || world.count('charge') > 0,
  },
  {
    bug: 'deadline-restarts-with-run',
    args: [2],
    activities: { remind: undefined },
    signals: [{ name: 'answer' }],
    eventually: ({ result, runs }) => result === 'answered' || !runs.flat().some(isSignal),
  },
  {
    bug: 'loser-has-booked-too',
    args: [['KL', 'LH']],
    activities: { book: (airline: string) => airline, cancelBooking: undefined },
    eventually: ({ world }) => world.count('book') - world.count('cancelBooking') === 1,
  },
  ...['guard-covers-half', 'activity-becomes-child', 'old-branch-edited'].map((bug): Scenario => ({
    bug,
    activities: {
      pick: undefined,
      pack: undefined,
      send: undefined,
      reserve: undefined,
      bill: undefined,
      oldWay: undefined,
      newWay: undefined,
      tidy: undefined,
    },
    secondVersion: true,
  })),
];
