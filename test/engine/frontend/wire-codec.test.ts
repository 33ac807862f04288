import { describe, expect, it } from 'vitest';
import { apiRoot, decodeMessage, encodeMessage } from '@refrain/engine/internal';

/** Through bytes and back: what a client would receive of `value`. */
function throughTheWire(typeName: string, value: object): unknown {
  const type = apiRoot().lookupType(typeName);
  // Through protobuf.js, too, which has to read the bytes and write others that we read.
  const bytes = type.encode(type.decode(encodeMessage(type, value))).finish();
  return decodeMessage(type, Buffer.from(bytes));
}

const payload = { metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'eyJhIjoxfQ==' };

describe('wire codec', () => {
  it('keeps a start request as it is', () => {
    const request = {
      namespace: 'default',
      workflowId: 'order-1',
      workflowType: { name: 'orderWorkflow' },
      taskQueue: { name: 'orders', kind: 'NORMAL' },
      input: [payload],
      workflowRunTimeoutMs: 90_500,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      retryPolicy: {
        initialIntervalMs: 1_000,
        backoffCoefficient: 2,
        nonRetryableErrorTypes: ['CardDeclined'],
      },
      memo: { fields: { note: payload } },
    };
    expect(throughTheWire('temporal.api.workflowservice.v1.StartWorkflowExecutionRequest', request)).toEqual(
      request,
    );
  });

  it('gives events and commands a type and attributes', () => {
    const event = {
      eventId: 5,
      eventTimeMs: 1_700_000_000_123.25,
      type: 'ActivityTaskScheduled',
      attributes: {
        activityId: '1',
        activityType: { name: 'ship' },
        startToCloseTimeoutMs: 60_000,
        input: [payload],
      },
    };
    expect(throughTheWire('temporal.api.history.v1.HistoryEvent', event)).toEqual(event);
    const command = { type: 'StartTimer', attributes: { timerId: '1', startToFireTimeoutMs: 1.5 } };
    expect(throughTheWire('temporal.api.command.v1.Command', command)).toEqual(command);
  });

  it('unpacks the body of a protocol message', () => {
    const message = {
      id: 'm1',
      protocolInstanceId: 'u1',
      body: {
        type: 'temporal.api.update.v1.Request',
        meta: { updateId: 'u1' },
        input: { name: 'addItem', args: [payload] },
      },
    };
    expect(throughTheWire('temporal.api.protocol.v1.Message', message)).toEqual(message);
  });

  it('treats tokens as opaque text and other bytes as base64', () => {
    const response = { taskToken: 'run:7/ü', queries: { q1: { queryType: 'status' } }, messages: [] };
    const { taskToken, queries } = throughTheWire(
      'temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse',
      response,
    ) as typeof response;
    expect({ taskToken, queries }).toEqual({
      taskToken: 'run:7/ü',
      queries: { q1: { queryType: 'status' } },
    });
  });

  it('reads a payload with empty data', () => {
    const message = { payloads: [{ metadata: { encoding: 'YmluYXJ5L251bGw=' }, data: '' }] };
    const request = { workflowId: 'w', input: message.payloads };
    expect(
      throughTheWire('temporal.api.workflowservice.v1.StartWorkflowExecutionRequest', request),
    ).toMatchObject({
      workflowId: 'w',
      input: [{ metadata: { encoding: 'YmluYXJ5L251bGw=' } }],
    });
  });

  it('keeps lists of times', () => {
    const info = { actionCount: 2, futureActionTimesMs: [1_000, 2_500.5] };
    expect(throughTheWire('temporal.api.schedule.v1.ScheduleInfo', info)).toEqual(info);
  });
});
