import type { ScriptedWorker, WireTask } from './scripted-worker.js';
import { complete, rejection, timer } from './scripted-worker.js';

interface Answered {
  readonly workflowTask?: WireTask;
}

const returned = { returnNewWorkflowTask: true };
const forced = { forceCreateNewWorkflowTask: true };

/** What the worker sees of a task that came with the answer to another one. */
function told({ workflowTask: task }: Answered) {
  if (!task?.history) return 'none';
  const { startedEventId, attempt, messages = [] } = task;
  const events = (task.history.events ?? []).map(({ eventId, eventType }) => `${eventId} ${eventType}`);
  const previousStartedEventId = task.previousStartedEventId ?? 0;
  return { startedEventId, previousStartedEventId, attempt, events, messages: messages.length };
}

/** Each tells how the answer to a workflow task brings the next one, as Temporal's server has it. */
export const taskScripts: Readonly<Record<string, (w: ScriptedWorker) => Promise<unknown>>> = {
  async 'the next task comes with the answer'(w) {
    await w.start('w');
    const first = await w.poll();
    await w.signal('w', 's');
    const { workflowTask, ...answer } = await w.answer<Answered>(first, [timer('t', 600)], returned);
    await w.answer(workflowTask!, [complete]);
    return { answer, told: told({ workflowTask: workflowTask! }), types: await w.types('w') };
  },
  async 'only when something new waits'(w) {
    await w.start('w');
    return told(await w.answer<Answered>(await w.poll(), [timer('t', 600)], returned));
  },
  async 'and only for a worker that asks'(w) {
    await w.start('w');
    const first = await w.poll();
    await w.signal('w', 's');
    const answer = await w.answer<Answered>(first, [timer('t', 600)]);
    await w.task([complete]);
    return { answer: told(answer), types: await w.types('w') };
  },
  async 'a heartbeat has a next task'(w) {
    await w.start('w');
    const answer = await w.answer<Answered>(await w.poll(), [], { ...returned, ...forced });
    await w.answer(answer.workflowTask!, [complete]);
    return { answer: told(answer), types: await w.types('w') };
  },
  async 'which is given out when the worker does not ask for it'(w) {
    await w.start('w');
    const answer = await w.answer<Answered>(await w.poll(), [], forced);
    await w.task([complete]);
    return { answer: told(answer), types: await w.types('w') };
  },
  async 'an answer that is refused brings none'(w) {
    await w.start('w');
    const first = await w.poll();
    await w.signal('w', 's');
    const refused = await w.answer(first, [complete], returned).catch((error: Error) => error.message);
    await w.task([complete]);
    return { refused, types: await w.types('w') };
  },
  async 'an update that waits comes with the answer, and leaves no trace when it is rejected'(w) {
    const capabilities = { discardSpeculativeWorkflowTaskWithEvents: true };
    return rejected(w, { capabilities });
  },
  async 'but for a worker that does not take events twice'(w) {
    return rejected(w, {});
  },
};

/** An update that comes while a task is in flight, and is rejected by the next one. */
async function rejected(w: ScriptedWorker, more: object): Promise<unknown> {
  await w.start('w');
  const first = await w.poll();
  const update = w.call<{ outcome: { failure: { message: string } } }>('UpdateWorkflowExecution', {
    workflowExecution: { workflowId: w.id('w') },
    waitPolicy: { lifecycleStage: 'UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED' },
    request: { meta: { updateId: 'u' }, input: { name: 'update' } },
  });
  // Until the server has it; there is nothing that tells.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const answer = await w.answer<Answered>(first, [timer('t', 600)], returned);
  const messages = [{ id: 'm', protocolInstanceId: 'u', body: rejection('no') }];
  await w.answer(answer.workflowTask!, [], { messages, ...more });
  const { message } = (await update).outcome.failure;
  return { answer: told(answer), message, types: await w.types('w') };
}
