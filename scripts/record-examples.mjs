// Records the histories of docs/examples anew: `node scripts/record-examples.mjs [example …]`, after a build. Each runs
// in the test environment, in virtual time from a fixed date, with mocked activities. Temporal's project has histories
// of a real server, which this does not touch.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeHistory } from '@refrain/engine';
import { TestWorkflowEnvironment } from '@refrain/test-env';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const examples = join(root, 'docs', 'examples');

const expense = { id: 'e-1', employee: 'Ada', manager: 'Grace', amount: 12_000, purpose: 'train' };
const ada = { customer: 'ada', plan: 'basic', price: 900, paidPeriods: 0 };
const user = { id: 'u-1', email: 'ada@example.com' };
const question = 'What happens to a durable workflow after a crash?';
const smallOrder = {
  orderId: 'o-1',
  customer: 'Ada',
  items: [{ sku: 'pen', quantity: 2, unitPrice: 150 }],
};
const largeOrder = {
  orderId: 'o-2',
  customer: 'Bob',
  items: [{ sku: 'desk', quantity: 1, unitPrice: 120_000 }],
};

const signal = (at, name, ...args) => ({ at, does: (handle) => handle.signal(name, ...args) });
const update = (at, name, ...args) => ({ at, does: (handle) => handle.executeUpdate(name, { args }) });

/** Activities answer with a value, or throw an error that is given. `until`: the workflow is still open then. */
const recordings = {
  order: {
    activities: {
      reserveInventory: null,
      releaseInventory: null,
      chargePayment: null,
      refundPayment: null,
      shipOrder: 'track-1',
      confirmOrder: null,
    },
    runs: [
      { name: 'small', type: 'orderWorkflow', args: [smallOrder] },
      {
        name: 'approved',
        type: 'orderWorkflow',
        args: [largeOrder],
        then: [signal('3 hours', 'approve', true)],
      },
      { name: 'not-approved', type: 'orderWorkflow', args: [largeOrder] },
      {
        name: 'not-shipped',
        type: 'orderWorkflow',
        args: [smallOrder],
        activities: { shipOrder: new Error('no courier') },
      },
      { name: 'waiting', type: 'orderWorkflow', args: [largeOrder], until: '1 hour' },
    ],
  },
  'expense-approval': {
    activities: { askForApproval: null, remindApprover: null, payOut: 'payment-1', tellEmployee: null },
    runs: [
      {
        name: 'approved',
        type: 'expenseWorkflow',
        args: [expense],
        then: [update('2 days', 'decide', { by: 'Grace', approved: true })],
      },
      {
        name: 'rejected-by-finance',
        type: 'expenseWorkflow',
        args: [{ ...expense, id: 'e-2', amount: 900_000 }],
        then: [
          update('1 day', 'decide', { by: 'Grace', approved: true }),
          update('5 days', 'decide', { by: 'finance', approved: false, comment: 'too much' }),
        ],
      },
      { name: 'expired', type: 'expenseWorkflow', args: [expense] },
      { name: 'waiting', type: 'expenseWorkflow', args: [expense], until: '4 days' },
    ],
  },
  subscription: {
    activities: { charge: null, sendMail: null },
    runs: [
      { name: 'first-year', type: 'subscriptionWorkflow', args: [ada], until: '365 days', firstRun: true },
      {
        name: 'cancelled',
        type: 'subscriptionWorkflow',
        args: [ada],
        then: [
          signal('10 days', 'changePlan', { plan: 'team', price: 4900 }),
          signal('70 days', 'unsubscribe'),
        ],
      },
      {
        name: 'not-paid',
        type: 'subscriptionWorkflow',
        args: [ada],
        activities: { charge: Object.assign(new Error('no funds'), { name: 'CardDeclined' }) },
      },
    ],
  },
  'onboarding-drip': {
    activities: { sendMail: null, startTrial: null, endTrial: null },
    runs: [
      { name: 'whole-campaign', type: 'onboardingWorkflow', args: [user] },
      {
        name: 'paid',
        type: 'onboardingWorkflow',
        args: [user],
        then: [signal('2 hours', 'reached', 'profile completed'), signal('6 days', 'reached', 'paid')],
      },
      {
        name: 'unsubscribed',
        type: 'onboardingWorkflow',
        args: [user],
        then: [signal('2 days', 'unsubscribe')],
      },
    ],
  },
  'research-agent': {
    activities: {
      search: 'https://example.com/replay',
      readPage: 'A durable workflow is replayed from its history after a crash.',
      askReviewer: null,
      publish: null,
    },
    runs: [
      {
        name: 'published',
        type: 'researchWorkflow',
        args: [{ question, maxToolCalls: 6 }],
        activities: {
          decideNext: [
            { type: 'search', query: question },
            { type: 'read', url: 'https://example.com/replay' },
            { type: 'answer', text: 'It is replayed.' },
            { type: 'answer', text: 'It is replayed from its history.' },
          ],
        },
        then: [
          signal('1 day', 'review', { approved: false, remark: 'from what?' }),
          signal('2 days', 'review', { approved: true }),
        ],
      },
      {
        name: 'not-reviewed',
        type: 'researchWorkflow',
        args: [{ question, maxToolCalls: 6 }],
        activities: {
          decideNext: [
            new Error('the model answered 429'),
            { type: 'read', url: 'https://example.com/missing' },
            { type: 'answer', text: 'I do not know.' },
          ],
          readPage: new Error('404'),
        },
      },
    ],
  },
  polling: {
    activities: { waitForBuild: 'passed', fetchState: 'passed', announce: null },
    runs: [
      { name: 'frequent', type: 'frequentPolling', args: ['b-1'] },
      {
        name: 'rare',
        type: 'rarePolling',
        args: ['b-1'],
        activities: { stateOfFinishedBuild: [new Error('b-1 is running'), 'passed'] },
      },
      { name: 'watch', type: 'watchBuilds', args: ['b-1'], until: '2 hours', firstRun: true },
    ],
  },
  'versioned-change': {
    activities: { checkFraud: true, charge: null, ship: 'track-1', askForReview: null, sendCoupon: null },
    runs: [
      { name: 'before', type: 'orderWorkflow', args: ['o-1'], workflows: 'before/workflows.ts' },
      {
        name: 'before-waiting',
        type: 'orderWorkflow',
        args: ['o-2'],
        workflows: 'before/workflows.ts',
        until: '5 days',
      },
      { name: 'after', type: 'orderWorkflow', args: ['o-3'] },
      { name: 'after-refused', type: 'orderWorkflow', args: ['o-4'], activities: { checkFraud: false } },
    ],
  },
};

function answer(mock, given) {
  for (const value of Array.isArray(given) ? given.slice(0, -1) : []) behave(mock, value).once();
  behave(mock, Array.isArray(given) ? given.at(-1) : given);
}

const behave = (mock, value) =>
  value instanceof Error ? mock.throws(value) : mock.returns(value ?? undefined);

async function record(example, common, run) {
  const env = await TestWorkflowEnvironment.create({
    workflowsPath: join(examples, example, run.workflows ?? 'src/workflows.ts'),
    now: '2026-01-05T09:00:00Z',
  });
  for (const [name, given] of Object.entries({ ...common, ...run.activities })) answer(env.mock(name), given);
  const handle = await env.start(run.type, run.args, { workflowId: `${example}-${run.name}` });
  for (const { at, does } of run.then ?? []) env.at(at, () => does(handle));
  if (run.until) await env.advanceBy(run.until);
  else await handle.result().catch(() => undefined);
  const { workflowId, firstExecutionRunId } = handle;
  const events = await env.history(run.firstRun ? { workflowId, runId: firstExecutionRunId } : workflowId);
  const file = join(examples, example, 'histories', `${run.name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  // Stack traces in failures name files of this machine.
  const text = new TextDecoder().decode(await writeHistory(events, 'json'));
  writeFileSync(file, text.replaceAll(`${root}/`, ''));
  if (run.until && !run.firstRun) await handle.terminate();
  await env.close();
  console.log(`${example}/histories/${run.name}.json  ${events.length} events`);
}

const wanted = process.argv.slice(2);
for (const [example, { activities, runs }] of Object.entries(recordings)) {
  if (wanted.length > 0 && !wanted.includes(example)) continue;
  for (const run of runs) await record(example, activities, run);
}
