import type { ScriptedWorker, WireEvent } from './scripted-worker.js';
import { complete, continueAsNew, timer } from './scripted-worker.js';

const attributesOf = (events: readonly WireEvent[], eventType: string, name: string) =>
  events.find((event) => event.eventType === eventType)?.[name] as Record<string, unknown> | undefined;

async function failedTask(w: ScriptedWorker, runId: string) {
  const attributes = attributesOf(
    await w.history('w', runId),
    'EVENT_TYPE_WORKFLOW_TASK_FAILED',
    'workflowTaskFailedEventAttributes',
  );
  const { cause, identity, newRunId, failure } = attributes!;
  return { cause, identity, isNewRun: newRunId === runId, failure };
}

/** An update that is accepted, and not completed, by the next workflow task. */
async function acceptUpdate(w: ScriptedWorker): Promise<void> {
  const accepted = w.call('UpdateWorkflowExecution', {
    workflowExecution: { workflowId: w.id('w') },
    waitPolicy: { lifecycleStage: 'UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED' },
    request: { meta: { updateId: 'u' }, input: { name: 'update' } },
  });
  await Promise.all([accepted, accept(w)]);
}

/** Takes the next workflow task and accepts the update. Tells whether the task has brought its request. */
async function accept(w: ScriptedWorker): Promise<boolean> {
  const task = await w.poll();
  const body = acceptance('u/request', task.startedEventId - 1);
  const command = { protocolMessageCommandAttributes: { messageId: 'm' } };
  await w.answer(task, [{ commandType: 'COMMAND_TYPE_PROTOCOL_MESSAGE', ...command }], {
    messages: [{ id: 'm', protocolInstanceId: 'u', body }],
  });
  return (task.messages ?? []).length > 0;
}

/** An acceptance in an Any: the id of the message (field 1), and the event before the workflow task (field 2). */
function acceptance(messageId: string, sequencingEventId: number): object {
  const text = Buffer.from(messageId);
  return {
    type_url: 'type.googleapis.com/temporal.api.update.v1.Acceptance',
    value: Buffer.concat([Buffer.from([0x0a, text.length]), text, Buffer.from([0x10, sequencingEventId])]),
  };
}

/** Each tells something in which the engine must be like Temporal's server. */
export const resetScripts: Readonly<Record<string, (w: ScriptedWorker) => Promise<unknown>>> = {
  async 'signals come again'(w) {
    const first = await w.start('w');
    await w.task([timer('t', 600)]);
    await w.signal('w', 's');
    await w.task();
    const runId = await w.reset('w', 4);
    const last = (await w.history('w', first)).at(-1)!['workflowExecutionTerminatedEventAttributes'];
    return { before: last, types: await w.types('w', runId), failed: await failedTask(w, runId) };
  },
  async 'signals that wait for a task to end come again'(w) {
    await w.start('w');
    await w.task([timer('t', 600)]);
    await w.signal('w', 's');
    await w.poll();
    await w.signal('w', 's2');
    return w.types('w', await w.reset('w', 4));
  },
  async 'signals can be left out'(w) {
    await w.start('w');
    await w.task([timer('t', 600)]);
    await w.signal('w', 's');
    await w.task();
    const more = { resetReapplyExcludeTypes: ['RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL'] };
    return w.types('w', await w.reset('w', 4, more));
  },
  async 'the older option leaves out, too'(w) {
    await w.start('w');
    await w.task([timer('t', 600)]);
    await w.signal('w', 's');
    await w.task();
    return w.types('w', await w.reset('w', 4, { resetReapplyType: 'RESET_REAPPLY_TYPE_NONE' }));
  },
  async 'a request for cancellation does not come again'(w) {
    await w.start('w');
    await w.task([timer('t', 600)]);
    await w.call('RequestCancelWorkflowExecution', { workflowExecution: { workflowId: w.id('w') } });
    await w.task();
    return w.types('w', await w.reset('w', 4));
  },
  async 'updates are admitted again'(w) {
    await w.start('w');
    await w.task([timer('t', 600)]);
    await acceptUpdate(w);
    const types = await w.types('w');
    const runId = await w.reset('w', 4);
    const before = await w.types('w', runId);
    const isInMessage = await accept(w);
    const events = await w.history('w', runId);
    const attributes = (type: string, name: string) => attributesOf(events, type, name);
    const { origin } = attributes(
      'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED',
      'workflowExecutionUpdateAdmittedEventAttributes',
    )!;
    const { acceptedRequest } = attributes(
      'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED',
      'workflowExecutionUpdateAcceptedEventAttributes',
    )!;
    const isAskedInEvent = acceptedRequest !== undefined;
    return { types, before, origin, isInMessage, isAskedInEvent, after: await w.types('w', runId) };
  },
  async 'updates can be left out'(w) {
    await w.start('w');
    await w.task([timer('t', 600)]);
    await acceptUpdate(w);
    const more = { resetReapplyExcludeTypes: ['RESET_REAPPLY_EXCLUDE_TYPE_UPDATE'] };
    return w.types('w', await w.reset('w', 4, more));
  },
  async 'a WorkflowTaskStarted event as the point'(w) {
    await w.start('w');
    await w.task([timer('t', 600)]);
    const runId = await w.reset('w', 3);
    const started = (await w.history('w', runId))[2]!['workflowTaskStartedEventAttributes'];
    return { types: await w.types('w', runId), by: (started as { identity: string }).identity };
  },
  async 'points that there are not'(w) {
    await w.start('w');
    await w.task([timer('t', 600)]);
    await w.signal('w', 's');
    const answers: unknown[] = [];
    for (const eventId of [0, 1, 2, 5, 6, 7, 8, 9]) {
      answers.push(
        await w.reset('w', eventId).then(
          () => 'reset',
          (error: Error) => error.message,
        ),
      );
    }
    return answers;
  },
  async 'the same request twice'(w) {
    await w.start('w');
    await w.task([timer('t', 600)]);
    const requestId = w.id('request');
    const runId = await w.reset('w', 4, { requestId });
    return (await w.reset('w', 4, { requestId })) === runId;
  },
  async 'a run that has ended'(w) {
    const first = await w.start('w');
    await w.task([complete]);
    const runId = await w.reset('w', 4);
    await w.task([complete]);
    return { first: await w.types('w', first), second: await w.types('w', runId) };
  },
  async 'a run that others have followed'(w) {
    const first = await w.start('w');
    await w.task([timer('t', 600)]);
    await w.signal('w', 's');
    await w.task([continueAsNew]);
    await w.task([timer('t', 600)]);
    await w.signal('w', 's2');
    await w.task();
    const workflowExecution = { workflowId: w.id('w'), runId: first };
    const runId = await w.reset('w', 4, { workflowExecution });
    const current = await w.call<{ workflowExecutionInfo: { execution: { runId: string } } }>(
      'DescribeWorkflowExecution',
      { execution: { workflowId: w.id('w') } },
    );
    const isCurrent = current.workflowExecutionInfo.execution.runId === runId;
    return { isCurrent, types: await w.types('w', runId) };
  },
  async 'activities that were pending are given out again'(w) {
    await w.start('w');
    await w.task([w.scheduled('1')]);
    const lost = await w.activity();
    await w.signal('w', 's');
    await w.task();
    const runId = await w.reset('w', 9);
    const late = await w
      .call('RespondActivityTaskCompleted', { taskToken: lost.taskToken, identity: 'a' })
      .catch((error: Error) => error.message);
    const again = await w.activity();
    await w.call('RespondActivityTaskCompleted', { taskToken: again.taskToken, identity: 'a' });
    await w.task([complete]);
    return { late, types: await w.types('w', runId) };
  },
  async 'children that were pending answer the new run'(w) {
    await w.start('w');
    await w.task([w.child('c', { parentClosePolicy: 'PARENT_CLOSE_POLICY_TERMINATE' })]);
    const [one, two] = [await w.poll(), await w.poll()];
    const [ofChild, ofParent] = one.workflowExecution.workflowId === w.id('c') ? [one, two] : [two, one];
    await w.answer(ofParent, [timer('t', 600)]);
    const runId = await w.reset('w', ofParent.startedEventId + 1);
    await w.answer(ofChild, [complete]);
    await w.until('w', 'ChildWorkflowExecutionCompleted');
    await w.task([complete]);
    return { parent: await w.types('w', runId), child: await w.types('c') };
  },
  async 'how children went on comes again'(w) {
    await w.start('w');
    await w.task([w.child('c')]);
    const [one, two] = [await w.poll(), await w.poll()];
    const [ofChild, ofParent] = one.workflowExecution.workflowId === w.id('c') ? [one, two] : [two, one];
    await w.answer(ofParent, [timer('t', 600)]);
    await w.answer(ofChild, [complete]);
    await w.task();
    const runId = await w.reset('w', ofParent.startedEventId + 1);
    const completed = (await w.history('w', runId)).find((e) => e.eventType.endsWith('EXECUTION_COMPLETED'))!;
    const { startedEventId } = completed['childWorkflowExecutionCompletedEventAttributes'] as WireEvent;
    return { startedEventId, types: await w.types('w', runId) };
  },
  async 'batches, to a point by its name'(w) {
    const told: Record<string, readonly string[]> = {};
    const targets = {
      first: { firstWorkflowTask: {} },
      last: { lastWorkflowTask: {} },
      event: {
        workflowTaskId: 9,
        resetReapplyExcludeTypes: ['RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL'],
      },
      build: { buildId: 'new' },
    };
    for (const [name, options] of Object.entries(targets)) {
      await threeTasks(w, name);
      told[name] = await afterBatch(w, name, options);
    }
    return told;
  },
};

/** The second task and the third one are completed by a new build. */
async function threeTasks(w: ScriptedWorker, name: string): Promise<void> {
  const by = (buildId: string) => ({ workerVersionStamp: { buildId } });
  await w.start(name);
  await w.task([timer('t', 600)], by('old'));
  await w.signal(name, 's');
  await w.task([timer('t2', 600)], by('new'));
  await w.signal(name, 's2');
  await w.task([], by('new'));
}

async function afterBatch(w: ScriptedWorker, name: string, options: object): Promise<readonly string[]> {
  const jobId = w.id(`job-${name}`);
  const executions = [{ workflowId: w.id(name) }];
  await w.call('StartBatchOperation', { jobId, reason: 'r', executions, resetOperation: { options } });
  for (;;) {
    const { state } = await w.call<{ state: string }>('DescribeBatchOperation', { jobId });
    if (state === 'BATCH_OPERATION_STATE_COMPLETED') {
      // A task of its own, so that it is not the next one's.
      await w.task([complete]);
      return w.types(name);
    }
    if (state === 'BATCH_OPERATION_STATE_FAILED') return [state];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
