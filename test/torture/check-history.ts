import type { StoredEvent, StoredRun } from './image.js';

const terminal: Readonly<Record<string, string>> = {
  WorkflowExecutionCompleted: 'COMPLETED',
  WorkflowExecutionFailed: 'FAILED',
  WorkflowExecutionCanceled: 'CANCELED',
  WorkflowExecutionTerminated: 'TERMINATED',
  WorkflowExecutionTimedOut: 'TIMED_OUT',
  WorkflowExecutionContinuedAsNew: 'CONTINUED_AS_NEW',
};

/** Things that begin once and end at most once, by the attribute that names their beginning. */
const pairs: readonly { begins: string; by: string; ends: readonly string[] }[] = [
  { begins: 'ActivityTaskScheduled', by: 'scheduledEventId', ends: outcomes('ActivityTask') },
  { begins: 'TimerStarted', by: 'startedEventId', ends: ['TimerFired', 'TimerCanceled'] },
  {
    begins: 'StartChildWorkflowExecutionInitiated',
    by: 'initiatedEventId',
    ends: [...outcomes('ChildWorkflowExecution'), 'StartChildWorkflowExecutionFailed'],
  },
  {
    begins: 'WorkflowExecutionUpdateAccepted',
    by: 'acceptedEventId',
    ends: ['WorkflowExecutionUpdateCompleted'],
  },
  { begins: 'WorkflowTaskScheduled', by: 'scheduledEventId', ends: outcomes('WorkflowTask') },
];

function outcomes(name: string): string[] {
  return ['Completed', 'Failed', 'TimedOut', 'Canceled', 'Terminated'].map((end) => name + end);
}

/** What is wrong with the history of one run, by itself and against its row. */
export function checkHistory(run: StoredRun): string[] {
  const wrong: string[] = [];
  const { events } = run;
  events.forEach((event, index) => {
    if (event.eventId !== index + 1) wrong.push(`event ${index + 1} has the id ${event.eventId}`);
  });
  if (events[0]?.type !== 'WorkflowExecutionStarted') wrong.push('does not begin with its start');
  const last = events[events.length - 1];
  events.forEach((event, index) => {
    if (terminal[event.type] && index !== events.length - 1) wrong.push(`goes on after ${event.type}`);
  });
  const status = (last && terminal[last.type]) ?? 'RUNNING';
  if (status !== run.status) wrong.push(`is ${run.status} in its row, ${status} by its history`);
  if (status !== 'RUNNING' && run.historyLength !== events.length) {
    wrong.push(`has ${events.length} events, ${run.historyLength} by its row`);
  }
  if ((status === 'RUNNING') !== (run.closeMs === null)) wrong.push('has a wrong close time');
  if (status !== 'RUNNING' && run.buffered.length > 0) wrong.push('is closed and has events that wait');
  for (const pair of pairs) wrong.push(...checkPair(run, pair));
  wrong.push(...checkCommands(events), ...checkOnce(run), ...checkWake(run));
  return wrong;
}

function checkPair({ events, buffered }: StoredRun, { begins, by, ends }: (typeof pairs)[number]): string[] {
  const wrong: string[] = [];
  const ended = new Set<number>();
  for (const event of [...events, ...buffered]) {
    if (!ends.includes(event.type)) continue;
    const id = Number(event.attributes[by]);
    if (events[id - 1]?.type !== begins) wrong.push(`${event.type} ${event.eventId} ends nothing`);
    if (ended.has(id)) wrong.push(`${begins} ${id} has two outcomes`);
    ended.add(id);
    const begun = events[id - 1];
    if (event.type === 'TimerFired' && begun) {
      const dueMs = begun.eventTimeMs + Number(begun.attributes['startToFireTimeoutMs']);
      if (event.eventTimeMs < dueMs) wrong.push(`timer ${id} fired ${dueMs - event.eventTimeMs} ms early`);
    }
  }
  return wrong;
}

/** Events of commands stand after the completed task that they name. */
function checkCommands(events: readonly StoredEvent[]): string[] {
  const wrong: string[] = [];
  for (const { eventId, type, attributes } of events) {
    const taskId = attributes['workflowTaskCompletedEventId'];
    if (taskId === undefined) continue;
    const task = events[Number(taskId) - 1];
    if (task?.type !== 'WorkflowTaskCompleted' || task.eventId >= eventId)
      wrong.push(`${type} ${eventId} names no task`);
  }
  return wrong;
}

function checkOnce({ events, buffered }: StoredRun): string[] {
  const wrong: string[] = [];
  const seen = new Set<string>();
  for (const { type, attributes } of [...events, ...buffered]) {
    const once =
      type === 'WorkflowExecutionSignaled'
        ? attributes['requestId']
        : type === 'WorkflowExecutionUpdateAccepted'
          ? attributes['protocolInstanceId']
          : undefined;
    if (once === undefined) continue;
    const key = `${type} ${String(once)}`;
    if (seen.has(key)) wrong.push(`${key} is there twice`);
    seen.add(key);
  }
  return wrong;
}

/** After a restart the row says when the run has to be looked at: in time for its timers, and when it has tasks. */
function checkWake(run: StoredRun): string[] {
  if (run.status !== 'RUNNING') return [];
  const wrong: string[] = [];
  const open = (begins: string, by: string, ends: readonly string[]) => {
    const ended = new Set(
      [...run.events, ...run.buffered].filter((e) => ends.includes(e.type)).map((e) => e.attributes[by]),
    );
    return run.events.filter((e) => e.type === begins && !ended.has(e.eventId));
  };
  const timers = open('TimerStarted', 'startedEventId', ['TimerFired', 'TimerCanceled']);
  const dueMs = Math.min(...timers.map((e) => e.eventTimeMs + Number(e.attributes['startToFireTimeoutMs'])));
  if (dueMs < (run.dueMs ?? Infinity)) wrong.push(`a timer is due at ${dueMs}, its row says ${run.dueMs}`);
  const tasks = open('WorkflowTaskScheduled', 'scheduledEventId', outcomes('WorkflowTask'));
  const activities = open('ActivityTaskScheduled', 'scheduledEventId', outcomes('ActivityTask'));
  if (tasks.length + activities.length > 0 && !run.hasTasks) wrong.push('has tasks, and its row says none');
  return wrong;
}
