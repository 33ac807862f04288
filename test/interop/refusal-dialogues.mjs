// Refusals that take more than one call: of a worker that refuses, of operations that go together, of schedules.
import { createRequire } from 'node:module';

const root = createRequire(import.meta.url)('@temporalio/proto');
const namespace = 'default';
const workflowType = { name: 'w' };
const seconds = (count) => ({ seconds: count });
const text = (value) => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify(value)),
});
const failure = {
  message: 'not that',
  source: 'test',
  applicationFailureInfo: { type: 'Mine', nonRetryable: true },
};

const startOf = (id, more = {}) => ({
  ...{
    namespace,
    workflowId: id,
    workflowType,
    taskQueue: { name: id },
    requestId: `${id}-${Math.random()}`,
  },
  ...more,
});
const updateOf = (id, more = {}) => ({
  namespace,
  workflowExecution: { workflowId: id },
  request: { meta: { updateId: 'u' }, input: { name: 'u' } },
  waitPolicy: { lifecycleStage: 3 },
  ...more,
});
const together = (...operations) => ({ namespace, operations });
const action = (id) => ({ startWorkflow: { workflowId: id, workflowType, taskQueue: { name: id } } });
const scheduleOf = (scheduleId, spec, more = {}) => ({
  ...{ namespace, scheduleId, requestId: `${scheduleId}-${Math.random()}` },
  schedule: { spec, action: action('by-schedule'), ...more },
});

/** A run whose first task has been answered, and a worker for it: `answer(task)` gives what it responds with. */
async function withWorker(service, id) {
  await service.startWorkflowExecution(startOf(id));
  const poll = () =>
    service.pollWorkflowTaskQueue({ namespace, taskQueue: { name: id }, identity: 'worker' });
  const { taskToken } = await poll();
  await service.respondWorkflowTaskCompleted({ namespace, taskToken, commands: [] });
  return poll;
}

/** @type {Record<string, (service: any) => Promise<object>>} */
export const dialogues = {
  async 'query that the worker cannot answer'(service) {
    const poll = await withWorker(service, 'query-fails');
    const answer = poll().then(({ taskToken }) =>
      service.respondQueryTaskCompleted({
        namespace,
        taskToken,
        completedType: 2,
        errorMessage: 'no such query',
        failure,
      }),
    );
    const execution = { workflowId: 'query-fails' };
    return await after(answer, service.queryWorkflow({ namespace, execution, query: { queryType: 'q' } }));
  },
  async 'query of a closed run, of open ones only'(service) {
    const execution = { workflowId: 'closed' };
    return await service.queryWorkflow({
      namespace,
      execution,
      query: { queryType: 'q' },
      queryRejectCondition: 1,
    });
  },
  async 'update that the worker rejects'(service) {
    const poll = await withWorker(service, 'update-rejected');
    const answer = poll().then(({ taskToken, messages: [message] }) =>
      service.respondWorkflowTaskCompleted({ namespace, taskToken, messages: [rejectionOf(message)] }),
    );
    return await after(answer, service.updateWorkflowExecution(updateOf('update-rejected')));
  },
  'update that waits to be admitted': (service) =>
    service.updateWorkflowExecution(updateOf('running', { waitPolicy: { lifecycleStage: 1 } })),
  'update without a request': (service) =>
    service.updateWorkflowExecution({ namespace, workflowExecution: { workflowId: 'running' } }),
  'multi-operation on a running id that may not be': (service) =>
    service.executeMultiOperation(
      together(
        { startWorkflow: startOf('busy', { workflowIdConflictPolicy: 1 }) },
        { updateWorkflow: updateOf('busy') },
      ),
    ),
  'multi-operation without a policy for a running id': (service) =>
    service.executeMultiOperation(
      together({ startWorkflow: startOf('busy') }, { updateWorkflow: updateOf('busy') }),
    ),
  'multi-operation of two starts': (service) =>
    service.executeMultiOperation(together({ startWorkflow: startOf('m') }, { startWorkflow: startOf('m') })),
  'multi-operation the wrong way round': (service) =>
    service.executeMultiOperation(
      together({ updateWorkflow: updateOf('m') }, { startWorkflow: startOf('m') }),
    ),
  'multi-operation of one': (service) =>
    service.executeMultiOperation(together({ startWorkflow: startOf('m') })),
  'multi-operation on two ids': (service) =>
    service.executeMultiOperation(
      together({ startWorkflow: startOf('m') }, { updateWorkflow: updateOf('n') }),
    ),
  'multi-operation with cron': (service) =>
    service.executeMultiOperation(
      together(
        { startWorkflow: startOf('m', { cronSchedule: '0 0 1 1 *' }) },
        { updateWorkflow: updateOf('m') },
      ),
    ),
  'multi-operation with a delay': (service) =>
    service.executeMultiOperation(
      together(
        { startWorkflow: startOf('m', { workflowStartDelay: seconds(1) }) },
        { updateWorkflow: updateOf('m') },
      ),
    ),
  'multi-operation whose start has no type': (service) =>
    service.executeMultiOperation(
      together({ startWorkflow: startOf('m', { workflowType: {} }) }, { updateWorkflow: updateOf('m') }),
    ),
  'multi-operation whose update has no name': (service) =>
    service.executeMultiOperation(
      together(
        { startWorkflow: startOf('m') },
        { updateWorkflow: updateOf('m', { request: { meta: { updateId: 'u' }, input: {} } }) },
      ),
    ),
  'multi-operation for one run': (service) =>
    service.executeMultiOperation(
      together(
        { startWorkflow: startOf('m') },
        {
          updateWorkflow: updateOf('m', {
            workflowExecution: { workflowId: 'm', runId: '0a0a0a0a-0b0b-4c0c-8d0d-0e0e0e0e0e0e' },
          }),
        },
      ),
    ),
  'schedule of an interval of nothing': (service) =>
    service.createSchedule(scheduleOf('s1', { interval: [{ interval: seconds(0) }] })),
  'schedule of a negative interval': (service) =>
    service.createSchedule(scheduleOf('s2', { interval: [{ interval: seconds(-5) }] })),
  'schedule of a phase beyond its interval': (service) =>
    service.createSchedule(scheduleOf('s3', { interval: [{ interval: seconds(10), phase: seconds(20) }] })),
  'schedule in a zone that is none': (service) =>
    service.createSchedule(scheduleOf('s5', { cronString: ['0 0 * * *'], timezoneName: 'Nowhere/Never' })),
  'schedule of a workflow without a type': (service) =>
    service.createSchedule(
      scheduleOf('s7', {}, { action: { startWorkflow: { workflowId: 'x', taskQueue: { name: 'q' } } } }),
    ),
  'schedule of a workflow without a queue': (service) =>
    service.createSchedule(
      scheduleOf('s8', {}, { action: { startWorkflow: { workflowId: 'x', workflowType } } }),
    ),
  'change of an unknown schedule': (service) => service.updateSchedule(scheduleOf('unknown', {})),
  'times of an unknown schedule': (service) =>
    service.listScheduleMatchingTimes({
      namespace,
      scheduleId: 'unknown',
      startTime: seconds(1_700_000_000),
      endTime: seconds(1_700_100_000),
    }),
  'start with too large an input': (service) =>
    service.startWorkflowExecution(startOf('large', { input: { payloads: [text('x'.repeat(2_200_000))] } })),
  'signal with too large an input': (service) =>
    service.signalWorkflowExecution({
      namespace,
      workflowExecution: { workflowId: 'running' },
      signalName: 's',
      input: { payloads: [text('x'.repeat(2_200_000))] },
    }),
  'start with a request of all policies': (service) =>
    service.startWorkflowExecution(
      startOf('running', { workflowIdConflictPolicy: 1, workflowIdReusePolicy: 1 }),
    ),
};

/** The outcome of a call, once the worker has answered. */
async function after(answer, outcome) {
  const settled = outcome.then(
    (value) => () => value,
    (error) => () => {
      throw error;
    },
  );
  await answer;
  return (await settled)();
}

function rejectionOf({ id, protocolInstanceId, body }) {
  const request = root.lookupType('temporal.api.update.v1.Request').decode(body.value);
  const rejection = {
    rejectedRequestMessageId: id,
    rejectedRequestSequencingEventId: 0,
    rejectedRequest: request,
    failure,
  };
  const type = root.lookupType('temporal.api.update.v1.Rejection');
  return {
    id: `${protocolInstanceId}/reject`,
    protocolInstanceId,
    body: {
      type_url: 'type.googleapis.com/temporal.api.update.v1.Rejection',
      value: type.encode(type.fromObject(rejection)).finish(),
    },
  };
}
