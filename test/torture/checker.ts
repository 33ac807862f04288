import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { checkHistory } from './check-history.js';
import { actualOutcome, expectedOutcome } from './expected.js';
import type { Image, StoredEvent, StoredRun } from './image.js';
import { valueOf } from './image.js';
import type { Entry, Operation } from './ledger.js';
import type { Plan, Spec } from './plan.js';

/**
 * Judges what a dead process has left: the file by itself, and against the ledger of what the process had told to
 * the outside. It shares no code with the service, and knows only the layout of the file and Temporal's events.
 *
 * Owns what earlier images of the same file showed: a history may only grow.
 */
export class Checker {
  readonly #plan: Plan;
  /** By run id: the number of events of the last image, and their digest. */
  readonly #seen = new Map<string, { readonly count: number; readonly digest: string }>();
  /** Activities with an outcome in an image, and how many lines the ledger had then. */
  readonly #ended = new Map<string, number>();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** One that has seen the same, for a file that this one shall not remember. */
  copy(): Checker {
    const copy = new Checker(this.#plan);
    for (const [runId, seen] of this.#seen) copy.#seen.set(runId, seen);
    for (const [activity, line] of this.#ended) copy.#ended.set(activity, line);
    return copy;
  }

  /** What is wrong, a sentence each; empty when nothing is. */
  check(image: Image, entries: readonly Entry[]): string[] {
    const wrong: string[] = [];
    if (image.integrity !== 'ok') wrong.push(`the file is damaged: ${image.integrity}`);
    for (const run of image.runs) {
      const name = `${run.workflowId} (${run.runId})`;
      wrong.push(...checkHistory(run).map((what) => `${name}: ${what}`));
      wrong.push(...this.#checkGrowth(run).map((what) => `${name}: ${what}`));
    }
    wrong.push(...checkTogether(image));
    wrong.push(...checkAcknowledged(image, entries));
    wrong.push(...this.#checkActivities(image, entries));
    return wrong;
  }

  /** After the last process has ended by itself. */
  checkEnd(image: Image, entries: readonly Entry[]): string[] {
    const wrong = this.check(image, entries);
    for (const run of image.runs) {
      if (run.status === 'RUNNING') wrong.push(`${run.workflowId} (${run.runId}) is still open`);
    }
    for (const spec of this.#plan.specs) wrong.push(...checkResult(spec, image, entries));
    const { scheduleId, actions } = this.#plan.schedule;
    const scheduled = image.runs.filter((run) => run.workflowId.startsWith(scheduleId));
    if (scheduled.length !== actions) wrong.push(`the schedule began ${scheduled.length} runs`);
    return wrong;
  }

  #checkGrowth(run: StoredRun): string[] {
    const before = this.#seen.get(run.runId);
    this.#seen.set(run.runId, { count: run.events.length, digest: digestOf(run.events) });
    if (!before || digestOf(run.events.slice(0, before.count)) === before.digest) return [];
    return [`its first ${before.count} events have changed`];
  }

  /** E3: an activity whose result was recorded does not run again; its result is one that it returned. */
  #checkActivities(image: Image, entries: readonly Entry[]): string[] {
    const wrong: string[] = [];
    const results = new Map<string, unknown>();
    const nonces = new Map<string, Set<string>>();
    const atMostOnce = new Set<string>();
    const begun = new Set<string>();
    const scheduled = new Set<string>();
    for (const { runId, events, buffered, startedActivities } of image.runs) {
      for (const { type, attributes } of events)
        if (type === 'ActivityTaskScheduled') scheduled.add(`${runId}/${String(attributes['activityId'])}`);
      for (const id of startedActivities)
        begun.add(`${runId}/${String(events[id - 1]?.attributes['activityId'])}`);
      for (const { type, attributes } of [...events, ...buffered]) {
        const beginning = events[Number(attributes['scheduledEventId']) - 1];
        if (!/^ActivityTask(Completed|Failed|TimedOut|Canceled)$/.test(type) || !beginning) continue;
        const key = `${runId}/${String(beginning.attributes['activityId'])}`;
        const isCompleted = type === 'ActivityTaskCompleted';
        results.set(key, isCompleted ? valueOf(attributes['result']) : undefined);
      }
    }
    entries.forEach((entry, line) => {
      if (entry.type === 'began') {
        const { activity, activityType, nonce } = entry;
        const known = nonces.get(activity) ?? new Set();
        nonces.set(activity, known.add(nonce));
        if (!scheduled.has(activity) && !isLocal(activity))
          wrong.push(`activity ${activity} began before it was kept that it should`);
        const endedAt = this.#ended.get(activity);
        if (endedAt !== undefined && line >= endedAt)
          wrong.push(`activity ${activity} ran after its outcome`);
        if (activityType !== 'charge') return;
        if (atMostOnce.has(activity)) wrong.push(`activity ${activity} may run once, and began twice`);
        atMostOnce.add(activity);
        if (!begun.has(activity) && !results.has(activity))
          wrong.push(`activity ${activity} may run once, and began before that was kept`);
      } else if (entry.type === 'recorded') {
        const result = results.get(entry.activity);
        if (!String(result).endsWith(entry.nonce))
          wrong.push(
            `activity ${entry.activity}: ${entry.nonce} was acknowledged, ${String(result)} is stored`,
          );
        if (!this.#ended.has(entry.activity)) this.#ended.set(entry.activity, line);
      }
    });
    for (const [key, result] of results) {
      if (!this.#ended.has(key)) this.#ended.set(key, entries.length);
      const nonce = String(result).split('#')[1];
      if (result !== undefined && !nonces.get(key)?.has(nonce ?? ''))
        wrong.push(`activity ${key}: nothing returned ${String(result)}`);
    }
    return wrong;
  }
}

function isLocal(activity: string): boolean {
  return activity.includes('/local ');
}

function digestOf(events: readonly StoredEvent[]): string {
  return createHash('sha1').update(JSON.stringify(events)).digest('base64');
}

/** E2 across runs: what one transaction did to a parent and its child, or to a run and the next, is there wholly. */
function checkTogether({ runs }: Image): string[] {
  const wrong: string[] = [];
  const byRunId = new Map(runs.map((run) => [run.runId, run]));
  for (const { workflowId, events, buffered, status } of runs) {
    const all = [...events, ...buffered];
    const ended = new Set<unknown>();
    for (const { type, attributes } of all) {
      const next = attributes['newExecutionRunId'];
      if (next && !byRunId.has(String(next)))
        wrong.push(`${workflowId}: its next run ${String(next)} is missing`);
      if (/^ChildWorkflowExecution(Completed|Failed)$/.test(type)) ended.add(attributes['initiatedEventId']);
    }
    for (const { type, attributes } of all) {
      if (type !== 'ChildWorkflowExecutionStarted') continue;
      const { runId } = attributes['workflowExecution'] as { readonly runId: string };
      const child = byRunId.get(runId);
      if (!child) wrong.push(`${workflowId}: its child ${runId} is missing`);
      const isEnded = ended.has(attributes['initiatedEventId']);
      if (child && status === 'RUNNING' && (child.status !== 'RUNNING') !== isEnded)
        wrong.push(`${workflowId}: its child ${child.workflowId} is ${child.status}, and it does not know`);
    }
  }
  return wrong;
}

/** E2: what was acknowledged is there, in the order in which it was. */
function checkAcknowledged(image: Image, entries: readonly Entry[]): string[] {
  const wrong: string[] = [];
  for (const entry of entries) {
    if (entry.type !== 'acked') continue;
    const what = missing(image, entry.op, entry.key, entry.value);
    if (what) wrong.push(`${entry.op} ${entry.key} was acknowledged, and ${what}`);
  }
  for (const run of image.runs) {
    const order = [...run.events, ...run.buffered]
      .filter((e) => e.type === 'WorkflowExecutionSignaled')
      .map((e) => Number(valueOf(e.attributes['input'])));
    if (order.some((n, index) => n !== index))
      wrong.push(`${run.workflowId}: signals came as ${order.join()}`);
  }
  return wrong;
}

function missing(image: Image, op: Operation, key: string, value: unknown): string | undefined {
  const [workflowId = '', id] = key.split('|');
  const runs = image.runs.filter((run) => run.workflowId === workflowId);
  const has = (type: string, attribute: string, wanted: unknown) =>
    runs.some((run) =>
      [...run.events, ...run.buffered].some((e) => e.type === type && e.attributes[attribute] === wanted),
    );
  switch (op) {
    case 'start':
      return runs.some((run) => run.runId === value) ? undefined : `run ${String(value)} is missing`;
    case 'signal':
      return has('WorkflowExecutionSignaled', 'requestId', id) ? undefined : 'it is missing';
    case 'cancel':
      return runs.some((run) => run.events.concat(run.buffered).some((e) => /CancelRequested$/.test(e.type)))
        ? undefined
        : 'it is missing';
    case 'update':
      return missingUpdate(runs, id!, value);
    case 'schedule':
      return image.scheduleIds.has(key) ? undefined : 'it is missing';
    case 'result':
      return runs.every((run) => run.status !== 'RUNNING') ? undefined : 'the run is open';
  }
}

function missingUpdate(runs: readonly StoredRun[], updateId: string, value: unknown): string | undefined {
  const events = runs.flatMap((run) => run.events);
  const accepted = events.filter(
    (e) => e.type === 'WorkflowExecutionUpdateAccepted' && e.attributes['protocolInstanceId'] === updateId,
  );
  if (value === 'rejected') return accepted.length === 0 ? undefined : 'it is in history, though rejected';
  const completed = events.find(
    (e) =>
      e.type === 'WorkflowExecutionUpdateCompleted' &&
      (e.attributes['meta'] as { readonly updateId?: string }).updateId === updateId,
  );
  if (!completed) return 'its outcome is missing';
  const outcome = completed.attributes['outcome'] as { readonly success?: unknown };
  const stored = outcome.success === undefined ? 'failed' : valueOf(outcome.success);
  return stored === value ? undefined : `its outcome is ${String(stored)}, not ${String(value)}`;
}

function checkResult(spec: Spec, image: Image, entries: readonly Entry[]): string[] {
  const runs = image.runs.filter((run) => run.workflowId === spec.workflowId);
  const last = runs[runs.length - 1];
  if (!last || last.status === 'RUNNING') return [`${spec.workflowId} did not end`];
  const expected = expectedOutcome(spec, runs);
  const actual = actualOutcome(last);
  const text = (value: unknown) => JSON.stringify(value);
  if (!isDeepStrictEqual(expected, actual))
    return [`${spec.workflowId} ended as ${text(actual)}, expected ${text(expected)}`];
  const told = entries.findLast((e) => e.type === 'acked' && e.op === 'result' && e.key === spec.workflowId);
  const value = told?.type === 'acked' ? told.value : undefined;
  const isTold = isDeepStrictEqual(
    value,
    actual.type === 'WorkflowExecutionCanceled' ? 'canceled' : actual.value,
  );
  return isTold ? [] : [`${spec.workflowId}: the client was told ${text(value)}, stored is ${text(actual)}`];
}
