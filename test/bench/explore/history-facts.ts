import type { Scenario } from './scenario.js';

/** What invariants ask of a history. */
export type Events = Parameters<NonNullable<Scenario['eventually']>>[0]['history'];

export function isSignal(event: Events[number]): boolean {
  return event.type === 'WorkflowExecutionSignaled';
}

/** The first argument of the last signal of this name. */
export function lastArgument(history: Events, name: string): string | undefined {
  const last = history.findLast(
    (event) => event.type === 'WorkflowExecutionSignaled' && event.attributes.signalName === name,
  );
  if (last?.type !== 'WorkflowExecutionSignaled') return undefined;
  return JSON.parse(Buffer.from(last.attributes.input?.[0]?.data ?? '', 'base64').toString()) as string;
}

/** How many activities of this type ran at the same time. */
export function mostAtOnce(history: Events, activityType: string): number {
  const open = new Set<number>();
  let most = 0;
  for (const event of history) {
    if (event.type === 'ActivityTaskScheduled' && event.attributes.activityType.name === activityType) {
      open.add(event.eventId);
      most = Math.max(most, open.size);
    } else if ('scheduledEventId' in event.attributes && event.type !== 'ActivityTaskStarted') {
      open.delete(event.attributes.scheduledEventId as number);
    }
  }
  return most;
}

/** A workflow task that knew of the signal started the activity. */
export function schedulesAfterSignal(history: Events, name: string, activityType: string): boolean {
  const signal = history.find(
    (event) => event.type === 'WorkflowExecutionSignaled' && event.attributes.signalName === name,
  )?.eventId;
  if (signal === undefined) return false;
  const seen = history.find((event) => event.type === 'WorkflowTaskCompleted' && event.eventId > signal);
  return history.some(
    (event) =>
      event.type === 'ActivityTaskScheduled' &&
      event.attributes.activityType.name === activityType &&
      event.eventId > (seen?.eventId ?? Infinity),
  );
}
