import { resolve } from 'node:path';
import { Client, connectService } from '@refrain/engine';
import { createTemporalWorker } from '@refrain/engine/temporal';
import type { ExitCode } from '../command.js';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { loadActivities } from './activities-module.js';
import { CodeSession, runUntilInterrupted, type SessionWorker } from './code-session.js';
import { codeFilesOf, tlsOf, type DevArguments } from './dev.js';

/** `refrain dev --temporal`: the same code on a Temporal cluster, through the project's own `@temporalio/worker`. */
export async function runDevOnTemporalCommand(
  given: DevArguments & { readonly temporal: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const files = codeFilesOf(given, terminal);
  if (!files) {
    throw new UsageError('RFN7014', 'refrain dev --temporal runs a worker: it needs --workflows.');
  }
  const { 'task-queue': taskQueue, watch } = given;
  const [namespace = 'default'] = given.namespace;
  const apiKey = given['api-key'] ?? terminal.env['TEMPORAL_API_KEY'];
  const { tls } = tlsOf(given, (file) => resolve(terminal.cwd, file));
  const connection = {
    address: given.temporal,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls ? { tls } : apiKey === undefined ? {} : { tls: true as const }),
  };
  const remote = await connectService({ ...connection, namespace });
  terminal.stdout.write(`Temporal on ${given.temporal}, namespace ${namespace}\n`);
  const newWorker = async (): Promise<SessionWorker> => {
    const worker = await createTemporalWorker({
      ...connection,
      namespace,
      taskQueue,
      workflowsPath: files.workflows,
      activities: files.activities === undefined ? {} : await loadActivities(files.activities),
    });
    return {
      run: () => worker.run(),
      // A signal has ended it already: Temporal's runtime listens to them too.
      shutdown: () => void (worker.getState() === 'RUNNING' && worker.shutdown()),
    };
  };
  const client = new Client({ connection: { service: remote.service } });
  const session = new CodeSession({ client, taskQueue, watch, newWorker, ...files }, terminal);
  try {
    await runUntilInterrupted(session, terminal);
  } finally {
    remote.close();
  }
  return 0;
}
