import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine, startServer, type Engine, type RunningServer } from '@refrain/engine';
import { apiRoot } from '@refrain/engine/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawClient } from './raw-client.js';

const service = 'temporal.api.workflowservice.v1.WorkflowService';
const namespace = 'default';
const soonMs = 2_000;

/** A worker that only polls, over a connection that can be cut. */
function pollOverOwnConnection(address: string, method: string, message: object) {
  const [host, port] = address.split(':');
  const socket = connectSocket(Number(port), host);
  const session = connect(`http://${address}`, { createConnection: () => socket });
  const request = apiRoot().lookupType(`temporal.api.workflowservice.v1.${method}Request`);
  const bytes = request.encode(request.fromObject(message)).finish();
  const frame = Buffer.alloc(5 + bytes.length);
  frame.writeUInt32BE(bytes.length, 1);
  frame.set(bytes, 5);
  const headers = { 'content-type': 'application/grpc', te: 'trailers' };
  const call = session.request({ ':method': 'POST', ':path': `/${service}/${method}`, ...headers });
  call.on('error', () => undefined);
  session.on('error', () => undefined);
  call.end(frame);
  return { cut: () => socket.destroy(), answered: once(call, 'response') };
}

/** The clients' tasks take ten seconds and more to time out: whoever gets one sooner got it because it was given back. */
describe.each(['memory', 'file'])('a worker that hangs up (%s)', (store) => {
  const folder = mkdtempSync(join(tmpdir(), 'refrain-hang-up-'));
  let engine: Engine;
  let server: RunningServer;
  let client: RawClient;
  beforeAll(async () => {
    engine = await openEngine(store === 'memory' ? { memory: true } : { file: join(folder, 'engine.db') });
    server = await startServer({ service: engine.service, port: 0 });
    client = new RawClient(server.address);
  });
  afterAll(async () => {
    client.close();
    await server.close();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (id: string, more: object = {}) =>
    client.call(service, 'StartWorkflowExecution', {
      namespace,
      workflowId: id,
      requestId: id,
      workflowType: { name: 't' },
      taskQueue: { name: id },
      ...more,
    });
  const poll = (kind: 'Workflow' | 'Activity', queue: string, by = client) =>
    by
      .call(service, `Poll${kind}TaskQueue`, { namespace, taskQueue: { name: queue }, identity: 'worker' })
      .then(({ answer }) => answer as { taskToken?: Buffer; attempt?: number });
  const soon = <T>(answer: Promise<T>) =>
    Promise.race([answer, new Promise<'late'>((resolve) => setTimeout(resolve, soonMs, 'late'))]);

  /** Lets a worker poll whose connection is cut at the moment at which its task comes. */
  async function lose(kind: 'Workflow' | 'Activity', queue: string, bring: () => Promise<unknown>) {
    const message = { namespace, taskQueue: { name: queue }, identity: 'lost' };
    const { cut } = pollOverOwnConnection(server.address, `Poll${kind}TaskQueue`, message);
    await expect.poll(async () => (await describeQueue(kind, queue)).length).toBeGreaterThan(0);
    cut();
    await bring();
  }

  async function describeQueue(kind: 'Workflow' | 'Activity', name: string): Promise<readonly unknown[]> {
    const { answer } = await client.call(service, 'DescribeTaskQueue', {
      namespace,
      taskQueue: { name },
      taskQueueType: kind === 'Workflow' ? 1 : 2,
    });
    return (answer as { pollers?: readonly unknown[] }).pollers ?? [];
  }

  it('leaves its workflow task to the next one at once', async () => {
    const queue = `${store}-workflow`;
    await lose('Workflow', queue, () => start(queue));
    expect(await soon(poll('Workflow', queue))).toHaveProperty('taskToken');
  });

  it('leaves its activity to the next one at once, as the same attempt', async () => {
    const queue = `${store}-activity`;
    await start(queue);
    const { taskToken } = await poll('Workflow', queue);
    const command = {
      commandType: 1,
      scheduleActivityTaskCommandAttributes: {
        activityId: '1',
        activityType: { name: 'a' },
        taskQueue: { name: queue },
        startToCloseTimeout: { seconds: 60 },
        retryPolicy: { maximumAttempts: 1 },
      },
    };
    await lose('Activity', queue, () =>
      client.call(service, 'RespondWorkflowTaskCompleted', { namespace, taskToken, commands: [command] }),
    );
    expect(await soon(poll('Activity', queue))).toMatchObject({ attempt: 1 });
  });

  it('leaves a query to the next one at once', async () => {
    const queue = `${store}-query`;
    await start(queue);
    const { taskToken } = await poll('Workflow', queue);
    await client.call(service, 'RespondWorkflowTaskCompleted', { namespace, taskToken, commands: [] });
    const execution = { workflowId: queue };
    let answered: Promise<unknown> = Promise.resolve();
    await lose('Workflow', queue, () => {
      answered = client.call(service, 'QueryWorkflow', { namespace, execution, query: { queryType: 'q' } });
      return Promise.resolve();
    });
    const task = await soon(poll('Workflow', queue));
    expect(task).toHaveProperty('query');
    const { taskToken: token } = task as { taskToken: Buffer };
    const done = { namespace, taskToken: token, completedType: 1, queryResult: { payloads: [] } };
    await client.call(service, 'RespondQueryTaskCompleted', done);
    expect(await answered).toMatchObject({ status: 'OK' });
  });

  it('in the middle of a task leaves it to the next one at once', async () => {
    const queue = `${store}-middle`;
    // More than a connection carries to someone who does not read.
    const input = { payloads: [{ data: Buffer.alloc(500_000) }] };
    await start(queue, { input });
    const message = { namespace, taskQueue: { name: queue } };
    const { cut, answered } = pollOverOwnConnection(server.address, 'PollWorkflowTaskQueue', message);
    await answered;
    cut();
    expect(await soon(poll('Workflow', queue))).toHaveProperty('taskToken');
  });

  it('does not take what another one got', async () => {
    const queue = `${store}-whole`;
    const worker = new RawClient(server.address);
    const task = poll('Workflow', queue, worker);
    await start(queue);
    const { taskToken } = await task;
    worker.close();
    await expect(
      client.call(service, 'RespondWorkflowTaskCompleted', { namespace, taskToken }),
    ).resolves.toMatchObject({
      status: 'OK',
    });
  });
});
