import {
  Client,
  openEngine,
  type Engine,
  type HistoryEvent,
  type WorkflowClientInterceptor,
} from '@refrain/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bench, complete, failure, payload, taskQueue, type Bench } from '../service/harness.js';

let b: Bench;
let client: Client;

beforeEach(() => {
  b = bench({ searchAttributes: { CustomerId: 'Keyword' } });
  client = new Client({ connection: { service: b.service } });
});
afterEach(() => b.service.close());

async function greet(name: string): Promise<string> {
  return name;
}
const options = { taskQueue: 'q', workflowId: 'w', args: ['ada'] as [string] };
const result = (value: unknown) =>
  ({ type: 'CompleteWorkflowExecution', attributes: { result: [payload(value)] } }) as const;

describe('client.workflow', () => {
  it('starts by function, converts arguments and the result', async () => {
    const handle = await client.workflow.start(greet, options);
    const task = await b.task([result('hello')]);
    const started = task.history.events[0] as HistoryEvent & { type: 'WorkflowExecutionStarted' };
    expect(started.attributes.workflowType.name).toBe('greet');
    expect(started.attributes.input).toMatchObject([payload('ada')]);
    expect(await handle.result()).toBe('hello');
  });

  it('refuses an argument that cannot be serialised, and starts nothing', async () => {
    const bad = client.workflow.start('greet', { ...options, args: ['fine', 1n] });
    await expect(bad).rejects.toThrow('workflow greet: argument 2 cannot be serialised');
    await expect(client.workflow.getHandle('w').describe()).rejects.toMatchObject({
      name: 'WorkflowNotFoundError',
    });
  });

  it('names the errors as Temporal does', async () => {
    const handle = await client.workflow.start(greet, options);
    await expect(client.workflow.start(greet, options)).rejects.toMatchObject({
      name: 'WorkflowExecutionAlreadyStartedError',
      workflowId: 'w',
      workflowType: 'greet',
    });
    await b.task([{ type: 'FailWorkflowExecution', attributes: { failure: failure('boom') } }]);
    await expect(handle.result()).rejects.toMatchObject({
      name: 'WorkflowFailedError',
      cause: { name: 'ApplicationFailure', message: 'boom' },
    });
    await expect(handle.signal('late')).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
    await expect(client.workflow.getHandle('none').result()).rejects.toMatchObject({
      name: 'WorkflowNotFoundError',
    });
  });

  it('follows a chain of runs to its result, unless told not to', async () => {
    const handle = await client.workflow.start(greet, options);
    await b.task([
      { type: 'ContinueAsNewWorkflowExecution', attributes: { workflowType: { name: 'greet' }, input: [] } },
    ]);
    await b.task([result('second')]);
    expect(await handle.result()).toBe('second');
    const first = client.workflow.getHandle('w', handle.firstExecutionRunId, { followRuns: false });
    await expect(first.result()).rejects.toMatchObject({ name: 'WorkflowContinuedAsNewError' });
  });

  it('cancels and terminates', async () => {
    const handle = await client.workflow.start(greet, options);
    await handle.cancel('enough');
    const { history } = await b.task([]);
    expect(
      history.events.find((e) => e.type === 'WorkflowExecutionCancelRequested')?.attributes,
    ).toMatchObject({ cause: 'enough' });
    await handle.terminate('stop');
    await expect(handle.result()).rejects.toMatchObject({
      name: 'WorkflowFailedError',
      cause: { name: 'TerminatedFailure', message: 'stop' },
    });
  });

  it('queries through the worker, also after the end', async () => {
    const handle = await client.workflow.start(greet, options);
    await b.task([complete]);
    const answer = handle.query<number>('state');
    const task = await b.workflowTask();
    expect(task.query).toMatchObject({ queryType: 'state' });
    await b.service.respondQueryTaskCompleted({
      taskToken: task.taskToken,
      completedType: 'ANSWERED',
      queryResult: [payload(7)],
    });
    expect(await answer).toBe(7);
    const failing = handle.query('state');
    const again = await b.workflowTask();
    await b.service.respondQueryTaskCompleted({
      taskToken: again.taskToken,
      completedType: 'FAILED',
      errorMessage: 'no handler',
    });
    await expect(failing).rejects.toMatchObject({ name: 'QueryNotRegisteredError', message: 'no handler' });
  });

  it('updates: result, rejection', async () => {
    const handle = await client.workflow.start(greet, options);
    await b.task([]);
    const done = handle.executeUpdate<string, [number]>('add', { args: [1], updateId: 'u' });
    const task = await b.workflowTask();
    expect(task.messages[0]?.body).toMatchObject({ input: { name: 'add', args: [payload(1)] } });
    await b.service.respondWorkflowTaskCompleted({
      taskToken: task.taskToken,
      commands: [],
      messages: [
        { id: 'a', protocolInstanceId: 'u', body: { type: 'temporal.api.update.v1.Acceptance' } },
        {
          id: 'c',
          protocolInstanceId: 'u',
          body: { type: 'temporal.api.update.v1.Response', outcome: { success: [payload('ok')] } },
        },
      ],
    });
    expect(await done).toBe('ok');
    const rejected = handle.executeUpdate('add', { updateId: 'v' });
    const next = await b.workflowTask();
    await b.service.respondWorkflowTaskCompleted({
      taskToken: next.taskToken,
      commands: [],
      messages: [
        {
          id: 'r',
          protocolInstanceId: 'v',
          body: { type: 'temporal.api.update.v1.Rejection', failure: failure('no') },
        },
      ],
    });
    await expect(rejected).rejects.toMatchObject({
      name: 'WorkflowUpdateFailedError',
      cause: { message: 'no' },
    });
  });

  it('lists and counts by search attributes and memo', async () => {
    await client.workflow.start(greet, {
      ...options,
      searchAttributes: { CustomerId: ['c1'] },
      memo: { note: 'x' },
    });
    await client.workflow.start(greet, { ...options, workflowId: 'w2' });
    const found = [];
    for await (const summary of client.workflow.list({ query: "CustomerId = 'c1'" })) found.push(summary);
    expect(found).toMatchObject([
      { workflowId: 'w', memo: { note: 'x' }, searchAttributes: { CustomerId: ['c1'] } },
    ]);
    expect((await client.workflow.count("WorkflowType = 'greet'")).count).toBe(2);
    await expect(
      client.workflow.start(greet, { ...options, workflowId: 'w3', searchAttributes: { Unknown: ['x'] } }),
    ).rejects.toThrow("'Unknown' is not registered");
  });

  it('passes calls through interceptors, the first one outermost', async () => {
    const seen: string[] = [];
    const named = (name: string): WorkflowClientInterceptor => ({
      start: (input, next) => {
        seen.push(name);
        return next({ ...input, headers: { ...input.headers, [name]: payload(1) } });
      },
    });
    const traced = new Client({
      connection: { service: b.service },
      interceptors: { workflow: [named('outer'), named('inner')] },
    });
    await traced.workflow.start(greet, options);
    const task = await b.workflowTask();
    expect(seen).toEqual(['outer', 'inner']);
    expect(task.history.events[0]?.attributes).toMatchObject({
      header: { fields: { outer: {}, inner: {} } },
    });
  });
});

describe('client.activity', () => {
  it('completes an activity by its ids', async () => {
    await client.workflow.start(greet, options);
    await b.task([
      {
        type: 'ScheduleActivityTask',
        attributes: { activityId: 'a1', activityType: { name: 'x' }, startToCloseTimeoutMs: 1000 },
      },
    ]);
    await b.activity();
    await client.activity.complete({ workflowId: 'w', activityId: 'a1' }, { ok: true });
    const { history } = await b.workflowTask();
    expect(history.events.find((e) => e.type === 'ActivityTaskCompleted')?.attributes).toMatchObject({
      result: [payload({ ok: true })],
    });
    await expect(client.activity.complete({ workflowId: 'w', activityId: 'a1' }, 1)).rejects.toMatchObject({
      name: 'ActivityNotFoundError',
    });
  });
});

describe('client.schedule', () => {
  it('creates, describes, pauses, triggers and deletes', async () => {
    const handle = await client.schedule.create({
      scheduleId: 's',
      spec: { intervals: [{ every: '1 hour' }] },
      action: { type: 'startWorkflow', workflowType: greet, args: ['ada'], taskQueue: taskQueue.name },
    });
    await handle.trigger();
    await handle.pause('not now');
    const { state, info } = await handle.describe();
    expect(state).toEqual({ paused: true, note: 'not now' });
    expect(info.actionCount).toBe(1);
    expect(info.runningWorkflows[0]?.workflowId).toBe('s-workflow-2026-01-01T00:00:00Z');
    await handle.delete();
    await expect(handle.describe()).rejects.toMatchObject({ name: 'ScheduleNotFoundError' });
  });
});

describe('openEngine', () => {
  it('wants a file or memory', async () => {
    await expect(openEngine({})).rejects.toMatchObject({ code: 'RFN2017' });
    const engine: Engine = await openEngine({ memory: true });
    const handle = await engine.client.workflow.start('t', { workflowId: 'x', taskQueue: 'q' });
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await engine.close();
  });
});
