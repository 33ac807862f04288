import { openEngine, startServer } from '@refrain/engine';
import { expect, it } from 'vitest';
import { RawClient } from './raw-client.js';

const workflowService = 'temporal.api.workflowservice.v1.WorkflowService';
const operatorService = 'temporal.api.operatorservice.v1.OperatorService';

it('deletes a namespace by its name or its id over gRPC', async () => {
  await using engine = await openEngine({ memory: true });
  const server = await startServer({ service: engine.service, port: 0, namespaces: ['one', 'two'] });
  const client = new RawClient(server.address);
  const describeOf = (namespace: string) =>
    client.call(workflowService, 'DescribeNamespace', { namespace }) as Promise<{
      status: string;
      answer: { namespaceInfo?: { id: string; state: string } };
    }>;
  const { id } = (await describeOf('two')).answer.namespaceInfo!;
  for (const request of [{ namespace: 'one' }, { namespaceId: id, namespaceDeleteDelay: { seconds: 60 } }]) {
    const { status, answer } = await client.call(operatorService, 'DeleteNamespace', request);
    expect([status, answer]).toEqual(['OK', { deletedNamespace: expect.stringMatching(/-deleted-/) }]);
  }
  expect([(await describeOf('one')).status, (await describeOf('two')).status]).toEqual([
    'NOT_FOUND',
    'NOT_FOUND',
  ]);
  client.close();
  await server.close();
});
