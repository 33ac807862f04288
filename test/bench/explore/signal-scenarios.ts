import type { Scenario } from './scenario.js';

/** Signals, timers and queries that come at a bad moment. */
export const signalScenarios: readonly Scenario[] = [
  { bug: 'signal-lost-before-wait', activities: { prepare: undefined }, signals: [{ name: 'go' }] },
  {
    bug: 'duplicate-signal',
    activities: { ship: undefined },
    signals: [{ name: 'approve' }],
    faults: { duplicateSignals: 1 },
    always: ({ world }) => world.count('ship') <= 1,
  },
  {
    bug: 'approval-meets-timeout',
    activities: { audit: undefined, charge: undefined, refund: undefined },
    signals: [{ name: 'approve' }],
    eventually: ({ world }) => world.count('charge') + world.count('refund') === 1,
  },
  {
    bug: 'signals-lost-at-continue-as-new',
    args: [2],
    activities: { handle: undefined },
    signals: [
      { name: 'item', args: ['a'] },
      { name: 'item', args: ['b'] },
    ],
    eventually: ({ world }) => world.count('handle') === 2,
  },
  {
    bug: 'query-changes-state',
    activities: { ring: undefined },
    queries: ['nextNumber'],
  },
  {
    bug: 'timer-left-armed',
    activities: { escalate: undefined, archive: undefined },
    signals: [{ name: 'resolved' }],
    eventually: ({ history, world }) => world.count('escalate') === 0 || !escalatedAfterResolved(history),
  },
  {
    bug: 'debounce-keeps-old-timers',
    activities: { send: undefined },
    signals: [{ name: 'changed' }, { name: 'changed' }],
    eventually: ({ world }) => world.count('send') === 1,
  },
  {
    bug: 'approver-counted-twice',
    activities: { release: undefined },
    signals: [
      { name: 'approve', args: ['Ada'] },
      { name: 'approve', args: ['Bob'] },
    ],
    faults: { duplicateSignals: 1 },
    eventually: ({ world }) => world.count('release(Ada,Bob)') + world.count('release(Bob,Ada)') === 1,
  },
  {
    bug: 'signals-out-of-order',
    activities: {},
    signals: [{ name: 'submit' }, { name: 'pay' }],
  },
  {
    bug: 'stop-seen-too-late',
    activities: { poll: undefined },
    signals: [{ name: 'stop' }],
    eventually: ({ history }) => !startsActivityAfterSignal(history),
  },
  {
    bug: 'queue-drained-too-early',
    activities: { handle: undefined, report: undefined },
    signals: [
      { name: 'item', args: ['a'] },
      { name: 'item', args: ['b'] },
    ],
    eventually: ({ history, world }) => world.count('handle') === signalsIn(history),
  },
];

type Events = readonly { readonly type: string; readonly eventId: number }[];

function signalsIn(history: Events): number {
  return history.filter((event) => event.type === 'WorkflowExecutionSignaled').length;
}

/** A workflow task later than the one that brought the signal starts another activity. */
function startsActivityAfterSignal(history: Events): boolean {
  const signal = history.find((event) => event.type === 'WorkflowExecutionSignaled')?.eventId ?? Infinity;
  const seen = history.find((event) => event.type === 'WorkflowTaskCompleted' && event.eventId > signal);
  return history.some(
    (event) => event.type === 'ActivityTaskScheduled' && event.eventId > (seen?.eventId ?? Infinity),
  );
}

function escalatedAfterResolved(history: Events): boolean {
  const fired = history.find((event) => event.type === 'TimerFired')?.eventId ?? Infinity;
  const signal = history.find((event) => event.type === 'WorkflowExecutionSignaled')?.eventId ?? Infinity;
  const seen = history.find((event) => event.type === 'WorkflowTaskCompleted' && event.eventId > signal);
  return fired > (seen?.eventId ?? Infinity);
}
