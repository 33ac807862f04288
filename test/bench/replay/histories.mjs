// Histories of the workflow `sequence` (test/fixtures/temporal/programs) of any length, made from a recorded one.
import { readFileSync } from 'node:fs';

const recorded = new URL('../../histories/temporal/sequence.json', import.meta.url);
const payload = (value) => ({
  metadata: { encoding: Buffer.from('json/plain').toString('base64') },
  data: Buffer.from(JSON.stringify(value)).toString('base64'),
});

/**
 * A run of `activities` activities, one after the other: 5 + 6 × activities events. Histories name the SDK that made
 * them, and are replayed as it would.
 */
export function sequenceHistory(activities, sdkName = 'temporal-typescript') {
  const { events } = JSON.parse(
    readFileSync(recorded, 'utf8').replaceAll('"temporal-typescript"', JSON.stringify(sdkName)),
  );
  const [started, ...head] = events.slice(0, 4).map((event) => structuredClone(event));
  started.workflowExecutionStartedEventAttributes.input.payloads = [payload(activities)];
  const result = [started, ...head];
  const add = (template, change) => {
    const event = structuredClone(template);
    event.eventId = String(result.length + 1);
    change(Object.values(event).find((value) => typeof value === 'object'));
    result.push(event);
    return event.eventId;
  };
  const [scheduled, begun, completed, taskScheduled, taskStarted, taskCompleted] = events.slice(4, 10);
  let sum = 0;
  for (let i = 1; i <= activities; i++) {
    const args = [payload(sum), payload(i)];
    const task = result.at(-1).eventId;
    const scheduledEventId = add(scheduled, (attributes) =>
      Object.assign(attributes, {
        activityId: String(i),
        input: { payloads: args },
        workflowTaskCompletedEventId: task,
      }),
    );
    const startedEventId = add(begun, (attributes) => Object.assign(attributes, { scheduledEventId }));
    sum += i;
    const outcome = { scheduledEventId, startedEventId, result: { payloads: [payload(sum)] } };
    add(completed, (attributes) => Object.assign(attributes, outcome));
    const taskId = add(taskScheduled, () => {});
    const taskStartedId = add(taskStarted, (attributes) =>
      Object.assign(attributes, { scheduledEventId: taskId }),
    );
    add(taskCompleted, (attributes) =>
      Object.assign(attributes, { scheduledEventId: taskId, startedEventId: taskStartedId }),
    );
  }
  add(events.at(-1), (attributes) => Object.assign(attributes, { result: { payloads: [payload(sum)] } }));
  return { events: result };
}
