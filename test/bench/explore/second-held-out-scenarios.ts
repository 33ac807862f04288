import { isSignal, schedulesAfterSignal, type Events } from './history-facts.js';
import type { Scenario } from './scenario.js';

/**
 * Written after the strategies had been changed for what the first held-out ones showed, without a look at them: sagas,
 * approvals, polling, leaders and followers, runs that continue, sets of what was seen, locks, windows, timers that
 * signals reset, updates, cancellation, retries.
 */
export const secondHeldOutScenarios: readonly Scenario[] = [
  {
    bug: 'undone-at-the-same-time',
    activities: { open: undefined, charge: undefined, refund: undefined, close: undefined },
    faults: { activityFailures: { charge: 1 } },
    eventually: ({ result, world }) => result === 'charged' || world.entries.at(-1) === 'close',
  },
  {
    bug: 'undo-list-outlives-attempt',
    activities: { reserve: undefined, ship: undefined, release: undefined },
    faults: { activityFailures: { ship: 2 } },
    always: ({ world }) => world.count('release') <= world.count('reserve'),
  },
  {
    bug: 'nothing-undone-when-cancelled',
    activities: { reserve: undefined, charge: undefined, release: undefined },
    faults: { cancel: true },
    eventually: ({ status, world }) =>
      status === 'COMPLETED' || world.count('release') >= world.count('reserve'),
  },
  {
    bug: 'approval-of-an-older-plan',
    activities: { draft: undefined, execute: undefined },
    signals: [{ name: 'revise' }, { name: 'approve', args: [1] }],
    always: ({ world }) => world.count('execute(2)') === 0,
  },
  {
    bug: 'veto-overruled',
    activities: { audit: undefined, execute: undefined },
    signals: [{ name: 'approve' }, { name: 'veto' }],
    eventually: ({ history }) => !schedulesAfterSignal(history, 'veto', 'execute'),
  },
  {
    bug: 'failed-poll-taken-for-done',
    activities: (ledger) => ({ isPending: () => ledger.count('isPending') < 3 }),
    faults: { activityFailures: 1 },
    eventually: ({ result, world }) => result !== 'done' || world.count('isPending') >= 3,
  },
  {
    bug: 'older-poll-answers-last',
    activities: { read: (poll: number) => poll },
    eventually: ({ result }) => result === 2,
  },
  {
    bug: 'follower-gone-before-go',
    activities: { prepare: undefined, run: undefined },
    eventually: ({ status }) => status === 'COMPLETED',
  },
  {
    bug: 'follower-ended-with-leader',
    activities: { flush: undefined, collect: undefined },
    eventually: ({ world }) => world.count('flush') === 1,
  },
  {
    bug: 'handler-lost-at-continue-as-new',
    args: [2],
    activities: { enrich: undefined, store: undefined },
    signals: [
      { name: 'item', args: ['a'] },
      { name: 'item', args: ['b'] },
    ],
    eventually: ({ world, runs }) => world.count('store') === runs.flat().filter(isSignal).length,
  },
  {
    bug: 'seen-set-left-behind',
    args: [2],
    activities: { handle: undefined },
    signals: [
      { name: 'job', args: ['a'] },
      { name: 'job', args: ['b'] },
    ],
    faults: { duplicateSignals: 1 },
    always: ({ world }) => world.count('handle(a)') <= 1 && world.count('handle(b)') <= 1,
  },
  {
    bug: 'seen-set-cleared-by-window',
    args: [2],
    activities: { book: undefined },
    signals: [{ name: 'order', args: ['o-1'] }],
    faults: { duplicateSignals: 1 },
    always: ({ world }) => world.count('book') <= 1,
  },
  {
    bug: 'marked-as-handled-too-soon',
    activities: { handle: undefined },
    signals: [{ name: 'job', args: ['a'] }],
    faults: { duplicateSignals: 1, activityFailures: { handle: 1 } },
    eventually: ({ history, world }) => history.filter(isSignal).length < 2 || world.count('handle(a)') === 1,
  },
  {
    bug: 'release-by-former-holder',
    activities: { grant: undefined, free: undefined, expire: undefined },
    signals: [
      { name: 'acquire', args: ['a'] },
      { name: 'acquire', args: ['b'] },
      { name: 'release', args: ['a'] },
    ],
    always: ({ world }) => world.count('free(b)') === 0,
  },
  {
    bug: 'withdrawn-while-granted',
    activities: { grant: undefined, free: undefined },
    signals: [
      { name: 'acquire', args: ['a'] },
      { name: 'withdraw', args: ['a'] },
    ],
  },
  {
    bug: 'window-emptied-after-sending',
    activities: { send: undefined },
    signals: [
      { name: 'item', args: ['a'] },
      { name: 'item', args: ['b'] },
    ],
    eventually: ({ history, world }) => history.filter(isSignal).length === sentItems(world.entries).length,
  },
  {
    bug: 'full-batch-sent-by-two',
    args: [3],
    activities: { send: undefined },
    signals: [
      { name: 'item', args: ['a'] },
      { name: 'item', args: ['b'] },
      { name: 'item', args: ['c'] },
    ],
    eventually: ({ world }) => sentItems(world.entries).sort().join('') === 'abc',
  },
  {
    bug: 'touch-forgotten-while-saving',
    activities: { save: undefined },
    signals: [{ name: 'touch' }, { name: 'touch' }],
    eventually: ({ history }) => endsWithActivity(history),
  },
  {
    bug: 'reminded-after-answer',
    activities: { ask: undefined, remind: undefined },
    signals: [{ name: 'answer' }],
    eventually: ({ history }) => !schedulesAfterSignal(history, 'answer', 'remind'),
  },
  {
    bug: 'closed-over-accepted-update',
    activities: { store: undefined },
    signals: [{ name: 'close' }],
    updates: [{ name: 'add', args: ['a'] }],
    eventually: ({ result, world }) => result === world.count('store'),
  },
  {
    bug: 'cancelled-while-locking',
    activities: { lock: undefined, work: undefined, unlock: undefined },
    faults: { cancel: true },
    eventually: ({ world }) => world.count('lock') === 0 || world.count('unlock') > 0,
  },
  {
    bug: 'resource-gone-under-child',
    activities: { create: undefined, use: undefined, stopUsing: undefined, remove: undefined },
    faults: { cancel: true },
    eventually: ({ world }) => !world.entries.slice(world.entries.indexOf('remove')).includes('stopUsing'),
  },
  {
    bug: 'told-before-committed',
    activities: { tell: undefined, commit: undefined },
    faults: { activityFailures: { commit: 1 } },
    always: ({ world }) => world.count('tell') <= 1,
  },
  {
    bug: 'whole-batch-tried-again',
    args: [['i-1', 'i-2']],
    activities: { pay: undefined },
    faults: { activityFailures: 1 },
    always: ({ world }) => new Set(world.entries).size === world.entries.length,
  },
  { bug: 'stop-before-child-started', activities: { prepare: undefined }, signals: [{ name: 'stop' }] },
  {
    bug: 'quoted-twice',
    args: [2],
    activities: { quote: () => 7, answer: undefined },
    signals: [
      { name: 'ask', args: ['Ada'] },
      { name: 'ask', args: ['Bob'] },
    ],
    always: ({ world }) => world.count('quote') <= 1,
  },
  {
    bug: 'disabled-while-asleep',
    args: [2],
    activities: { send: undefined },
    signals: [{ name: 'disable' }],
    eventually: ({ history }) => !schedulesAfterSignal(history, 'disable', 'send'),
  },
  {
    bug: 'transfer-shown-half',
    activities: { book: undefined },
    queries: ['total'],
    always: ({ state }) => state['total'] === undefined || state['total'] === 100,
  },
  {
    bug: 'called-off-while-charging',
    activities: { reserve: undefined, charge: undefined, refund: undefined },
    signals: [{ name: 'callOff' }],
    eventually: ({ history, world }) =>
      !history.some(isSignal) || world.count('charge') === world.count('refund'),
  },
  {
    bug: 'dead-follower-reports-too',
    activities: { redo: undefined, publish: undefined },
    signals: [{ name: 'done', args: ['w-1'] }],
    eventually: ({ result }) => result === 1,
  },
];

/** `send(a+b)` → a, b */
function sentItems(entries: readonly string[]): string[] {
  return entries.flatMap((entry) => entry.slice('send('.length, -1).split('+'));
}

/** After the last signal an activity was started. */
function endsWithActivity(history: Events): boolean {
  const last = history.findLast(isSignal)?.eventId ?? 0;
  return (
    last === 0 || history.some(({ type, eventId }) => type === 'ActivityTaskScheduled' && eventId > last)
  );
}
