import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine, type Engine } from '@refrain/engine';

const base = { taskQueue: 'q', workflowId: 'w', args: [] };
const large = 'x'.repeat(3 * 1024 * 1024);

/** Impossible values of a start's options, and what the error says. */
const starts: readonly (readonly [options: object, message: RegExp])[] = [
  [{ workflowId: '' }, /workflowId/],
  [{ workflowId: 'x'.repeat(1001) }, /workflowId is longer than 1000 bytes/],
  [{ taskQueue: '' }, /taskQueue/],
  [{ workflowExecutionTimeout: -1 }, /workflowExecutionTimeout/],
  [{ workflowRunTimeout: '-5 s' }, /workflowRunTimeout/],
  [{ workflowTaskTimeout: 'soon' }, /workflowTaskTimeout/],
  [{ startDelay: NaN }, /startDelay/],
  [{ startDelay: 1000, cronSchedule: '* * * * *' }, /startDelay.*cronSchedule/i],
  [{ cronSchedule: 'now and then' }, /cron/i],
  [{ cronSchedule: '61 * * * *' }, /cron|61/i],
  [{ retry: { backoffCoefficient: 0.5 } }, /backoffCoefficient/],
  [{ retry: { maximumAttempts: -1 } }, /maximumAttempts/],
  [{ retry: { maximumAttempts: 1.5 } }, /maximumAttempts/],
  [{ retry: { initialInterval: -1 } }, /initialInterval/],
  [{ retry: { initialInterval: '5 s', maximumInterval: '1 s' } }, /maximumInterval/],
  [{ searchAttributes: { Unknown: ['x'] } }, /'Unknown' is not registered/],
  [{ searchAttributes: { Amount: ['many'] } }, /'Amount' is not a value of type Int/],
  [{ args: [large] }, /input: \d+ bytes are more than the limit/],
  [{ memo: { large } }, /memo/],
  [{ args: [10n] }, /BigInt|workflow wf/],
  [{ args: 'abc' }, /args: expected a list/],
  [{ args: 5 }, /args: expected a list/],
  [{ workflowId: 5 }, /workflowId must be a text/],
  [{ taskQueue: undefined }, /taskQueue is not set/],
  [{ workflowRunTimeout: Infinity }, /workflowRunTimeout must not be infinite/],
  [{ retry: { initialInterval: Infinity } }, /initialInterval/],
  [{ retry: { backoffCoefficient: NaN } }, /backoffCoefficient/],
  [{ memo: 'text' }, /memo: expected an object/],
  [{ workflowIdReusePolicy: 'NEVER' }, /workflowIdReusePolicy: 'NEVER' is none of ALLOW_DUPLICATE, /],
  [{ workflowIdConflictPolicy: 'NEVER' }, /workflowIdConflictPolicy: 'NEVER' is none of FAIL, /],
  [{ priority: { priorityKey: -1 } }, /priority\.priorityKey/],
  [{ priority: { fairnessKey: 'x'.repeat(65) } }, /priority\.fairnessKey/],
  [{ priority: { fairnessWeight: -1 } }, /priority\.fairnessWeight/],
  [
    { workflowIdReusePolicy: 'TERMINATE_IF_RUNNING', workflowIdConflictPolicy: 'FAIL' },
    /TERMINATE_IF_RUNNING/,
  ],
];

const action = { type: 'startWorkflow', workflowType: 'wf', taskQueue: 'q' } as const;

/** Requests on a workflow that runs. */
const requests: readonly (readonly [
  name: string,
  call: (engine: Engine) => Promise<unknown>,
  message: RegExp,
])[] = [
  ['signal without a name', (e) => e.client.workflow.getHandle('running').signal(''), /signalName/],
  [
    'large signal',
    (e) => e.client.workflow.getHandle('running').signal('s', large as never),
    /bytes are more/,
  ],
  [
    'signal that is not there',
    (e) => e.client.workflow.getHandle('running').signal(undefined as never),
    /definition of a signal/,
  ],
  [
    'start of an update that waits for a stage there is not',
    (e) => e.client.workflow.getHandle('running').startUpdate('u', { waitForStage: 'NOW' } as never),
    /waitForStage: expected 'ACCEPTED', found 'NOW'/,
  ],
  [
    'handle of a run that is none',
    (e) => e.client.workflow.getHandle('running', 'none').describe(),
    /RunId: none/,
  ],
  [
    'schedule without an action',
    (e) => e.client.schedule.create({ scheduleId: 's', spec: {} } as never),
    /^action/,
  ],
  ['schedule without a spec', (e) => e.client.schedule.create({ scheduleId: 's', action } as never), /^spec/],
  [
    'schedule that begins at no time',
    (e) => e.client.schedule.create({ scheduleId: 's', spec: { startAt: new Date('x') }, action }),
    /endTime must not be before startTime, and both must be times/,
  ],
  [
    'schedule that ends before it begins',
    (e) =>
      e.client.schedule.create({
        scheduleId: 's',
        spec: { startAt: new Date(2), endAt: new Date(1) },
        action,
      }),
    /endTime must not be before startTime/,
  ],
  ['completion by a token of nobody', (e) => e.client.activity.complete(new Uint8Array([1]), 1), /taskToken/],
  [
    'engine that fails runs for a cause there is not',
    () => openEngine({ memory: true, failRunOn: ['BUG'] as never }),
    /failRunOn: 'BUG'/,
  ],
  ['signal to nobody', (e) => e.client.workflow.getHandle('nobody').signal('s'), /nobody/],
  ['malformed list query', (e) => e.client.workflow.count('WorkflowType ='), /position|column|expected|at /i],
  ['list query with an unknown field', (e) => e.client.workflow.count("Colour = 'red'"), /Colour/],
  ['negative page size', (e) => e.service.listWorkflowExecutions({ pageSize: -1 }), /pageSize/],
  ['foreign page token', (e) => e.service.listWorkflowExecutions({ nextPageToken: 'x' }), /nextPageToken/],
  [
    'schedule with a negative catch-up window',
    (e) =>
      e.client.schedule.create({
        scheduleId: 's',
        spec: {},
        policies: { catchupWindow: -1 },
        action: { type: 'startWorkflow', workflowType: 'wf', taskQueue: 'q' },
      } as never),
    /catchupWindow/,
  ],
  [
    'schedule with a malformed cron',
    (e) =>
      e.client.schedule.create({
        scheduleId: 's',
        spec: { cronExpressions: ['x y'] },
        action: { type: 'startWorkflow', workflowType: 'wf', taskQueue: 'q' },
      } as never),
    /cron/i,
  ],
  [
    'reset to an event that ends no workflow task',
    (e) =>
      e.service.resetWorkflowExecution({
        workflowExecution: { workflowId: 'running' },
        workflowTaskFinishEventId: 1,
        reason: 'x',
        requestId: 'r',
      }),
    /workflowTaskFinishEventId/,
  ],
];

describe('impossible requests', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine({ memory: true, searchAttributes: { Amount: 'Int' } });
    await engine.client.workflow.start('wf', { ...base, workflowId: 'running' });
  });
  afterAll(() => engine.close());

  it.each(starts.map(([options, message]) => [name(options), options, message] as const))(
    'start with %s names the option, and starts nothing',
    async (_name, options, message) => {
      const start = async () => engine.client.workflow.start('wf', { ...base, ...options } as never);
      await expect(start()).rejects.toThrow(message);
      expect((await engine.client.workflow.count()).count).toBe(1);
    },
  );

  it.each(requests)('%s', async (_name, call, message) => {
    await expect((async () => call(engine))()).rejects.toThrow(message);
  });
});

function name(options: object): string {
  const shown = (_key: string, value: unknown) =>
    typeof value === 'bigint'
      ? `${value}n`
      : typeof value === 'string' && value.length > 40
        ? 'a long text'
        : value;
  return JSON.stringify(options, shown);
}
