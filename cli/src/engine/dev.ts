import { resolve } from 'node:path';
import {
  countLimitWarnings,
  InputError,
  observeService,
  openEngine,
  openTelemetryMetrics,
  startServer,
  warningText,
  Worker,
  type Engine,
  type WorkerMetrics,
} from '@refrain/engine';
import { Registry } from 'prom-client';
import type { ExitCode } from '../command.js';
import type { Terminal } from '../terminal.js';
import { loadActivities } from './activities-module.js';
import { CodeSession, runUntilInterrupted } from './code-session.js';
import { durationOf } from './duration.js';
import { prometheusMeter, serveMetrics } from './prometheus.js';
import { refuseMissingCode } from './refuse-missing-code.js';
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
  readonly retention: string | undefined;
  readonly 'metrics-port': number | undefined;
  readonly 'api-key': string | undefined;
  readonly 'tls-cert-path': string | undefined;
  readonly 'tls-key-path': string | undefined;
  readonly 'tls-client-ca-path': string | undefined;
  readonly watch: boolean;
}

/**
 * Runs the engine, a front end and a worker until it is interrupted. Owns all three; on the way out the worker is
 * drained first, then the front end, then the engine.
 */
export async function runDevCommand(given: DevArguments, terminal: Terminal): Promise<ExitCode> {
  const { cwd, stdout } = terminal;
  const path = (file: string) => resolve(cwd, file);
  await refuseMissingCode(codeFilesOf(given, terminal)?.workflows);
  const registry = new Registry();
  const meter = prometheusMeter(registry);
  const countWarning = countLimitWarnings(meter);
  await using engine = await openEngine({
    file: path(given.file),
    waitForOwnerMs: 2_000,
    retentionMs: given.retention === undefined ? Infinity : durationOf('retention', given.retention),
    onLimitWarning(warning) {
      countWarning(warning);
      loggerOf(terminal).warn(warningText(warning));
    },
  });
  const server = await startServer({
    service: engine.service,
    port: given.port,
    host: given.host,
    namespaces: given.namespace,
    ...(given['api-key'] !== undefined && { apiKey: given['api-key'] }),
    ...tlsOf(given, path),
  });
  let scraped: Awaited<ReturnType<typeof serveMetrics>> | undefined;
  try {
    stdout.write(`engine on ${given.file}, Temporal's API on ${server.address}\n`);
    observeService(meter, engine.service);
    if (given['metrics-port'] !== undefined) scraped = await serveMetrics(registry, given['metrics-port']);
    await runUntilInterrupted(sessionOf(given, terminal, engine, openTelemetryMetrics(meter)), terminal);
  } finally {
    scraped?.close();
    await server.close();
  }
  return 0;
}

function sessionOf(
  given: DevArguments,
  terminal: Terminal,
  engine: Engine,
  metrics: WorkerMetrics,
): CodeSession | undefined {
  const files = codeFilesOf(given, terminal);
  if (!files) return undefined;
  const { 'task-queue': taskQueue, watch } = given;
  const newWorker = async () =>
    Worker.create({
      connection: engine,
      taskQueue,
      workflowsPath: files.workflows,
      activities: files.activities === undefined ? {} : await loadActivities(files.activities),
      logger: loggerOf(terminal),
      metrics,
    });
  return new CodeSession({ client: engine.client, taskQueue, watch, newWorker, ...files }, terminal);
}

/** Absolute paths; undefined without workflows. */
export function codeFilesOf(
  { workflows, activities }: Pick<DevArguments, 'workflows' | 'activities'>,
  { cwd }: Terminal,
) {
  if (workflows === undefined) return undefined;
  return {
    workflows: resolve(cwd, workflows),
    activities: activities === undefined ? undefined : resolve(cwd, activities),
  };
}

/** Half of what TLS needs is refused: to serve without it would be less safe than was asked for. */
export function tlsOf(given: DevArguments, path: (file: string) => string) {
  const { 'tls-cert-path': certificate, 'tls-key-path': key, 'tls-client-ca-path': clientCa } = given;
  if (certificate === undefined && key === undefined && clientCa === undefined) return {};
  if (certificate === undefined || key === undefined) {
    throw new InputError('RFN8003', 'TLS needs both --tls-cert-path and --tls-key-path.');
  }
  return {
    tls: {
      certificate: path(certificate),
      key: path(key),
      ...(clientCa !== undefined && { clientCa: path(clientCa) }),
    },
  };
}
