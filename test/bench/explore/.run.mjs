// test/bench/explore/corpus.ts
import { ExplorationError, explore } from '@refrain/test-env';
import { join } from 'node:path';

// test/bench/explore/concurrency-scenarios.ts
var concurrencyScenarios = [
  {
    bug: 'race-on-shared-variable',
    args: [['a', 'b', 'c']],
    activities: { quote: (shop) => ({ a: 30, b: 10, c: 20 })[shop] },
    eventually: ({ result }) => result === 10,
  },
  {
    bug: 'map-filled-by-completions',
    args: [['Ada', 'Bob', 'Cid']],
    activities: { grade: (student) => student.length },
    eventually: ({ result }) => result.map(([name]) => name).join() === 'Ada,Bob,Cid',
  },
  {
    bug: 'push-in-order-of-completion',
    activities: { fetchPart: (number) => `part${number} `, publish: void 0 },
    eventually: ({ world }) => world.count('publish(part1 part2 part3 )') === 1,
  },
  {
    bug: 'handlers-interleave',
    args: [2],
    activities: { price: (item) => (item === 'pen' ? 1 : 10) },
    signals: [
      { name: 'add', args: ['pen'] },
      { name: 'add', args: ['book'] },
    ],
    eventually: ({ result }) => result === 11,
  },
  {
    bug: 'handler-cut-off',
    activities: { save: void 0 },
    signals: [{ name: 'note', args: ['hello'] }, { name: 'close' }],
    // A note that comes after the workflow has ended is refused, not lost.
    eventually: ({ result, world }) => result === world.count('save'),
  },
  {
    bug: 'seats-oversold',
    args: [1, 2],
    activities: { book: void 0 },
    signals: [
      { name: 'reserve', args: ['Ada'] },
      { name: 'reserve', args: ['Bob'] },
    ],
    always: ({ world }) => world.count('book') <= 1,
  },
  {
    bug: 'lock-not-checked-again',
    activities: { write: void 0 },
    always: ({ history }) => runningAtOnce(history) <= 1,
  },
  {
    bug: 'race-leaks-the-loser',
    activities: { hold: (bank) => bank, release: void 0 },
    eventually: ({ world }) => world.count('hold') - world.count('release') === 1,
  },
  {
    bug: 'late-result-after-timeout',
    activities: { reserve: void 0, reserveElsewhere: void 0, release: void 0 },
    eventually: ({ world }) =>
      world.count('reserve') + world.count('reserveElsewhere') - world.count('release') === 1,
  },
  {
    bug: 'forgotten-await',
    activities: { ship: void 0, notify: void 0 },
    eventually: ({ world }) => world.count('notify') === 1,
  },
  {
    bug: 'child-forgotten',
    activities: { invoice: void 0 },
    eventually: ({ world }) => world.count('invoice') === 1,
  },
  {
    bug: 'stale-read-after-wait',
    args: ['Old Road'],
    activities: { confirmStock: void 0, ship: void 0 },
    signals: [{ name: 'changeAddress', args: ['New Road'] }],
    eventually: ({ result, world }) => world.count(`ship(${String(result)})`) === 1,
  },
  {
    bug: 'fire-and-forget-failure',
    activities: { charge: void 0, audit: void 0 },
    faults: { activityFailures: 1 },
    eventually: ({ world, status }) =>
      status !== 'COMPLETED' || world.count('charge') === 0 || world.count('audit') === 1,
  },
];
function runningAtOnce(history) {
  const scheduled = history.filter((event) => event.type === 'ActivityTaskScheduled').length;
  const ended = history.filter((event) => event.type === 'ActivityTaskCompleted').length;
  return scheduled - ended;
}

// test/bench/explore/deploy-scenarios.ts
var deployScenarios = [
  'unguarded-insertion',
  'unguarded-removal',
  'unguarded-reorder',
  'unguarded-rename',
  'unguarded-loop-length',
  'version-floor-raised',
  'patch-removed-too-early',
].map((bug) => ({
  bug,
  activities: { reserve: void 0, check: void 0, charge: void 0, ship: void 0 },
  secondVersion: true,
}));

// test/bench/explore/fault-scenarios.ts
var faultScenarios = [
  {
    bug: 'cancellation-swallowed',
    activities: { reserve: void 0, charge: void 0 },
    faults: { cancel: true },
    eventually: ({ history, world }) => !cancelledBefore(history, 'charge') || world.count('charge') === 0,
  },
  {
    bug: 'charge-with-new-key-per-try',
    activities: { charge: void 0 },
    faults: { lostResults: 1 },
    always: ({ world }) => new Set(world.entries).size <= 1,
  },
  {
    bug: 'non-idempotent-charge',
    activities: { charge: void 0 },
    faults: { lostResults: 1 },
    // The bank knows a charge again by its key; one without a key is always new.
    always: ({ world }) => world.entries.filter((entry) => entry === 'charge(100)').length <= 1,
  },
  {
    bug: 'deadline-by-clock',
    activities: { charge: void 0, refund: void 0 },
    faults: { activityFailures: { charge: 1 } },
    eventually: ({ result, world }) =>
      result !== 'expired' || world.count('charge') === world.count('refund'),
  },
  {
    bug: 'compensation-added-too-late',
    activities: { charge: void 0, refund: void 0, ship: void 0 },
    faults: { lostResults: { charge: 1 } },
    eventually: ({ result, world }) => result !== 'undone' || world.count('refund') >= world.count('charge'),
  },
  {
    bug: 'cleanup-is-cancelled-too',
    activities: { reserve: void 0, work: void 0, release: void 0 },
    faults: { cancel: true },
    eventually: ({ world }) => world.count('reserve') === world.count('release'),
  },
  {
    bug: 'retries-for-ever',
    activities: { charge: () => Promise.reject(new Error('card declined')) },
  },
  {
    bug: 'all-leaves-the-rest',
    activities: { book: void 0, cancelBooking: void 0 },
    faults: { activityFailures: { book: 1 } },
    eventually: ({ result, world }) =>
      result === 'booked' || world.count('cancelBooking') >= world.count('book'),
  },
  {
    bug: 'failure-taken-for-not-done',
    activities: { chargeCard: void 0, chargeAccount: void 0, refundCard: void 0 },
    faults: { lostResults: { chargeCard: 1 } },
    eventually: ({ world }) =>
      Math.max(0, world.count('chargeCard') - world.count('refundCard')) + world.count('chargeAccount') === 1,
  },
  {
    bug: 'cancelled-while-undoing',
    activities: { charge: void 0, ship: void 0, refund: void 0, restock: void 0 },
    faults: { activityFailures: { ship: 2 }, cancel: true },
    eventually: ({ world }) => world.count('ship') > 0 || world.count('charge') === world.count('refund'),
  },
];
function cancelledBefore(history, activity) {
  const request =
    history.find((event) => event.type === 'WorkflowExecutionCancelRequested')?.eventId ?? Infinity;
  const scheduled = history.find(
    (event) => event.type === 'ActivityTaskScheduled' && event.attributes.activityType?.name === activity,
  );
  return request < (scheduled?.eventId ?? -1);
}

// test/bench/explore/ledger.ts
var Ledger = class {
  entries = [];
  add(entry) {
    this.entries.push(entry);
  }
  count(entry) {
    return this.entries.filter((each) => each === entry || each.startsWith(`${entry}(`)).length;
  }
};
function recording(ledger, answers) {
  return Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [
      name,
      (...args) => {
        ledger.add(args.length === 0 ? name : `${name}(${args.join(', ')})`);
        return Promise.resolve(answer?.(...args));
      },
    ]),
  );
}

// test/bench/explore/signal-scenarios.ts
var signalScenarios = [
  { bug: 'signal-lost-before-wait', activities: { prepare: void 0 }, signals: [{ name: 'go' }] },
  {
    bug: 'duplicate-signal',
    activities: { ship: void 0 },
    signals: [{ name: 'approve' }],
    faults: { duplicateSignals: 1 },
    always: ({ world }) => world.count('ship') <= 1,
  },
  {
    bug: 'approval-meets-timeout',
    activities: { audit: void 0, charge: void 0, refund: void 0 },
    signals: [{ name: 'approve' }],
    eventually: ({ world }) => world.count('charge') + world.count('refund') === 1,
  },
  {
    bug: 'signals-lost-at-continue-as-new',
    args: [2],
    activities: { handle: void 0 },
    signals: [
      { name: 'item', args: ['a'] },
      { name: 'item', args: ['b'] },
    ],
    eventually: ({ world }) => world.count('handle') === 2,
  },
  {
    bug: 'query-changes-state',
    activities: { ring: void 0 },
    queries: ['nextNumber'],
  },
  {
    bug: 'timer-left-armed',
    activities: { escalate: void 0, archive: void 0 },
    signals: [{ name: 'resolved' }],
    eventually: ({ history, world }) => world.count('escalate') === 0 || !escalatedAfterResolved(history),
  },
  {
    bug: 'debounce-keeps-old-timers',
    activities: { send: void 0 },
    signals: [{ name: 'changed' }, { name: 'changed' }],
    eventually: ({ world }) => world.count('send') === 1,
  },
  {
    bug: 'approver-counted-twice',
    activities: { release: void 0 },
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
    activities: { poll: void 0 },
    signals: [{ name: 'stop' }],
    eventually: ({ history }) => !startsActivityAfterSignal(history),
  },
  {
    bug: 'queue-drained-too-early',
    activities: { handle: void 0, report: void 0 },
    signals: [
      { name: 'item', args: ['a'] },
      { name: 'item', args: ['b'] },
    ],
    eventually: ({ history, world }) => world.count('handle') === signalsIn(history),
  },
];
function signalsIn(history) {
  return history.filter((event) => event.type === 'WorkflowExecutionSignaled').length;
}
function startsActivityAfterSignal(history) {
  const signal = history.find((event) => event.type === 'WorkflowExecutionSignaled')?.eventId ?? Infinity;
  const seen = history.find((event) => event.type === 'WorkflowTaskCompleted' && event.eventId > signal);
  return history.some(
    (event) => event.type === 'ActivityTaskScheduled' && event.eventId > (seen?.eventId ?? Infinity),
  );
}
function escalatedAfterResolved(history) {
  const fired = history.find((event) => event.type === 'TimerFired')?.eventId ?? Infinity;
  const signal = history.find((event) => event.type === 'WorkflowExecutionSignaled')?.eventId ?? Infinity;
  const seen = history.find((event) => event.type === 'WorkflowTaskCompleted' && event.eventId > signal);
  return fired > (seen?.eventId ?? Infinity);
}

// test/bench/explore/corpus.ts
var corpus = [...concurrencyScenarios, ...signalScenarios, ...faultScenarios, ...deployScenarios];
async function exploreScenario(scenario, fixtures2, runs2, seed) {
  const options = optionsOf(scenario, fixtures2);
  const buggy = await failureOf('buggy', { ...options, runs: runs2, seed });
  const correct = await failureOf('correct', { ...options, runs: runs2, seed });
  return {
    bug: scenario.bug,
    found: buggy && { afterRuns: buggy.foundAfter, message: buggy.violation.message },
    falseAlarm: correct?.message,
  };
}
async function failureOf(workflow, options) {
  try {
    await explore(workflow, options);
    return void 0;
  } catch (error) {
    if (error instanceof ExplorationError) return error;
    throw error;
  }
}
function optionsOf(scenario, fixtures2) {
  const { bug, secondVersion, activities, always, eventually, ...rest } = scenario;
  return {
    ...rest,
    workflowsPath: join(fixtures2, `${bug}.ts`),
    world: () => new Ledger(),
    activities: (world) => recording(world, activities),
    ...(always ? { always } : {}),
    ...(eventually ? { eventually } : {}),
    faults: {
      ...scenario.faults,
      ...(secondVersion ? { deploy: join(fixtures2, `${bug}.v2.ts`) } : {}),
    },
    output: false,
  };
}

// test/bench/explore/run.ts
var runs = Number(process.argv[2] ?? 200);
var only = process.argv[3];
var fixtures = process.env['CORPUS'];
var found = 0;
var falseAlarms = 0;
var began = performance.now();
for (const scenario of corpus.filter(({ bug }) => !only || bug === only)) {
  const outcome = await exploreScenario(scenario, fixtures, runs, 1);
  if (outcome.found) found += 1;
  if (outcome.falseAlarm) falseAlarms += 1;
  const result = outcome.found
    ? `after ${String(outcome.found.afterRuns).padStart(3)} runs: ${outcome.found.message.split('\n')[0].slice(0, 90)}`
    : 'NOT FOUND';
  console.log(`${outcome.bug.padEnd(32)} ${result}`);
  if (outcome.falseAlarm) console.log(`  FALSE ALARM on the twin: ${outcome.falseAlarm}`);
}
var seconds = ((performance.now() - began) / 1e3).toFixed(1);
console.log(
  `
${found} of ${corpus.length} seeded bugs found within ${runs} runs, ${falseAlarms} false alarms, ${seconds} s`,
);
process.exitCode = falseAlarms > 0 ? 1 : 0;
