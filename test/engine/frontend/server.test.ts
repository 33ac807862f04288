import type { ClientDuplexStream } from '@grpc/grpc-js';
import { connectService, openEngine, startServer, type Engine, type RunningServer } from '@refrain/engine';
import { apiRoot } from '@refrain/engine/internal';
import { parse } from 'protobufjs';
import { Root } from 'protobufjs';
import { FileDescriptorSet } from 'protobufjs/ext/descriptor/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawClient } from './raw-client.js';

const workflowService = 'temporal.api.workflowservice.v1.WorkflowService';
const operatorService = 'temporal.api.operatorservice.v1.OperatorService';
const namespace = 'default';

describe('the front end', () => {
  let engine: Engine;
  let server: RunningServer;
  let client: RawClient;
  beforeAll(async () => {
    engine = await openEngine({ memory: true });
    server = await startServer({ service: engine.service, port: 0, namespaces: ['default', 'other'] });
    client = new RawClient(server.address);
  });
  afterAll(async () => {
    client.close();
    await server.close();
    await engine.close();
  });

  const call = (method: string, message: object = {}) => client.call(workflowService, method, message);
  const start = (workflowId: string, more: object = {}) =>
    call('StartWorkflowExecution', {
      ...{
        namespace,
        workflowId,
        workflowType: { name: 'wf' },
        taskQueue: { name: 'q' },
        requestId: workflowId,
      },
      ...more,
    });

  it('runs batch operations over what a query finds', async () => {
    for (const id of ['a', 'b', 'c']) await start(id);
    await start('elsewhere', { namespace: 'other' });
    const job = { namespace, jobId: 'job' };
    const visibilityQuery = "WorkflowType = 'wf'";
    const begun = await call('StartBatchOperation', { ...job, visibilityQuery, terminationOperation: {} });
    expect(begun.status).toBe('OK');
    await expect
      .poll(async () => (await call('DescribeBatchOperation', job)).answer)
      .toMatchObject({
        ...{ state: 'BATCH_OPERATION_STATE_COMPLETED', totalOperationCount: 3, completeOperationCount: 3 },
        operationType: 'BATCH_OPERATION_TYPE_TERMINATE_WORKFLOW',
      });
    const terminated = "ExecutionStatus = 'Terminated'";
    expect((await call('CountWorkflowExecutions', { namespace, query: terminated })).answer).toEqual({
      count: 3,
    });
    const others = await call('CountWorkflowExecutions', { namespace: 'other', query: terminated });
    expect(others.answer).toEqual({});
    expect((await call('ListBatchOperations', { namespace: 'other' })).answer).toEqual({});
  });

  it('refuses a batch operation without a query or an operation, and one that exists', async () => {
    const job = { namespace, jobId: 'again', visibilityQuery: "WorkflowId = 'none'" };
    expect((await call('StartBatchOperation', job)).status).toBe('INVALID_ARGUMENT');
    expect((await call('StartBatchOperation', { namespace, terminationOperation: {} })).status).toBe(
      'INVALID_ARGUMENT',
    );
    expect((await call('StartBatchOperation', { ...job, deletionOperation: {} })).status).toBe('OK');
    expect((await call('StartBatchOperation', { ...job, deletionOperation: {} })).status).toBe(
      'ALREADY_EXISTS',
    );
    expect((await call('DescribeBatchOperation', { namespace, jobId: 'none' })).status).toBe('NOT_FOUND');
  });

  it('describes a task queue in both forms', async () => {
    await start('waits', { taskQueue: { name: 'described' } });
    const taskQueue = { name: 'described' };
    const enhanced = await call('DescribeTaskQueue', { namespace, taskQueue, apiMode: 1 });
    expect(enhanced.answer).toMatchObject({
      versionsInfo: { '': { typesInfo: { 1: { stats: { approximateBacklogCount: 1 } } } } },
    });
    const plain = await call('DescribeTaskQueue', {
      namespace,
      taskQueue,
      taskQueueType: 1,
      reportStats: true,
    });
    expect(plain.answer).toMatchObject({ stats: { approximateBacklogCount: 1 } });
  });

  it('adds, lists and removes search attributes through the operator service', async () => {
    const operator = (method: string, message: object) => client.call(operatorService, method, message);
    const searchAttributes = { Colour: 7, Size: 3 };
    expect((await operator('AddSearchAttributes', { searchAttributes, namespace: 'other' })).status).toBe(
      'OK',
    );
    const { answer } = await operator('ListSearchAttributes', { namespace: 'other' });
    expect(answer).toMatchObject({
      customAttributes: { Colour: 'INDEXED_VALUE_TYPE_KEYWORD_LIST', Size: 'INDEXED_VALUE_TYPE_INT' },
      systemAttributes: { StartTime: 'INDEXED_VALUE_TYPE_DATETIME' },
    });
    expect(
      (await operator('RemoveSearchAttributes', { searchAttributes: ['Size'], namespace: 'other' })).status,
    ).toBe('OK');
    const elsewhere = await operator('ListSearchAttributes', { namespace });
    expect((elsewhere.answer as { customAttributes?: object }).customAttributes).toBeUndefined();
    const unspecified = await operator('AddSearchAttributes', { searchAttributes: { Bad: 0 } });
    expect(unspecified.status).toBe('INVALID_ARGUMENT');
  });

  it('takes a request of a newer API without the fields that it does not know', async () => {
    const type = apiRoot().lookupType('temporal.api.workflowservice.v1.StartWorkflowExecutionRequest');
    const id = 'of-a-newer-client';
    const request = {
      namespace,
      workflowId: id,
      requestId: id,
      workflowType: { name: 'wf' },
      taskQueue: { name: 'q' },
    };
    // Field 9999, with a length and a text, and field 9998, a number.
    const newer = Buffer.from([0xfa, 0xf0, 0x04, 0x03, 0x6e, 0x65, 0x77, 0xf0, 0xf0, 0x04, 0x07]);
    const bytes = Buffer.concat([newer, type.encode(type.fromObject(request)).finish(), newer]);
    const { status } = await client.send(`/${workflowService}/StartWorkflowExecution`, bytes);
    expect(status).toBe('OK');
    const execution = { workflowId: id };
    expect((await call('DescribeWorkflowExecution', { namespace, execution })).status).toBe('OK');
  });

  it('tells a client of ours why one of two operations was refused', async () => {
    const id = 'two-operations';
    await start(id);
    const remote = await connectService({ address: server.address });
    const workflow = { workflowId: id, workflowType: { name: 'wf' }, taskQueue: { name: 'q' } };
    const update = {
      workflowExecution: { workflowId: id },
      request: { input: { name: 'u' }, meta: { updateId: 'u' } },
    };
    const startWorkflow = { ...workflow, requestId: 'again', workflowIdConflictPolicy: 'FAIL' as const };
    const both = remote.service.executeMultiOperation({
      operations: [{ startWorkflow }, { updateWorkflow: update }],
    });
    await expect(both).rejects.toMatchObject({
      status: 'ALREADY_EXISTS',
      reason: 'WorkflowExecutionAlreadyStarted',
    });
    remote.close();
  });

  it('tells which port is taken', async () => {
    const options = { service: engine.service, port: server.port };
    await expect(startServer(options)).rejects.toMatchObject({
      code: 'RFN8004',
      message: expect.stringContaining(String(server.port)) as string,
    });
  });

  it('answers UNIMPLEMENTED to what it does not know', async () => {
    expect((await call('StartNexusOperationExecution', { namespace })).status).toBe('UNIMPLEMENTED');
    expect((await client.send('/a.b.C/D', Buffer.alloc(0))).status).toBe('UNIMPLEMENTED');
  });

  it('tells by reflection what it serves, in files that fit together', async () => {
    const listed = await reflect(client, [{ listServices: '*' }]);
    const names = listed[0]!.listServicesResponse!.service.map(({ name }) => name);
    expect(names).toEqual([workflowService, operatorService, 'grpc.health.v1.Health']);
    const answers = await reflect(
      client,
      names.map((fileContainingSymbol) => ({ fileContainingSymbol })),
    );
    for (const [at, name] of names.entries()) {
      const file = answers[at]!.fileDescriptorResponse!.fileDescriptorProto;
      const set = FileDescriptorSet.decode(Buffer.concat(file.map((bytes) => lengthDelimited(bytes))));
      const root = (Root as unknown as { fromDescriptor(set: object): Root }).fromDescriptor(set);
      expect(root.lookupService(name).methodsArray.length).toBeGreaterThan(0);
    }
    const [method, nested, unknown] = await reflect(client, [
      { fileContainingSymbol: `${workflowService}.PollWorkflowTaskQueue` },
      { fileContainingSymbol: 'temporal.api.failure.v1.Failure' },
      { fileContainingSymbol: 'no.such.Thing' },
    ]);
    expect(method!.fileDescriptorResponse).toBeDefined();
    expect(nested!.fileDescriptorResponse).toBeDefined();
    expect(unknown!.errorResponse).toMatchObject({ errorCode: 5 });
  });
});

interface ReflectionAnswer {
  readonly listServicesResponse?: { readonly service: { readonly name: string }[] };
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: Buffer[] };
  readonly errorResponse?: { readonly errorCode: number };
}

const { root: protocol } = parse(`syntax = "proto3";
  message Request { oneof message_request {
    string file_by_filename = 3; string file_containing_symbol = 4; string list_services = 7; } }
  message Response {
    Files file_descriptor_response = 4; Services list_services_response = 6; Refusal error_response = 7; }
  message Files { repeated bytes file_descriptor_proto = 1; }
  message Services { repeated Service service = 1; }
  message Service { string name = 1; }
  message Refusal { int32 error_code = 1; }`);

function reflect({ client }: RawClient, questions: readonly object[]): Promise<ReflectionAnswer[]> {
  const [request, response] = [protocol.lookupType('Request'), protocol.lookupType('Response')];
  const stream = client.makeBidiStreamRequest(
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    (value: object) => Buffer.from(request.encode(request.fromObject(value)).finish()),
    (bytes: Buffer) => response.decode(bytes) as unknown as ReflectionAnswer,
  ) as ClientDuplexStream<object, ReflectionAnswer>;
  const answers: ReflectionAnswer[] = [];
  return new Promise((resolve, reject) => {
    stream.on('data', (answer: ReflectionAnswer) => answers.push(answer));
    stream.on('error', reject);
    stream.on('end', () => resolve(answers));
    for (const question of questions) stream.write(question);
    stream.end();
  });
}

/** A file as an element of `FileDescriptorSet.file`. */
function lengthDelimited(bytes: Buffer): Buffer {
  const length = [];
  for (let left = bytes.length; ; left >>>= 7) {
    length.push(left > 127 ? (left & 127) | 128 : left);
    if (left <= 127) break;
  }
  return Buffer.concat([Buffer.from([0x0a, ...length]), bytes]);
}

describe('a front end with an API key', () => {
  it('answers only those who send it', async () => {
    await using engine = await openEngine({ memory: true });
    const server = await startServer({ service: engine.service, port: 0, apiKey: 'secret' });
    const statuses = [];
    for (const metadata of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Bearer secret' }]) {
      const client = new RawClient(server.address, metadata);
      statuses.push((await client.call(workflowService, 'GetSystemInfo', {})).status);
      client.close();
    }
    expect(statuses).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 'OK']);
    const stranger = new RawClient(server.address);
    await expect(reflect(stranger, [{ listServices: '*' }])).rejects.toThrow(/UNAUTHENTICATED/);
    stranger.close();
    await server.close();
  });
});
