// Calls that a server refuses, and how: the gRPC status, the error detail's type, and its fields where they are
// Temporal's own. `node test/interop/refusals.mjs <address>` prints them; `--record` writes refusals.json from a real server.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { dialogues } from './refusal-dialogues.mjs';

const require = createRequire(import.meta.url);
const { Connection } = require('@temporalio/client');
const root = require('@temporalio/proto');

const namespace = 'default';
const taskQueue = { name: 'refusals' };
const workflowType = { name: 'w' };
const unknown = { workflowId: 'nobody', runId: '' };
const noRun = { workflowId: 'nobody', runId: '0a0a0a0a-0b0b-4c0c-8d0d-0e0e0e0e0e0e' };
const seconds = (count) => ({ seconds: count });
const start = (workflowId, more = {}) => ({
  ...{ namespace, workflowId, workflowType, taskQueue, requestId: `${workflowId}-${Math.random()}` },
  ...more,
});
const token = (text) => Buffer.from(text);

/** @type {Record<string, [method: string, request: object | ((known: Known) => object)]>} */
const calls = {
  'start without an id': ['startWorkflowExecution', start('')],
  'start without a type': ['startWorkflowExecution', start('a', { workflowType: {} })],
  'start without a task queue': ['startWorkflowExecution', start('a', { taskQueue: {} })],
  'start with too long an id': ['startWorkflowExecution', start('x'.repeat(1001))],
  'start with a negative run timeout': [
    'startWorkflowExecution',
    start('a', { workflowRunTimeout: seconds(-1) }),
  ],
  'start with a bad retry policy': [
    'startWorkflowExecution',
    start('a', { retryPolicy: { backoffCoefficient: 0.5, maximumAttempts: 2 } }),
  ],
  'start with a bad cron': ['startWorkflowExecution', start('a', { cronSchedule: 'not cron' })],
  'start with cron and a delay': [
    'startWorkflowExecution',
    start('a', { cronSchedule: '* * * * *', workflowStartDelay: seconds(1) }),
  ],
  'start with an unknown search attribute': [
    'startWorkflowExecution',
    start('a', {
      searchAttributes: {
        indexedFields: { NoSuch: { metadata: { encoding: token('json/plain') }, data: token('1') } },
      },
    }),
  ],
  'start with contradictory policies': [
    'startWorkflowExecution',
    start('a', { workflowIdReusePolicy: 4, workflowIdConflictPolicy: 1 }),
  ],
  'start in an unknown namespace': ['startWorkflowExecution', start('a', { namespace: 'nowhere' })],
  'start without a namespace': ['startWorkflowExecution', start('a', { namespace: '' })],
  'start of a running id': ['startWorkflowExecution', start('running')],
  'start of a closed id that may not be reused': [
    'startWorkflowExecution',
    start('closed', { workflowIdReusePolicy: 3 }),
  ],
  'signal to nobody': ['signalWorkflowExecution', { namespace, workflowExecution: unknown, signalName: 's' }],
  'signal to an unknown run': [
    'signalWorkflowExecution',
    { namespace, workflowExecution: noRun, signalName: 's' },
  ],
  'signal to a closed run': [
    'signalWorkflowExecution',
    { namespace, workflowExecution: { workflowId: 'closed' }, signalName: 's' },
  ],
  'signal without a name': [
    'signalWorkflowExecution',
    { namespace, workflowExecution: { workflowId: 'running' } },
  ],
  'signal without an id': ['signalWorkflowExecution', { namespace, workflowExecution: {}, signalName: 's' }],
  'signal with a run id that is none': [
    'signalWorkflowExecution',
    { namespace, workflowExecution: { workflowId: 'running', runId: 'abc' }, signalName: 's' },
  ],
  'signal with start without a signal': ['signalWithStartWorkflowExecution', start('a')],
  'query of nobody': ['queryWorkflow', { namespace, execution: unknown, query: { queryType: 'q' } }],
  'query without a type': ['queryWorkflow', { namespace, execution: { workflowId: 'running' }, query: {} }],
  'query without a query': ['queryWorkflow', { namespace, execution: { workflowId: 'running' } }],
  'update of nobody': [
    'updateWorkflowExecution',
    { namespace, workflowExecution: unknown, request: { meta: { updateId: 'u' }, input: { name: 'u' } } },
  ],
  'update of a closed run': [
    'updateWorkflowExecution',
    {
      namespace,
      workflowExecution: { workflowId: 'closed' },
      request: { meta: { updateId: 'u' }, input: { name: 'u' } },
    },
  ],
  'update without a name': [
    'updateWorkflowExecution',
    { namespace, workflowExecution: { workflowId: 'running' }, request: { meta: {}, input: {} } },
  ],
  'poll of an unknown update': [
    'pollWorkflowExecutionUpdate',
    {
      namespace,
      updateRef: { workflowExecution: { workflowId: 'running' }, updateId: 'unknown' },
      waitPolicy: { lifecycleStage: 3 },
    },
  ],
  'describe of nobody': ['describeWorkflowExecution', { namespace, execution: unknown }],
  'describe of an unknown run': ['describeWorkflowExecution', { namespace, execution: noRun }],
  'describe without an id': ['describeWorkflowExecution', { namespace, execution: {} }],
  'history of nobody': ['getWorkflowExecutionHistory', { namespace, execution: unknown }],
  'history with a bad page token': [
    'getWorkflowExecutionHistory',
    { namespace, execution: { workflowId: 'running' }, nextPageToken: token('nonsense') },
  ],
  'cancel of nobody': ['requestCancelWorkflowExecution', { namespace, workflowExecution: unknown }],
  'cancel of a closed run': [
    'requestCancelWorkflowExecution',
    { namespace, workflowExecution: { workflowId: 'closed' } },
  ],
  'terminate of nobody': ['terminateWorkflowExecution', { namespace, workflowExecution: unknown }],
  'terminate of a closed run': [
    'terminateWorkflowExecution',
    { namespace, workflowExecution: { workflowId: 'closed' } },
  ],
  'reset of nobody': [
    'resetWorkflowExecution',
    { namespace, workflowExecution: unknown, workflowTaskFinishEventId: 3, requestId: 'r' },
  ],
  'reset without a request id': [
    'resetWorkflowExecution',
    { namespace, workflowExecution: { workflowId: 'running' }, workflowTaskFinishEventId: 3 },
  ],
  'reset to an event that ends no task': [
    'resetWorkflowExecution',
    { namespace, workflowExecution: { workflowId: 'running' }, workflowTaskFinishEventId: 1, requestId: 'r' },
  ],
  'delete of nobody': ['deleteWorkflowExecution', { namespace, workflowExecution: unknown }],
  'list with a bad query': ['listWorkflowExecutions', { namespace, query: 'Nonsense ===' }],
  'list by an unknown attribute': ['listWorkflowExecutions', { namespace, query: 'NoSuch = "a"' }],
  'count with a bad query': ['countWorkflowExecutions', { namespace, query: 'a b c' }],
  'poll of workflow tasks without a queue': ['pollWorkflowTaskQueue', { namespace, taskQueue: {} }],
  'poll of activities without a queue': ['pollActivityTaskQueue', { namespace, taskQueue: {} }],
  'answer to a workflow task without a token': ['respondWorkflowTaskCompleted', { namespace }],
  'answer to a workflow task with a strange token': [
    'respondWorkflowTaskCompleted',
    { namespace, taskToken: token('nonsense') },
  ],
  'failure of a workflow task with a strange token': [
    'respondWorkflowTaskFailed',
    { namespace, taskToken: token('nonsense') },
  ],
  'answer to a query with a strange token': [
    'respondQueryTaskCompleted',
    { namespace, taskToken: token('nonsense') },
  ],
  'answer to an activity without a token': ['respondActivityTaskCompleted', { namespace }],
  'answer to an activity with a strange token': [
    'respondActivityTaskCompleted',
    { namespace, taskToken: token('nonsense') },
  ],
  'failure of an activity with a strange token': [
    'respondActivityTaskFailed',
    { namespace, taskToken: token('nonsense') },
  ],
  'heartbeat with a strange token': [
    'recordActivityTaskHeartbeat',
    { namespace, taskToken: token('nonsense') },
  ],
  'answer by id to an activity of nobody': [
    'respondActivityTaskCompletedById',
    { namespace, workflowId: 'nobody', activityId: '1' },
  ],
  'answer by id to an unknown activity': [
    'respondActivityTaskCompletedById',
    { namespace, workflowId: 'running', activityId: '1' },
  ],
  'schedule without an id': ['createSchedule', { namespace, schedule: { spec: {}, action: {} } }],
  'schedule with a bad cron': [
    'createSchedule',
    {
      ...{ namespace, scheduleId: 's', requestId: 'r' },
      schedule: {
        spec: { cronString: ['not cron'] },
        action: { startWorkflow: { workflowId: 'x', workflowType, taskQueue } },
      },
    },
  ],
  'schedule that exists': [
    'createSchedule',
    {
      ...{ namespace, scheduleId: 'existing', requestId: 'another' },
      schedule: {
        spec: { cronString: ['0 0 1 1 *'] },
        action: { startWorkflow: { workflowId: 'x', workflowType, taskQueue } },
      },
    },
  ],
  'description of an unknown schedule': ['describeSchedule', { namespace, scheduleId: 'unknown' }],
  'patch of an unknown schedule': [
    'patchSchedule',
    { namespace, scheduleId: 'unknown', requestId: 'r', patch: { pause: 'p' } },
  ],
  'deletion of an unknown schedule': ['deleteSchedule', { namespace, scheduleId: 'unknown' }],
  'description of an unknown namespace': ['describeNamespace', { namespace: 'nowhere' }],
  'registration of a namespace that exists': [
    'registerNamespace',
    { namespace, workflowExecutionRetentionPeriod: seconds(86_400) },
  ],
  'multi-operation without operations': ['executeMultiOperation', { namespace, operations: [] }],
  'description of a task queue without a name': ['describeTaskQueue', { namespace, taskQueue: {} }],
};

/** How each of the calls is refused by the server at this address: `{ status, detail, message }` by name. */
export async function refusalsOf(address) {
  const connection = await Connection.connect({ address });
  const service = connection.workflowService;
  try {
    await prepare(service);
    const answers = {};
    for (const [name, [method, request]] of Object.entries(calls)) {
      answers[name] = await connection
        .withDeadline(Date.now() + 8000, () => service[method](request))
        .then((answer) => ({ answered: Object.keys(answer).length > 0 }), refusalOf);
    }
    for (const [name, converse] of Object.entries(dialogues)) {
      answers[name] = await connection
        .withDeadline(Date.now() + 8000, () => converse(service))
        .then(answerOf, refusalOf);
    }
    return answers;
  } finally {
    await connection.close();
  }
}

/** An answer that is a refusal: of a query or of an update. */
function answerOf({ queryRejected, outcome, ...rest }) {
  if (queryRejected) return { rejected: queryRejected.status };
  if (outcome?.failure)
    return { failed: outcome.failure.applicationFailureInfo?.type, message: outcome.failure.message };
  return { answered: Object.keys(rest).length > 0 };
}

async function prepare(service) {
  for (const id of ['running', 'busy']) await service.startWorkflowExecution(start(id));
  await service.startWorkflowExecution(start('closed'));
  await service.terminateWorkflowExecution({ namespace, workflowExecution: { workflowId: 'closed' } });
  const action = { startWorkflow: { workflowId: 'x', workflowType, taskQueue } };
  const spec = { cronString: ['0 0 1 1 *'] };
  await service.createSchedule({
    namespace,
    scheduleId: 'existing',
    requestId: 'r',
    schedule: { spec, action },
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
}

function refusalOf(error) {
  const cause = error.code === undefined ? error.cause : error;
  const status = Object.entries(statuses).find(([, code]) => code === cause.code)?.[0] ?? String(error);
  const [encoded] = cause.metadata?.get('grpc-status-details-bin') ?? [];
  const type = root.lookupType('google.rpc.Status');
  const detail = encoded && type.decode(encoded).details[0];
  const detailName = detail?.type_url.split('/').at(-1).split('.').at(-1);
  const parts = detailName === 'MultiOperationExecutionFailure' && partsOf(detail.value);
  return {
    status,
    ...(detailName && { detail: detailName }),
    ...(parts && { parts }),
    message: cause.details,
  };
}

/** What became of each operation of several. */
function partsOf(bytes) {
  const { statuses: parts } = root
    .lookupType('temporal.api.errordetails.v1.MultiOperationExecutionFailure')
    .decode(bytes);
  return parts.map(({ code, message, details }) => ({
    code,
    message,
    details: details.map(({ type_url }) => type_url.split('.').at(-1)),
  }));
}

const { status: statuses } = require('@grpc/grpc-js');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [address, mode] = process.argv.slice(2);
  const answers = await refusalsOf(address);
  if (mode === '--record') {
    writeFileSync(new URL('./refusals.json', import.meta.url), `${JSON.stringify(answers, null, 2)}\n`);
  } else console.log(JSON.stringify(answers, null, 2));
}
