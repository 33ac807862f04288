import { expect, it } from 'vitest';
import { Worker } from '@refrain/engine/internal';
import { bench, program, silent } from './fixture.js';

const activity = { type: 'activity', name: 'a', cancel: 'TRY_CANCEL' } as const;

/** Attempts of the run's activities, in the order in which they ended. */
const attemptsOf = (events: readonly { type: string; attributes: Record<string, unknown> }[]) =>
  events.filter(({ type }) => type === 'ActivityTaskStarted').map(({ attributes }) => attributes['attempt']);

it('a worker without activities leaves them to the others, which get their first attempt', async () => {
  const { service, newWorker, start, ended, history } = bench({ w: program(activity, activity) }, undefined);
  const workflows = await newWorker();
  const activities = await Worker.create({
    connection: { service },
    taskQueue: 'q',
    activities: { a: () => 1 },
    logger: silent,
  });
  await workflows.runUntil(() => activities.runUntil(async () => ended(await start('w', 'id'))));
  expect(attemptsOf(await history('id'))).toEqual([1, 1]);
});

it('a worker is given no more attempts than it has room for', async () => {
  let goOn: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const branches = Array.from({ length: 4 }, () => [activity]);
  const { service, newWorker, start, ended, history } = bench(
    { w: program({ type: 'all', branches }) },
    { a: () => gate },
  );
  const worker = await newWorker({ maxConcurrentActivityTaskExecutions: 1 });
  await worker.runUntil(async () => {
    await start('w', 'id');
    while (worker.getStatus().numInFlightActivities === 0) await new Promise((go) => setTimeout(go, 1));
    const { pendingActivities } = await service.describeWorkflowExecution({
      execution: { workflowId: 'id' },
    });
    expect(pendingActivities.map(({ state }) => state).sort()).toEqual([
      'SCHEDULED',
      'SCHEDULED',
      'SCHEDULED',
      'STARTED',
    ]);
    goOn();
    await ended('id');
  });
  expect(attemptsOf(await history('id'))).toEqual([1, 1, 1, 1]);
});
