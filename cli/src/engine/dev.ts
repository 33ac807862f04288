import { watch } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  divergenceText,
  eventToJson,
  openEngine,
  openReplayer,
  startServer,
  Worker,
  type Engine,
  type WorkerMetrics,
} from '@refrain/engine';
import { Registry } from 'prom-client';
import type { ExitCode } from '../command.js';
import type { Terminal } from '../terminal.js';
import { loadActivities } from './activities-module.js';
import { prometheusMetrics, serveMetrics, serviceGauges } from './prometheus.js';
import { loggerOf } from './run.js';

/** What the command line of `refrain dev` gives. */
export interface DevArguments {
  readonly workflows: string | undefined;
  readonly activities: string | undefined;
  readonly file: string;
  readonly 'task-queue': string;
  readonly port: number;
  readonly host: string;
  readonly namespace: readonly string[];
  readonly 'metrics-port': number | undefined;
  readonly 'api-key': string | undefined;
  readonly 'tls-cert-path': string | undefined;
  readonly 'tls-key-path': string | undefined;
  readonly 'tls-client-ca-path': string | undefined;
  readonly watch: boolean;
}

/** Files must be quiet for this long before the code is loaded again. */
const quietMs = 150;
/** Running executions that are replayed with new code; the rest is said to be left out. */
const replayedAtMost = 500;

/**
 * Runs the engine, a front end and a worker until it is interrupted. Owns all three; on the way out the worker is
 * drained first, then the front end, then the engine.
 */
export async function runDevCommand(given: DevArguments, terminal: Terminal): Promise<ExitCode> {
  const { cwd, stdout, interrupted } = terminal;
  const path = (file: string) => resolve(cwd, file);
  await using engine = await openEngine({ file: path(given.file), waitForOwnerMs: 2_000 });
  const server = await startServer({
    service: engine.service,
    port: given.port,
    host: given.host,
    namespaces: given.namespace,
    ...(given['api-key'] !== undefined && { apiKey: given['api-key'] }),
    ...tlsOf(given, path),
  });
  stdout.write(`engine on ${given.file}, Temporal's API on ${server.address}\n`);
  const registry = new Registry();
  serviceGauges(registry, engine.service);
  const metrics = prometheusMetrics(registry);
  const scraped =
    given['metrics-port'] === undefined ? undefined : await serveMetrics(registry, given['metrics-port']);
  const session =
    given.workflows === undefined ? undefined : new CodeSession(engine, given, terminal, metrics);
  await session?.begin();
  await new Promise<void>((done) => {
    if (interrupted.aborted) done();
    interrupted.addEventListener('abort', () => done(), { once: true });
  });
  stdout.write('shutting down\n');
  await session?.end();
  scraped?.close();
  await server.close();
  return 0;
}

function tlsOf(given: DevArguments, path: (file: string) => string) {
  const { 'tls-cert-path': certificate, 'tls-key-path': key, 'tls-client-ca-path': clientCa } = given;
  if (certificate === undefined || key === undefined) return {};
  return {
    tls: {
      certificate: path(certificate),
      key: path(key),
      ...(clientCa !== undefined && { clientCa: path(clientCa) }),
    },
  };
}

/**
 * The worker of the present code, and its successor whenever the code changes. A change that does not load
 * leaves the old code running.
 */
class CodeSession {
  readonly #engine: Engine;
  readonly #given: DevArguments;
  readonly #terminal: Terminal;
  readonly #metrics: WorkerMetrics;
  #current: { readonly worker: Worker; readonly running: Promise<void> } | undefined;
  #stopWatching: () => void = () => undefined;
  #reloading: Promise<void> = Promise.resolve();

  constructor(engine: Engine, given: DevArguments, terminal: Terminal, metrics: WorkerMetrics) {
    this.#engine = engine;
    this.#given = given;
    this.#terminal = terminal;
    this.#metrics = metrics;
  }

  async begin(): Promise<void> {
    await this.#load();
    if (this.#given.watch) this.#stopWatching = this.#watch();
  }

  async end(): Promise<void> {
    this.#stopWatching();
    await this.#reloading;
    this.#current?.worker.shutdown();
    await this.#current?.running;
  }

  async #load(): Promise<void> {
    const { cwd, stdout } = this.#terminal;
    const { activities, 'task-queue': taskQueue } = this.#given;
    const worker = await Worker.create({
      connection: this.#engine,
      taskQueue,
      workflowsPath: resolve(cwd, this.#given.workflows!),
      activities: activities === undefined ? {} : await loadActivities(resolve(cwd, activities)),
      logger: loggerOf(this.#terminal),
      metrics: this.#metrics,
    });
    const before = this.#current;
    this.#current = { worker, running: worker.run() };
    before?.worker.shutdown();
    await before?.running;
    stdout.write(`workflows on task queue ${taskQueue}: ${worker.workflowTypes.join(', ')}\n`);
  }

  #watch(): () => void {
    const { cwd } = this.#terminal;
    const { workflows, activities } = this.#given;
    const files = [workflows!, ...(activities === undefined ? [] : [activities])].map((file) =>
      resolve(cwd, file),
    );
    let quiet: NodeJS.Timeout | undefined;
    const watchers = [...new Set(files.map(dirname))].map((folder) =>
      watch(folder, { recursive: true }, (_event, file) => {
        if (file === null || !/\.[cm]?[jt]sx?$/.test(file) || /(^|[\\/])node_modules[\\/]/.test(file)) return;
        clearTimeout(quiet);
        quiet = setTimeout(() => {
          this.#reloading = this.#reloading.then(() => this.#reload());
        }, quietMs);
      }),
    );
    return () => {
      clearTimeout(quiet);
      for (const watcher of watchers) watcher.close();
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
    const { cwd, stdout } = this.#terminal;
    const replayer = await openReplayer({ workflowsPath: resolve(cwd, this.#given.workflows!) });
    const query = `ExecutionStatus = "Running" AND TaskQueue = "${this.#given['task-queue']}"`;
    let replayed = 0;
    let broken = 0;
    for await (const { workflowId, runId } of this.#engine.client.workflow.list({ query })) {
      if (replayed === replayedAtMost) {
        stdout.write(`more than ${replayedAtMost} executions are running; the rest was not replayed\n`);
        break;
      }
      const { events } = await this.#engine.client.workflow.getHandle(workflowId, runId).fetchHistory();
      const history = { events: events.map(eventToJson) };
      const { verdict, divergence } = await replayer.replay({ name: workflowId, history });
      replayed += 1;
      if (verdict !== 'incompatible') continue;
      broken += 1;
      stdout.write(`${workflowId}: ${divergence ? divergenceText(divergence) : verdict}\n`);
    }
    if (replayed > 0)
      stdout.write(`${replayed} running executions replayed with the new code, ${broken} cannot go on\n`);
  }
}
