import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { openEngine, startServer, type Engine, type RunningServer } from '@refrain/engine';
import { apiRoot } from '@refrain/engine/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runsOr } from '../../properties/seed.js';
import { RawClient } from './raw-client.js';

const numRuns = runsOr(100);
type Type = ReturnType<ReturnType<typeof apiRoot>['lookupType']>;

const workflowService = 'temporal.api.workflowservice.v1.WorkflowService';

/** What a server may answer to a stranger; INTERNAL and UNKNOWN would be defects of its own. */
const statuses = new Set([
  ...['OK', 'INVALID_ARGUMENT', 'NOT_FOUND', 'ALREADY_EXISTS', 'FAILED_PRECONDITION', 'UNIMPLEMENTED'],
  ...['RESOURCE_EXHAUSTED', 'DEADLINE_EXCEEDED', 'CANCELLED', 'ABORTED'],
]);

const methods = apiRoot()
  .lookupService(workflowService)
  .methodsArray.map((method) => ({ name: method.name, type: requestTypeOf(method.name) }));

function requestTypeOf(method: string): Type {
  return apiRoot().lookupType(apiRoot().lookupService(workflowService).methods[method]!.requestType);
}

/** Ids that exist, so that generated requests reach further than the first check. */
const words = fc.constantFrom(
  'default',
  'running',
  'q',
  'wf',
  '',
  '__proto__',
  'constructor',
  '\uD800',
  'ä\u0000',
);

/** Task tokens as the service gives them: of tasks that may be with a worker. */
const tokens = fc
  .record({ kind: fc.constantFrom('w', 'a', 'q'), run: fc.nat(3), event: fc.nat(8), attempt: fc.nat(2) })
  .map(({ kind, run, event, attempt }) => Buffer.from(`${kind}.${run}.${event}.${attempt}`));

/** A message of the type with a few of its fields set to values of their kind, sensible or not. */
function messageOf(type: Type, depth: number): fc.Arbitrary<object> {
  if (depth === 0) return fc.constant({});
  const entries = type.fieldsArray.map((field) => {
    field.resolve();
    const single = valueOf(field.type, field.resolvedType as Type | null, depth);
    const value = field.map
      ? fc.dictionary(words, single, { maxKeys: 2 })
      : field.repeated
        ? fc.array(single, { maxLength: 3 })
        : single;
    return [field.name, field.name === 'namespace' ? fc.constant('default') : value] as const;
  });
  return fc.record(Object.fromEntries(entries), {
    requiredKeys: entries.map(([name]) => name).filter((name) => name === 'namespace'),
  });
}

function valueOf(kind: string, resolved: Type | null, depth: number): fc.Arbitrary<unknown> {
  if (resolved && 'values' in resolved) return fc.integer({ min: -1, max: 2 ** 31 - 1 });
  if (resolved)
    return fc.oneof(
      { depthSize: 'small' },
      fc.constant({}),
      fc.constant(undefined).chain(() => messageOf(resolved, depth - 1)),
    );
  if (kind === 'string') return words;
  if (kind === 'bytes') return fc.oneof(fc.uint8Array({ maxLength: 20 }), tokens);
  if (kind === 'bool') return fc.boolean();
  if (kind === 'double' || kind === 'float') return fc.double();
  return fc.oneof(fc.integer({ min: -5, max: 5 }), fc.maxSafeInteger());
}

describe('the front end under hostile requests', () => {
  let engine: Engine;
  let server: RunningServer;
  let client: RawClient;
  beforeAll(async () => {
    engine = await openEngine({ memory: true });
    server = await startServer({ service: engine.service, port: 0 });
    client = new RawClient(server.address);
    const start = { namespace: 'default', workflowId: 'running', requestId: 'r' };
    await client.call(workflowService, 'StartWorkflowExecution', {
      ...start,
      ...{ workflowType: { name: 'wf' }, taskQueue: { name: 'q' } },
    });
  });
  afterAll(async () => {
    client.close();
    await server.close();
    await engine.close();
  });

  async function stillServes(): Promise<void> {
    const { status } = await client.call(workflowService, 'GetSystemInfo', {});
    expect(status).toBe('OK');
  }

  it('answers random bytes with a status', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...methods),
      fc.uint8Array({ maxLength: 200 }),
      async ({ name }, bytes) => {
        const { status, message } = await client.send(`/${workflowService}/${name}`, Buffer.from(bytes), 100);
        expect(statuses, `${name}: ${message}`).toContain(status);
      },
    );
    await fc.assert(property, { numRuns });
    await stillServes();
  });

  it('answers well-formed nonsense with a status', async () => {
    const request = fc
      .constantFrom(...methods.filter(({ name }) => !name.startsWith('Delete')))
      .chain(({ name, type }) => messageOf(type, 4).map((message) => ({ name, type, message })));
    const property = fc.asyncProperty(request, async ({ name, type, message }) => {
      const bytes = Buffer.from(type.encode(type.fromObject(message)).finish());
      const { status, message: details } = await client.send(`/${workflowService}/${name}`, bytes, 100);
      expect(statuses, `${name}: ${details}`).toContain(status);
    });
    await fc.assert(property, { numRuns });
    await stillServes();
  });

  it('answers damaged requests with a status', async () => {
    const request = fc.constantFrom(...methods).chain(({ name, type }) =>
      fc
        .record({ message: messageOf(type, 3), at: fc.nat(), byte: fc.nat(255) })
        .map(({ message, at, byte }) => {
          const bytes = Buffer.from(type.encode(type.fromObject(message)).finish());
          if (bytes.length > 0) bytes[at % bytes.length] = byte;
          return { name, bytes };
        }),
    );
    const property = fc.asyncProperty(request, async ({ name, bytes }) => {
      const { status, message } = await client.send(`/${workflowService}/${name}`, bytes, 100);
      expect(statuses, `${name}: ${message}`).toContain(status);
    });
    await fc.assert(property, { numRuns });
    await stillServes();
  });

  it('refuses messages that are nested without end', async () => {
    const path = `/${workflowService}/RespondActivityTaskFailed`;
    for (const depth of [50, 1_000, 10_000]) {
      const { status } = await client.send(path, nested(depth));
      expect(['INVALID_ARGUMENT', 'NOT_FOUND']).toContain(status);
    }
    await stillServes();
  });

  it('refuses lengths that promise more than comes, and messages over 4 MiB', async () => {
    const path = `/${workflowService}/StartWorkflowExecution`;
    const promises = Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x07, 0x61]);
    expect((await client.send(path, promises)).status).toBe('INVALID_ARGUMENT');
    expect((await client.send(path, Buffer.alloc(5 * 1024 * 1024))).status).toBe('RESOURCE_EXHAUSTED');
    await stillServes();
  });

  it('lets go of polls whose callers hang up, and of connections that say nothing', async () => {
    const [host, port] = server.address.split(':');
    const silent = Array.from({ length: 50 }, () => connectTcp(Number(port), host));
    const garbage = connectTcp(Number(port), host);
    garbage.on('error', () => undefined);
    garbage.write(Buffer.alloc(10_000, 0x16));
    const session = connectHttp2(`http://${server.address}`);
    session.on('error', () => undefined);
    const half = session.request({ ':method': 'POST', ':path': `/${workflowService}/PollWorkflowTaskQueue` });
    half.on('error', () => undefined);
    half.write(Buffer.from([0, 0, 0, 1, 0]));
    const taskQueue = { name: 'nobody' };
    const poller = new RawClient(server.address);
    const polls = Array.from({ length: 300 }, () =>
      poller
        .call(workflowService, 'PollActivityTaskQueue', { namespace: 'default', taskQueue })
        .catch(() => undefined),
    );
    await stillServes();
    poller.close();
    session.destroy();
    for (const socket of [...silent, garbage]) socket.destroy();
    await Promise.all(polls);
    await stillServes();
  });

  it('does not grow with the requests that it refuses', { timeout: 60_000 }, async () => {
    const path = `/${workflowService}/SignalWorkflowExecution`;
    const hostile = async (count: number) => {
      for (let at = 0; at < count; at += 50)
        await Promise.all(
          Array.from({ length: 50 }, (_, i) => client.send(path, Buffer.alloc(2_000, at + i))),
        );
    };
    await hostile(300);
    const before = usedHeap();
    await hostile(700);
    expect(usedHeap() - before).toBeLessThan(4 * 1024 * 1024);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function usedHeap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** `RespondActivityTaskFailedRequest { failure: { cause: { cause: … } } }`; the cause is field 4 of a failure. */
function nested(depth: number): Buffer {
  let message: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) message = field(4, message);
  return field(2, message);
}

function field(number: number, bytes: Buffer): Buffer {
  const head = [(number << 3) | 2];
  for (let left = bytes.length; ; left >>>= 7) {
    head.push(left > 127 ? (left & 127) | 128 : left);
    if (left <= 127) break;
  }
  return Buffer.concat([Buffer.from(head), bytes]);
}
