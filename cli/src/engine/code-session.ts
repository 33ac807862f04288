import { dirname } from 'node:path';
import { divergenceText, eventToJson, openReplayer, type Client } from '@refrain/engine';
import { whenInterrupted, type Terminal } from '../terminal.js';
import { isCode, watchFiles } from '../watch-files.js';

/** A worker of the embedded engine, or one of a Temporal cluster. */
export interface SessionWorker {
  readonly workflowTypes?: readonly string[];
  run(): Promise<void>;
  /** Does nothing when the worker is not running. */
  shutdown(): void;
}

export interface CodeSessionOptions {
  readonly client: Client;
  readonly taskQueue: string;
  /** Absolute paths. */
  readonly workflows: string;
  readonly activities: string | undefined;
  readonly watch: boolean;
  /** A worker with the code as it is now. */
  readonly newWorker: () => Promise<SessionWorker>;
}

/** Files must be quiet for this long before the code is loaded again. */
const quietMs = 150;
/** Running executions that are replayed with new code; the rest is said to be left out. */
const replayedAtMost = 500;

/**
 * The worker of the present code, and its successor whenever the code changes. A change that does not load
 * leaves the old code running. Code that is being loaded when the command is interrupted is not waited for.
 */
export class CodeSession {
  readonly #options: CodeSessionOptions;
  readonly #terminal: Terminal;
  readonly #interrupted: Promise<void>;
  #current: { readonly worker: SessionWorker; readonly running: Promise<void> } | undefined;
  #stopWatching: () => void = () => undefined;
  #reloading: Promise<void> = Promise.resolve();

  constructor(options: CodeSessionOptions, terminal: Terminal) {
    this.#options = options;
    this.#terminal = terminal;
    this.#interrupted = whenInterrupted(terminal);
  }

  async begin(): Promise<void> {
    await this.#load();
    if (this.#options.watch) this.#stopWatching = this.#watch();
  }

  async end(): Promise<void> {
    this.#stopWatching();
    await this.#reloading;
    this.#current?.worker.shutdown();
    await this.#current?.running;
  }

  async #load(): Promise<void> {
    const worker = await Promise.race([this.#options.newWorker(), this.#interrupted]);
    if (!worker) return;
    const before = this.#current;
    this.#current = { worker, running: worker.run() };
    before?.worker.shutdown();
    await before?.running;
    const { taskQueue } = this.#options;
    const types = worker.workflowTypes?.join(', ');
    this.#terminal.stdout.write(`workflows on task queue ${taskQueue}${types ? `: ${types}` : ''}\n`);
  }

  #watch(): () => void {
    const { workflows, activities } = this.#options;
    const files = activities === undefined ? [workflows] : [workflows, activities];
    let quiet: NodeJS.Timeout | undefined;
    const stop = watchFiles([...new Set(files.map(dirname))], isCode, () => {
      clearTimeout(quiet);
      quiet = setTimeout(() => {
        this.#reloading = this.#reloading.then(() => this.#reload());
      }, quietMs);
    });
    return () => {
      clearTimeout(quiet);
      stop();
    };
  }

  async #reload(): Promise<void> {
    const { stdout, stderr } = this.#terminal;
    try {
      stdout.write('code changed\n');
      await this.#replayRunning();
      await this.#load();
    } catch (error) {
      stderr.write(`the new code does not load; the old code goes on\n${(error as Error).message}\n`);
    }
  }

  /** Says which running executions the new code cannot replay, before a worker meets them. */
  async #replayRunning(): Promise<void> {
    const { stdout } = this.#terminal;
    const { client, workflows, taskQueue } = this.#options;
    const replayer = await openReplayer({ workflowsPath: workflows });
    const query = `ExecutionStatus = "Running" AND TaskQueue = "${taskQueue}"`;
    let replayed = 0;
    let broken = 0;
    for await (const { workflowId, runId } of client.workflow.list({ query })) {
      if (this.#terminal.interrupted.aborted) return;
      if (replayed === replayedAtMost) {
        stdout.write(`more than ${replayedAtMost} executions are running; the rest was not replayed\n`);
        break;
      }
      const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const history = { events: events.map(eventToJson) };
      const { verdict, divergence } = await replayer.replay({ name: workflowId, history });
      replayed += 1;
      // Invalid: the code has no workflow of this type any more.
      if (verdict !== 'incompatible' && verdict !== 'invalid') continue;
      broken += 1;
      stdout.write(`${workflowId}: ${divergence ? divergenceText(divergence) : verdict}\n`);
    }
    if (replayed > 0)
      stdout.write(`${replayed} running executions replayed with the new code, ${broken} cannot go on\n`);
  }
}

/** Leaves nothing of the session behind, whether it is interrupted or does not begin; without one it only waits. */
export async function runUntilInterrupted(
  session: CodeSession | undefined,
  terminal: Terminal,
): Promise<void> {
  try {
    await session?.begin();
    await whenInterrupted(terminal);
    terminal.stdout.write('shutting down\n');
  } finally {
    await session?.end();
  }
}
