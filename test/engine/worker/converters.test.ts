import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerService } from '@refrain/engine/internal';
import { createLogger, openEngine, Worker, type Payload, type PayloadCodec } from '@refrain/engine';
import { activityInfo, ApplicationFailure, heartbeat } from '@refrain/engine/activity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../integrity/repository.js';

/** Everything that carries a value; `API` is the package that the code is written for. */
const workflows = `
import * as w from 'API';
const { act, fails } = w.proxyActivities({ startToCloseTimeout: '10s', retry: { maximumAttempts: 2, initialInterval: 1 } });
const { local } = w.proxyLocalActivities({ startToCloseTimeout: '10s' });
export async function child(x) { return x + '/child'; }
export async function kinds(round, secret) {
  let got = '';
  w.setHandler(w.defineSignal('s'), (x) => void (got = x));
  w.setHandler(w.defineQuery('q'), (x) => x + '/query');
  w.setHandler(w.defineUpdate('u'), (x) => {
    if (x.endsWith('bad')) throw w.ApplicationFailure.create({ message: x, details: [x] });
    return x + '/update';
  });
  w.upsertMemo({ m: secret + '/memo' });
  w.upsertSearchAttributes({ Tag: ['public'] });
  const out = [await act(secret), await local(secret), await w.executeChild(child, { args: [secret], memo: { c: secret } })];
  await fails(secret).catch((error) => out.push(error.cause.message, ...error.cause.details));
  await w.condition(() => got !== '');
  if (round === 0) return w.continueAsNew(1, secret);
  throw w.ApplicationFailure.create({ message: got, details: [out], nonRetryable: true });
}`;

/** A converter with an encoding of its own; it works in both sandboxes, without their text encoders. */
const payloadConverter = `
const bytes = (text) => Uint8Array.from([...text], (c) => c.charCodeAt(0));
const text = (data) => String.fromCharCode(...data);
export const payloadConverter = {
  toPayload: (value) => ({ metadata: { encoding: bytes('json/own') }, data: bytes(JSON.stringify({ value })) }),
  fromPayload: ({ metadata, data }) => {
    if (text(metadata.encoding) !== 'json/own') throw new Error('not of this converter: ' + text(metadata.encoding));
    return JSON.parse(text(data)).value;
  },
};`;

const failureConverter = `
import { DefaultFailureConverter } from 'FAILURES';
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });`;

/** Hides a whole payload in another one. */
const codec: PayloadCodec = {
  encode: async (payloads) =>
    payloads.map((payload) => ({
      metadata: { encoding: Buffer.from('binary/masked') },
      data: Buffer.from(
        JSON.stringify(payload, (_, v: unknown) => (v instanceof Uint8Array ? [...v] : v)),
      ).map((b) => b ^ 255),
    })),
  decode: async (payloads) =>
    payloads.map(({ data }) => {
      const { metadata, data: hidden } = JSON.parse(
        Buffer.from(data!)
          .map((b) => b ^ 255)
          .toString(),
      ) as {
        metadata: Record<string, number[]>;
        data: number[];
      };
      const entries = Object.entries(metadata).map(
        ([name, value]) => [name, Uint8Array.from(value)] as const,
      );
      return { metadata: Object.fromEntries(entries), data: Uint8Array.from(hidden) };
    }),
};

/** Where in a request or an answer there are payloads, and in which encoding. */
function encodings(value: unknown, path: string, found: Map<string, Set<string>>): void {
  if (typeof value !== 'object' || value === null) return;
  const encoding = (value as Payload).metadata?.['encoding'];
  if (typeof encoding === 'string') {
    found.set(path, (found.get(path) ?? new Set()).add(Buffer.from(encoding, 'base64').toString()));
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    encodings(inner, Array.isArray(value) ? path : `${path}.${key}`, found);
  }
}

describe.each([
  ['@refrain/engine/workflow', '@refrain/engine/workflow'],
  ['@temporalio/workflow', '@temporalio/common'],
])('converters by path, and a codec, for code of %s', (api, failures) => {
  let folder: string;
  const file = (name: string) => join(folder, name);

  beforeAll(() => {
    mkdirSync(join(root, 'node_modules', '.recorded'), { recursive: true });
    folder = mkdtempSync(join(root, 'node_modules', '.recorded', 'converters-'));
    writeFileSync(file('package.json'), '{"type":"module"}');
    writeFileSync(file('workflows.js'), workflows.replace('API', api));
    writeFileSync(file('payload.js'), payloadConverter);
    writeFileSync(file('failure.js'), failureConverter.replace('FAILURES', failures));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('take every value, and leave nothing readable but search attributes and headers', async () => {
    const dataConverter = {
      payloadConverterPath: file('payload.js'),
      failureConverterPath: file('failure.js'),
      payloadCodecs: [codec],
    };
    await using engine = await openEngine({
      memory: true,
      searchAttributes: { Tag: 'Keyword' },
      dataConverter,
    });
    const found = new Map<string, Set<string>>();
    const service = new Proxy(engine.service, {
      get: (target, name) => {
        const call: unknown = Reflect.get(target, name);
        if (typeof call !== 'function') return call;
        return (request: unknown, ...rest: unknown[]): unknown => {
          encodings(request, String(name), found);
          return Reflect.apply(call, target, [request, ...rest]);
        };
      },
    });
    const beats: unknown[] = [];
    const worker = await Worker.create({
      connection: { service: service as WorkerService },
      taskQueue: 'q',
      workflowsPath: file('workflows.js'),
      dataConverter,
      logger: createLogger(() => undefined),
      activities: {
        act: async (x: string) => `${x}/act`,
        local: async (x: string) => `${x}/local`,
        fails: async (x: string) => {
          beats.push(activityInfo().heartbeatDetails);
          heartbeat(`${x}/beat`);
          throw ApplicationFailure.create({ message: `${x}/failure`, details: [`${x}/details`] });
        },
      },
    });
    const { workflow } = engine.client;
    const texts = await worker.runUntil(async () => {
      const options = { taskQueue: 'q', workflowId: 'w', args: [0, 'secret'], memo: { start: 'secret' } };
      const handle = await workflow.start('kinds', options);
      expect(await handle.query('q', 'secret')).toBe('secret/query');
      expect(await handle.executeUpdate('u', { args: ['secret'] })).toBe('secret/update');
      await expect(handle.executeUpdate('u', { args: ['secret/bad'] })).rejects.toMatchObject({
        cause: { message: 'secret/bad', details: ['secret/bad'] },
      });
      expect((await handle.describe()).memo).toEqual({ start: 'secret', m: 'secret/memo' });
      await handle.signal('s', 'secret/0');
      const histories = [
        await engine.service.getWorkflowExecutionHistory({ execution: { workflowId: 'w' } }),
      ];
      await expect.poll(async () => (await workflow.count()).count).toBeGreaterThanOrEqual(3);
      await workflow.getHandle('w').signal('s', 'secret/1');
      const parts = ['secret/act', 'secret/local', 'secret/child', 'secret/failure', 'secret/details'];
      await expect(workflow.getHandle('w').result()).rejects.toMatchObject({
        cause: { message: 'secret/1', details: [parts] },
      });
      for await (const { workflowId, runId } of workflow.list()) {
        const execution = { workflowId, runId };
        histories.push(await engine.service.getWorkflowExecutionHistory({ execution }));
      }
      for (const { history } of histories) {
        for (const event of history.events) encodings(event.attributes, event.type, found);
      }
      return JSON.stringify(histories);
    });
    expect(beats).toEqual([undefined, 'secret/beat', undefined, 'secret/beat']);
    expect(texts).not.toContain('secret');
    // Of a marker, `data` and `type` are the SDK's own: names, ids and times.
    const plain = [...found].filter(([, used]) => !(used.size === 1 && used.has('binary/masked')));
    expect(plain.filter(([path]) => !/searchAttributes|\.details\.(data|type)$/.test(path))).toEqual([]);
    for (const path of ['recordActivityTaskHeartbeat.details', 'respondQueryTaskCompleted.queryResult']) {
      expect([...found.keys()]).toContain(path);
    }
    expect([...found.keys()].filter((path) => /encodedAttributes/.test(path)).length).toBeGreaterThan(2);
  });
});

describe('a converter that is not there', () => {
  it.each(['payloadConverterPath', 'failureConverterPath'])('is told by its option: %s', async (option) => {
    const dataConverter = {
      [option]: join(root, 'package.json'),
    };
    await using engine = await openEngine({ memory: true, dataConverter });
    const started = engine.client.workflow.start('x', { taskQueue: 'q', workflowId: 'w', args: [1] });
    await expect(started).rejects.toThrow(`dataConverter.${option}`);
    const activities = { a: () => 1 };
    const worker = Worker.create({ connection: engine, taskQueue: 'q', activities, dataConverter });
    await expect(worker).rejects.toThrow(`dataConverter.${option}`);
  });
});
