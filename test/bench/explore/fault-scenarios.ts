import type { Scenario } from './scenario.js';

/** Activities that fail, time out, or did their work though their answer is lost; cancellation. */
export const faultScenarios: readonly Scenario[] = [
  {
    bug: 'cancellation-swallowed',
    activities: { reserve: undefined },
    faults: { cancel: true },
    eventually: ({ history, status }) =>
      status !== 'COMPLETED' || history.some((event) => event.type === 'ActivityTaskCompleted'),
  },
  {
    bug: 'charge-with-new-key-per-try',
    activities: { charge: undefined },
    faults: { lostResults: 1 },
    always: ({ world }) => new Set(world.entries).size <= 1,
  },
  {
    bug: 'non-idempotent-charge',
    activities: { charge: undefined },
    faults: { lostResults: 1 },
    // The bank knows a charge again by its key; one without a key is always new.
    always: ({ world }) => world.entries.filter((entry) => entry === 'charge(100)').length <= 1,
  },
  {
    bug: 'deadline-by-clock',
    activities: { charge: undefined, refund: undefined },
    faults: { activityFailures: { charge: 1 } },
    eventually: ({ result, world }) =>
      result !== 'expired' || world.count('charge') === world.count('refund'),
  },
  {
    bug: 'compensation-added-too-late',
    activities: { charge: undefined, refund: undefined, ship: undefined },
    faults: { lostResults: { charge: 1 } },
    eventually: ({ result, world }) => result !== 'undone' || world.count('refund') >= world.count('charge'),
  },
  {
    bug: 'cleanup-is-cancelled-too',
    activities: { reserve: undefined, work: undefined, release: undefined },
    faults: { cancel: true },
    eventually: ({ world }) => world.count('reserve') === world.count('release'),
  },
  {
    bug: 'retries-for-ever',
    activities: { charge: () => Promise.reject(new Error('card declined')) },
  },
  {
    bug: 'all-leaves-the-rest',
    minimum: 3,
    activities: { book: undefined, cancelBooking: undefined },
    faults: { activityFailures: { book: 1 } },
    eventually: ({ result, world }) =>
      result === 'booked' || world.count('cancelBooking') >= world.count('book'),
  },
  {
    bug: 'failure-taken-for-not-done',
    activities: { chargeCard: undefined, chargeAccount: undefined, refundCard: undefined },
    faults: { lostResults: { chargeCard: 1 } },
    eventually: ({ world }) =>
      Math.max(0, world.count('chargeCard') - world.count('refundCard')) + world.count('chargeAccount') === 1,
  },
  {
    bug: 'cancelled-while-undoing',
    activities: { charge: undefined, ship: undefined, refund: undefined, restock: undefined },
    faults: { activityFailures: { ship: 2 }, cancel: true },
    eventually: ({ world }) => world.count('ship') > 0 || world.count('charge') === world.count('refund'),
  },
];
