import { RefrainError } from '../errors.js';
import type { EventOf, HistoryEvent } from '../history/event.js';
import { inBatches, readSource, type ReadSource } from './batches.js';
import { differenceOf, replayAtCuts, replayWithQueries } from './cuts.js';
import type { Grade } from './grade.js';
import { gradeRun, invalid, needsExplanation } from './grade.js';
import type { ReplayResult } from './result.js';
import type { Run } from './history-replay.js';
import { runHistories, runHistory } from './run.js';
import type { ReplayTarget, ReplayTargets } from './target.js';
import { openTargets } from './open-target.js';
import type { WorkflowCodeOptions } from './open-target.js';

export interface ReplayOptions extends WorkflowCodeOptions {
  /** `last`: one replay (default). `all`: at every workflow task boundary, with queries between. */
  readonly cuts?: 'all' | 'last';
  /** Default `default`. */
  readonly namespace?: string;
}

/** A history to replay: its name for reports, and its content or a way to get it. */
export interface HistorySource {
  readonly name: string;
  /** Parsed JSON, text, or bytes (JSON, gzip or protobuf); see `readHistory`. */
  readonly history: unknown;
  /** For histories that do not name their workflow (old servers). */
  readonly workflowId?: string;
}

/** Replays one history against the workflow code. Never throws for what is wrong with the history. */
export async function replayHistory(
  options: ReplayOptions,
  history: unknown,
  name = 'history',
): Promise<ReplayResult> {
  return (await openReplayer(options)).replay({ name, history });
}

/**
 * Replays histories in their order, as they come; results are yielded as soon as they are there. The code is
 * bundled once. Throws `InputError` when the code cannot be bundled.
 */
export async function* replayHistories(
  options: ReplayOptions,
  histories: AsyncIterable<HistorySource> | Iterable<HistorySource>,
): AsyncGenerator<ReplayResult, void, undefined> {
  yield* (await openReplayer(options)).replayAll(histories);
}

/** Workflow code that is loaded once. */
export interface Replayer {
  replay(source: HistorySource): Promise<ReplayResult>;
  /** As `replayHistories`: for many short histories faster than one by one. */
  replayAll(
    sources: AsyncIterable<HistorySource> | Iterable<HistorySource>,
  ): AsyncGenerator<ReplayResult, void, undefined>;
}

/** Bundles and loads the code. Throws `InputError` when it cannot be bundled. */
export async function openReplayer(options: ReplayOptions): Promise<Replayer> {
  const targets = await openTargets(options);
  return {
    async replay(source) {
      const [result] = await gradeSources(targets, options, [await readSource(source)]);
      return result!;
    },
    async *replayAll(sources) {
      for await (const batch of inBatches(sources)) yield* await gradeSources(targets, options, batch);
    },
  };
}

type GradeOptions = Pick<ReplayOptions, 'cuts' | 'namespace'>;

/** The results of sources, in their order. */
async function gradeSources(
  targets: ReplayTargets,
  options: GradeOptions,
  sources: readonly ReadSource[],
): Promise<ReplayResult[]> {
  const items = await Promise.all(sources.map((source) => itemOf(targets, source)));
  const runs = new Map<Item, Run>();
  for (const target of new Set(items.map((item) => item.target))) {
    // Cuts are many replays of one history: those go together.
    if (!target || options.cuts === 'all') continue;
    const group = items.filter((item) => item.target === target);
    const found = await runHistories(
      target,
      group.map(({ events }) => events),
      firstRun(options),
    );
    group.forEach((item, at) => runs.set(item, found[at]!));
  }
  const results: ReplayResult[] = [];
  for (const item of items) {
    const { source, target, events } = item;
    if (!target) results.push({ ...unknownRun(source), ...unreadable(item.error) });
    else {
      const run = runs.get(item);
      const grade = await (run
        ? gradeFirstRun(target, options, events, run)
        : gradeHistory(target, options, events));
      results.push({ ...describe(source, events), ...grade });
    }
  }
  return results;
}

/** A history with the code that replays it, or why there is none. */
type Item = { readonly source: HistorySource; readonly events: readonly HistoryEvent[] } & (
  { readonly target: ReplayTarget } | { readonly target?: undefined; readonly error: unknown }
);

async function itemOf(targets: ReplayTargets, { source, events, error }: ReadSource): Promise<Item> {
  if (!events) return { source, events: [], error };
  return {
    source,
    events: withWorkflowId(events, source.workflowId),
    target: await targets.targetFor(events),
  };
}

/** The verdict on events that are known to be a history. */
export async function gradeHistory(
  target: ReplayTarget,
  options: GradeOptions,
  events: readonly HistoryEvent[],
): Promise<Grade> {
  if (options.cuts === 'all') return gradeAtCuts(target, options, events);
  return gradeFirstRun(target, options, events, await runHistory(target, events, firstRun(options)));
}

async function gradeAtCuts(
  target: ReplayTarget,
  options: GradeOptions,
  events: readonly HistoryEvent[],
): Promise<Grade> {
  const { namespace = 'default' } = options;
  const atCuts = await replayAtCuts(target, events, namespace);
  if (atCuts?.fits) return atCuts.grade;
  const run = await runHistory(target, events, firstRun(options));
  const alone = await gradeFirstRun(target, options, events, run);
  if (alone.verdict !== 'compatible') return alone;
  const queried = await replayWithQueries(target, events, namespace);
  return queried.grade ?? atCuts?.grade ?? differenceOf(run, queried.run) ?? alone;
}

function firstRun({ namespace = 'default', cuts }: GradeOptions) {
  return { namespace, keepCommands: cuts === 'all' };
}

async function gradeFirstRun(
  target: ReplayTarget,
  options: GradeOptions,
  events: readonly HistoryEvent[],
  run: Run,
): Promise<Grade> {
  const namespace = options.namespace ?? 'default';
  if (needsExplanation(run)) {
    const explained = await runHistory(target, events, { namespace, explain: true, keepCommands: true });
    // The second run is the same execution; should it differ, the code is not even deterministic.
    return gradeRun(target, events, needsExplanation(explained) ? explained : run);
  }
  return gradeRun(target, events, run);
}

function withWorkflowId(
  events: readonly HistoryEvent[],
  workflowId: string | undefined,
): readonly HistoryEvent[] {
  const started = events[0] as EventOf<'WorkflowExecutionStarted'>;
  if (started.attributes.workflowId || workflowId === undefined) return events;
  return [{ ...started, attributes: { ...started.attributes, workflowId } }, ...events.slice(1)];
}

function describe(source: HistorySource, events: readonly HistoryEvent[]) {
  const { attributes } = events[0] as EventOf<'WorkflowExecutionStarted'>;
  return {
    history: source.name,
    workflowType: attributes.workflowType?.name ?? '',
    workflowId: attributes.workflowId ?? '',
    runId: attributes.originalExecutionRunId ?? '',
    events: events.length,
  };
}

function unknownRun(source: HistorySource) {
  return {
    history: source.name,
    workflowType: '',
    workflowId: source.workflowId ?? '',
    runId: '',
    events: 0,
  };
}

function unreadable(error: unknown): Grade {
  const code = error instanceof RefrainError ? error.code : 'RFN3024';
  const message = error instanceof Error ? error.message : String(error);
  return invalid(code, message, 'The input is not a history of one workflow run.');
}
