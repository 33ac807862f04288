import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { createLogger, openEngine, Worker, type Logger } from '@refrain/engine';
import type { ExitCode } from '../command.js';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { loadActivities } from './activities-module.js';
import { exitCodeOfOutcome, outcomeOf, outcomeText, type Outcome } from './outcome.js';
import { parseArguments } from './parse-arguments.js';
import { refuseMissingCode } from './refuse-missing-code.js';

/** What the command line of `refrain run` gives. */
export interface RunArguments {
  readonly type: string;
  readonly workflows: string;
  readonly activities: string | undefined;
  readonly args: string | undefined;
  readonly file: string | undefined;
  readonly 'workflow-id': string | undefined;
  readonly 'task-queue': string;
  readonly format: string;
}

export async function runWorkflowCommand(given: RunArguments, terminal: Terminal): Promise<ExitCode> {
  const { cwd, stdout, interrupted } = terminal;
  const args = parseArguments('args', given.args);
  await refuseMissingCode(resolve(cwd, given.workflows));
  const activities = given.activities ? await loadActivities(resolve(cwd, given.activities)) : {};
  await using engine = await openEngine(
    given.file === undefined ? { memory: true } : { file: resolve(cwd, given.file) },
  );
  const worker = await Worker.create({
    connection: engine,
    taskQueue: given['task-queue'],
    workflowsPath: resolve(cwd, given.workflows),
    activities,
    logger: loggerOf(terminal),
  });
  refuseUnknownType(given.type, worker.workflowTypes);
  const stop = () => worker.shutdown();
  interrupted.addEventListener('abort', stop, { once: true });
  const workflowId = given['workflow-id'] ?? randomUUID();
  const outcome = await worker.runUntil(async () => {
    const handle = await engine.client.workflow.start(given.type, {
      args,
      taskQueue: given['task-queue'],
      workflowId,
      // Run again after a crash, the command finds its workflow and goes on with it.
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return Promise.race([
      outcomeOf(handle),
      stillRunning(handle.workflowId, handle.firstExecutionRunId, interrupted),
    ]);
  });
  stdout.write(given.format === 'json' ? `${JSON.stringify(outcome)}\n` : `${outcomeText(outcome)}\n`);
  return exitCodeOfOutcome(outcome);
}

/** What is printed when a person interrupts the command. */
function stillRunning(workflowId: string, runId: string, interrupted: AbortSignal): Promise<Outcome> {
  return new Promise((resolveWait) => {
    interrupted.addEventListener('abort', () => resolveWait({ workflowId, runId, status: 'running' }), {
      once: true,
    });
  });
}

function refuseUnknownType(type: string, known: readonly string[]): void {
  // A Temporal project's modules may not load outside of a workflow: then its types are not known.
  if (known.length === 0 || known.includes(type)) return;
  throw new UsageError(
    'RFN7012',
    `The module exports no workflow \`${type}\`. It exports ${known.join(', ')}.`,
  );
}

/** Logs go to standard error, so that standard output holds the result alone. */
export function loggerOf({ stderr }: Terminal): Logger {
  return createLogger((level, message, attributes) => {
    if (level === 'TRACE' || level === 'DEBUG') return;
    const more = Object.keys(attributes).length > 0 ? ` ${JSON.stringify(attributes)}` : '';
    stderr.write(`${level} ${message}${more}\n`);
  });
}
