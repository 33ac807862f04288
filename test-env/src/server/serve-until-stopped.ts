import type { RunningServer } from '@refrain/engine';

/** Runs a server's command until the process is told to stop. A server that does not start ends it with exit code 2. */
export async function serveUntilStopped(usage: string, start: () => Promise<RunningServer>): Promise<void> {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  let server: RunningServer;
  try {
    server = await start();
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    process.stderr.write(`${code === undefined ? '' : `${code}: `}${message}\n`);
    process.exitCode = 2;
    return;
  }
  process.stdout.write(`Temporal's API on ${server.address}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await server.close();
}
