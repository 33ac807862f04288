import { parseArgs } from 'node:util';
import { TestConfigError } from '../errors.js';
import { serveUntilStopped } from './serve-until-stopped.js';
import { startTestServer } from './test-server.js';

const usage = 'usage: refrain-test-server <port> [--enable-time-skipping]';

/** `refrain-test-server`: takes the arguments with which Temporal's SDKs start their time-skipping test server. */
export function runTestServerCommand(args: readonly string[]): Promise<void> {
  return serveUntilStopped(usage, async () => {
    const { port, skipsFromStart } = parseTestServerArguments(args);
    return startTestServer({ port, skipsFromStart });
  });
}

export function parseTestServerArguments(args: readonly string[]): {
  readonly port: number;
  readonly skipsFromStart: boolean;
} {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      options: { 'enable-time-skipping': { type: 'boolean', default: false } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new TestConfigError('RFN4015', `${(error as Error).message}\n${usage}`, { cause: error });
  }
  const { positionals, values } = parsed;
  const port = portOf(positionals[0]);
  if (positionals.length > 1 || port === undefined) {
    throw new TestConfigError('RFN4015', `The only argument is a port from 0 to 65535.\n${usage}`);
  }
  return { port, skipsFromStart: values['enable-time-skipping'] };
}

/** Port numbers as the command line gives them; undefined when it is none. */
export function portOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port <= 65_535 ? port : undefined;
}
