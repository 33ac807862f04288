import { describe, expect, it } from 'vitest';
import type { ActivationApi, Drift, HistoryEvent, Mismatch, Step } from '@refrain/engine/internal';
import { createExecution, driftOf, replayInput } from '@refrain/engine/internal';
import { beginTask, nextStep, respond } from '@refrain/engine/internal';
import { payload } from '../../properties/interpreter.js';

type Command = ActivationApi.WorkflowCommand;

/** Events by type and attributes; ids are counted, times are made. */
function history(...rows: readonly (readonly [type: string, attributes?: object])[]): HistoryEvent[] {
  return rows.map(
    ([type, attributes = {}], index) =>
      ({ eventId: index + 1, eventTimeMs: 1000 + index, type, attributes }) as unknown as HistoryEvent,
  );
}

const began = [
  ['WorkflowExecutionStarted', { workflowType: { name: 'w' }, originalExecutionRunId: 'r' }],
  ['WorkflowTaskScheduled'],
  ['WorkflowTaskStarted', { scheduledEventId: 2 }],
] as const;
const completed = (flags: number[] = [1, 2, 3]) =>
  ['WorkflowTaskCompleted', { startedEventId: 3, sdkMetadata: { coreUsedFlags: flags } }] as const;
const ended = ['WorkflowExecutionTerminated'] as const;

const activity = (seq: number, type: string, more: object = {}): Command => ({
  type: 'scheduleActivity',
  seq,
  activityId: String(seq),
  activityType: type,
  headers: {},
  arguments: [payload(1)],
  startToCloseTimeoutMs: 1000,
  cancellationType: 'TRY_CANCEL',
  ...more,
});
const scheduled = (id: string, type: string, more: object = {}) =>
  [
    'ActivityTaskScheduled',
    {
      activityId: id,
      activityType: { name: type },
      taskQueue: { name: 'q' },
      input: [payload(1)],
      startToCloseTimeoutMs: 1000,
      ...more,
    },
  ] as const;
const timer = (seq: number, ms = 5): Command => ({ type: 'startTimer', seq, startToFireTimeoutMs: ms });
const timerStarted = (id: string, ms = 5) =>
  ['TimerStarted', { timerId: id, startToFireTimeoutMs: ms }] as const;

interface Replayed {
  readonly step: Step;
  readonly mismatch: Mismatch | undefined;
  readonly drift: readonly Drift[];
  readonly jobs: readonly string[];
}

/** Replays with a code that answers the first activation with `first`, the second with `second`, and so on. */
function replay(events: readonly HistoryEvent[], ...answers: readonly (readonly Command[])[]): Replayed {
  const state = createExecution({
    namespace: 'default',
    workflowId: 'w',
    runId: 'r',
    taskQueue: 'q',
    compareDetails: true,
  });
  const jobs: string[] = [];
  let next = 0;
  beginTask(state, replayInput(events));
  for (;;) {
    const step = nextStep(state);
    if (step.type !== 'activate') {
      const mismatch = step.type === 'mismatch' ? step.mismatch : undefined;
      return { step, mismatch, drift: driftOf(state), jobs };
    }
    jobs.push(step.activation.jobs.map(({ type }) => type).join(' '));
    respond(state, { status: 'successful', commands: answers[next++] ?? [], usedInternalFlags: [] });
  }
}

describe('matching', () => {
  it('accepts what the code did then', () => {
    const { step, drift } = replay(
      history(...began, completed(), scheduled('1', 'a'), timerStarted('1'), ended),
      [activity(1, 'a'), timer(1)],
    );
    expect(step).toMatchObject({ type: 'answer', answer: { commands: [] } });
    expect(drift).toEqual([]);
  });

  it('names both sides when the code asks for another command', () => {
    const { mismatch } = replay(history(...began, completed(), timerStarted('1'), ended), [
      { ...activity(1, 'a'), callSite: 'at w (w.ts:3:5)' },
    ]);
    expect(mismatch).toMatchObject({
      kind: 'differentCommand',
      eventId: 5,
      workflowTask: 1,
      workflowTaskCompletedEventId: 4,
      commandIndex: 0,
      callSite: 'at w (w.ts:3:5)',
      attempted: { type: 'scheduleActivity' },
    });
  });

  it('compares ids and types where the recording SDK did (flag 1), else reports them as drift', () => {
    const events = (flags: number[]) =>
      history(...began, completed(flags), scheduled('1', 'a'), timerStarted('1'), ...began.slice(1), ended);
    const code = [activity(1, 'b'), timer(1)];
    expect(replay(events([1]), code).mismatch).toMatchObject({
      kind: 'differentCommand',
      field: 'activityType.name',
      recordedValue: 'a',
      attemptedValue: 'b',
    });
    const old = history(
      ...began,
      completed([]),
      scheduled('1', 'a'),
      ['ActivityTaskStarted', { scheduledEventId: 5 }],
      ['WorkflowExecutionSignaled', { signalName: 's' }],
      ['WorkflowTaskScheduled'],
      ['WorkflowTaskStarted', { scheduledEventId: 8 }],
      ['WorkflowTaskCompleted', { startedEventId: 9 }],
      ended,
    );
    const { mismatch, drift } = replay(old, [activity(1, 'b')]);
    expect(mismatch).toBeUndefined();
    expect(drift).toMatchObject([{ kind: 'detail', field: 'activityType.name' }]);
  });

  it('says that a recorded command is missing', () => {
    const { mismatch } = replay(history(...began, completed(), timerStarted('1'), timerStarted('2'), ended), [
      timer(1),
    ]);
    expect(mismatch).toMatchObject({ kind: 'missingCommand', eventId: 6, commandIndex: 1 });
  });

  it('reports an extra command as drift, and as nondeterminism when it stands in the way', () => {
    const extra = replay(history(...began, completed(), timerStarted('1'), ended), [
      timer(1),
      activity(1, 'a'),
    ]);
    expect(extra.mismatch).toBeUndefined();
    expect(extra.drift).toMatchObject([{ kind: 'extraCommand', attempted: { type: 'scheduleActivity' } }]);
    const before = replay(history(...began, completed(), timerStarted('1'), ended), [
      activity(1, 'a'),
      timer(1),
    ]);
    expect(before.mismatch).toMatchObject({ kind: 'differentCommand' });
  });

  it('reports details as drift', () => {
    const { mismatch, drift } = replay(
      history(...began, completed(), scheduled('1', 'a'), timerStarted('1', 5), ended),
      [activity(1, 'a', { arguments: [payload(2)], startToCloseTimeoutMs: 2000 }), timer(1, 6)],
    );
    expect(mismatch).toBeUndefined();
    const fields = drift.map((entry) => (entry.kind === 'detail' ? entry.field : entry.kind));
    expect(fields).toEqual(['input', 'startToCloseTimeoutMs', 'startToFireTimeoutMs']);
  });

  it('takes what a server fills in by itself for no difference', () => {
    const filled = {
      scheduleToCloseTimeoutMs: 0,
      scheduleToStartTimeoutMs: 0,
      heartbeatTimeoutMs: 0,
      retryPolicy: { initialIntervalMs: 1000, backoffCoefficient: 2, maximumIntervalMs: 100_000 },
    };
    const { drift } = replay(history(...began, completed(), scheduled('1', 'a', filled), ended), [
      activity(1, 'a'),
    ]);
    expect(drift).toEqual([]);
  });

  it('drops a timer that is cancelled before it is sent', () => {
    const { step } = replay(history(...began, completed(), timerStarted('2'), ended), [
      timer(1),
      { type: 'cancelTimer', seq: 1 },
      timer(2),
    ]);
    expect(step.type).toBe('answer');
  });

  it('refuses an event that belongs to nothing, and an event that a machine cannot take', () => {
    const orphan = history(...began, completed(), ['TimerFired', { timerId: '1', startedEventId: 5 }], ended);
    expect(replay(orphan).mismatch).toMatchObject({ kind: 'orphanEvent', eventId: 5 });
    const impossible = history(
      ...began,
      completed(),
      scheduled('1', 'a'),
      ['ActivityTaskCompleted', { scheduledEventId: 5 }],
      ended,
    );
    expect(replay(impossible, [activity(1, 'a')]).mismatch).toMatchObject({ kind: 'invalidTransition' });
  });

  it('ignores an unknown event only where it may', () => {
    const events = (workerMayIgnore: boolean) =>
      history(...began, completed(), ...[ended]).flatMap((event) =>
        event.type === 'WorkflowExecutionTerminated'
          ? [
              { ...event, type: 'Unknown', recordedType: 'EVENT_TYPE_NEW', workerMayIgnore } as HistoryEvent,
              { ...event, eventId: event.eventId + 1 },
            ]
          : [event],
      );
    expect(replay(events(false)).mismatch).toMatchObject({ kind: 'unknownEvent' });
    expect(replay(events(true)).mismatch).toBeUndefined();
  });
});

describe('markers', () => {
  const json = (value: unknown) => [payload(value)];
  const patchMarker = (id: string, deprecated = false) =>
    [
      'MarkerRecorded',
      { markerName: 'core_patch', details: { 'patch-data': json({ id, deprecated }) } },
    ] as const;
  const patch = (patchId: string, deprecated = false): Command => ({
    type: 'setPatchMarker',
    patchId,
    deprecated,
  });

  it('announce patches before the code runs', () => {
    const { jobs } = replay(history(...began, completed([1]), patchMarker('p'), timerStarted('1'), ended), [
      patch('p'),
      timer(1),
    ]);
    expect(jobs).toEqual(['notifyHasPatch initializeWorkflow']);
  });

  it('refuse code without the patch, unless the marker is deprecated', () => {
    const events = (deprecated: boolean) =>
      history(...began, completed([1]), patchMarker('p', deprecated), timerStarted('1'), ended);
    expect(replay(events(false), [timer(1)]).mismatch).toMatchObject({
      field: 'patchId',
      recordedValue: 'p',
    });
    expect(replay(events(true), [timer(1)])).toMatchObject({ mismatch: undefined, drift: [] });
  });

  it('go with an upsert of TemporalChangeVersion where flag 2 is known', () => {
    const upsert = [
      'UpsertWorkflowSearchAttributes',
      { searchAttributes: { indexedFields: { TemporalChangeVersion: payload(['p']) } } },
    ] as const;
    const { mismatch, drift } = replay(history(...began, completed(), patchMarker('p'), upsert, ended), [
      patch('p'),
    ]);
    expect([mismatch, drift]).toEqual([undefined, []]);
  });

  it('give back versions and side effects', () => {
    const { jobs, mismatch } = replay(
      history(
        ...began,
        completed(),
        ['MarkerRecorded', { markerName: 'Version', details: { 'change-id': json('c'), version: json(2) } }],
        [
          'MarkerRecorded',
          { markerName: 'SideEffect', details: { 'side-effect-id': json(1), data: json('x') } },
        ],
        ended,
      ),
      [
        { type: 'setVersionMarker', changeId: 'c', version: 2 },
        { type: 'recordSideEffect', seq: 1, value: payload('x') },
      ],
    );
    expect(jobs).toEqual(['notifyHasVersion resolveSideEffect initializeWorkflow']);
    expect(mismatch).toBeUndefined();
  });
});

describe('workflow tasks', () => {
  it('that failed or timed out are skipped: what came with them goes to the next', () => {
    const { jobs } = replay(
      history(
        ...began,
        ['WorkflowTaskFailed', { scheduledEventId: 2 }],
        ['WorkflowExecutionSignaled', { signalName: 's' }],
        ['WorkflowTaskScheduled'],
        ['WorkflowTaskStarted', { scheduledEventId: 6 }],
        ['WorkflowTaskCompleted', { startedEventId: 7 }],
        ended,
      ),
    );
    expect(jobs).toEqual(['initializeWorkflow signalWorkflow']);
  });

  it('that reset the run change its random seed', () => {
    const { jobs } = replay(
      history(
        ...began,
        ['WorkflowTaskFailed', { scheduledEventId: 2, cause: 'RESET_WORKFLOW', newRunId: 'r2' }],
        ['WorkflowTaskScheduled'],
        ['WorkflowTaskStarted', { scheduledEventId: 5 }],
        ['WorkflowTaskCompleted', { startedEventId: 6 }],
        ended,
      ),
    );
    expect(jobs).toEqual(['initializeWorkflow updateRandomSeed']);
  });
});
