import { pageToken, type HistoryEvent, type Service } from '@refrain/engine/internal';
import { closeEvent } from '../history/outcome.js';

/**
 * The histories of a workflow's runs, one after the other: a run that continues as new, is retried or is started by cron
 * is followed to the next. It owns what it has read; each event is fetched once.
 */
export class ChainReader {
  readonly #service: Service;
  readonly #namespace: string;
  readonly #workflowId: string;
  readonly #runs: HistoryEvent[][] = [];
  #runId: string | undefined;

  constructor(service: Service, namespace: string, workflowId: string) {
    this.#service = service;
    this.#namespace = namespace;
    this.#workflowId = workflowId;
  }

  /** Every run's events, the oldest run first. */
  get runs(): readonly (readonly HistoryEvent[])[] {
    return this.#runs;
  }

  /** Events of the run that the workflow id names now. */
  get current(): readonly HistoryEvent[] {
    return this.#runs.at(-1) ?? [];
  }

  /** Fetches what is new. */
  async read(): Promise<void> {
    do while (await this.#readPage());
    while (this.#follow());
  }

  /** Whether there is more of the run. */
  async #readPage(): Promise<boolean> {
    const known = this.#runs.at(-1);
    const { history, nextPageToken } = await this.#service.getWorkflowExecutionHistory({
      namespace: this.#namespace,
      execution: { workflowId: this.#workflowId, ...(this.#runId !== undefined && { runId: this.#runId }) },
      ...(this.#runId !== undefined && {
        nextPageToken: pageToken({ runId: this.#runId, fromEventId: (known?.length ?? 0) + 1 }),
      }),
    });
    const first = history.events[0];
    if (this.#runId === undefined && first?.type === 'WorkflowExecutionStarted') {
      this.#runId = first.attributes.originalExecutionRunId;
      this.#runs.push([]);
    }
    this.#runs.at(-1)?.push(...history.events);
    return nextPageToken !== undefined;
  }

  #follow(): boolean {
    const close = closeEvent(this.current);
    const next =
      close && 'newExecutionRunId' in close.attributes ? close.attributes.newExecutionRunId : undefined;
    if (!next || next === this.#runId) return false;
    this.#runId = next;
    this.#runs.push([]);
    return true;
  }
}
