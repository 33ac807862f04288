import { divergenceText } from '@refrain/engine';
import { gradeHistory, type HistoryEvent } from '@refrain/engine/internal';
import { ReplayDivergenceError } from '../errors.js';
import { closeEvent } from '../history/outcome.js';
import { timeline } from '../history/timeline.js';
import type { WorkflowCode } from './code.js';
import type { Execution } from './listeners.js';
import { allExecutions, historyOf } from './open-executions.js';
import type { Stage } from './stage.js';

/**
 * Replays the executions of an environment, cold and at every cut. It owns which runs have been replayed up to
 * which event, so that none is replayed twice.
 */
export class ReplayCheck {
  readonly #stage: Stage;
  readonly #code: WorkflowCode;
  readonly #namespace: string;
  readonly #replayedUntil = new Map<string, number>();
  /** Runs of which nothing has to be replayed any more: they have ended, or the test knows what is wrong. */
  readonly #done = new Set<string>();

  constructor(stage: Stage, code: WorkflowCode, namespace: string) {
    this.#stage = stage;
    this.#code = code;
    this.#namespace = namespace;
  }

  /** Throws a `ReplayDivergenceError` when the run's history does not replay. */
  async check(execution: Partial<Execution>): Promise<void> {
    const history = await historyOf(this.#stage.service, this.#namespace, execution);
    const started = history[0];
    if (started?.type !== 'WorkflowExecutionStarted' || this.#stage.mocked.isMocked(history)) return;
    const runId = started.attributes.originalExecutionRunId ?? execution.runId ?? '';
    if (this.#done.has(runId) || this.#replayedUntil.get(runId) === history.length) return;
    this.#replayedUntil.set(runId, history.length);
    if (closeEvent(history)) this.#done.add(runId);
    await assertReplays(this.#code, this.#namespace, history);
  }

  /** Of what went wrong in this run, the test has been told: a task failed, so that its history does not replay. */
  skip(runId: string): void {
    this.#done.add(runId);
  }

  async checkAll(): Promise<void> {
    for (const execution of await allExecutions(this.#stage.service, this.#namespace))
      if (!this.#done.has(execution.runId)) await this.check(execution);
  }
}

/** Throws when a history does not replay: whole and at every cut, or whole only. */
export async function assertReplays(
  code: WorkflowCode,
  namespace: string,
  history: readonly HistoryEvent[],
  cuts: 'all' | 'last' = 'all',
): Promise<void> {
  const { verdict, divergence } = await gradeHistory(code.target, { cuts, namespace }, history);
  if (verdict === 'compatible' || verdict === 'vacuous') return;
  throw new ReplayDivergenceError(
    `The workflow is not deterministic: its history does not replay (${verdict}).\n` +
      `${divergence ? divergenceText(divergence) : ''}\n\n${timeline(history)}`,
  );
}
