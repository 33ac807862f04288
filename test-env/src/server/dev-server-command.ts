import { parseArgs } from 'node:util';
import { openEngine, startServer, type EngineOptions, type RunningServer } from '@refrain/engine';
import { TestConfigError } from '../errors.js';
import { serveUntilStopped } from './serve-until-stopped.js';
import { portOf } from './test-server-command.js';

const usage = `usage: refrain-temporal server start-dev [--port 7233] [--ip 127.0.0.1] [--namespace NAME]…
  [--db-filename FILE] [--search-attribute NAME=TYPE]…
Options of Temporal's development server that say nothing to this one are accepted and ignored:
--headless, --ui-port, --ui-ip, --http-port, --metrics-port, --log-format, --log-level, --dynamic-config-value …`;

type SearchAttributes = NonNullable<EngineOptions['searchAttributes']>;

export interface DevServerArguments {
  readonly port: number;
  readonly host: string;
  readonly namespaces: readonly string[];
  readonly file: string | undefined;
  readonly searchAttributes: SearchAttributes;
}

/** `refrain-temporal`: takes the arguments with which Temporal's SDKs start the development server of `temporal`. */
export function runDevServerCommand(args: readonly string[]): Promise<void> {
  return serveUntilStopped(usage, () => startDevServer(parseDevServerArguments(args)));
}

export async function startDevServer(options: DevServerArguments): Promise<RunningServer> {
  const { file, port, host, namespaces, searchAttributes } = options;
  const where = file === undefined ? { memory: true } : { file, waitForOwnerMs: 2_000 };
  const engine = await openEngine({ ...where, searchAttributes });
  try {
    const server = await startServer({ service: engine.service, port, host, namespaces });
    return { ...server, close: () => server.close().then(() => engine.close()) };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const ignored = {
  ...{ headless: flag, 'log-format': text, 'log-level': text, 'log-config': flag, 'ui-port': text },
  ...{ 'ui-ip': text, 'ui-asset-path': text, 'ui-public-path': text, 'ui-codec-endpoint': text },
  ...{
    'http-port': text,
    'metrics-port': text,
    color: text,
    output: text,
    'no-json-shorthand-payloads': flag,
  },
  'dynamic-config-value': { type: 'string', multiple: true },
  'sqlite-pragma': { type: 'string', multiple: true },
} as const;

export function parseDevServerArguments(args: readonly string[]): DevServerArguments {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...ignored,
        port: { type: 'string', short: 'p', default: '7233' },
        ip: { type: 'string', default: '127.0.0.1' },
        namespace: { type: 'string', short: 'n', multiple: true, default: [] },
        'db-filename': { type: 'string', short: 'f' },
        'search-attribute': { type: 'string', multiple: true, default: [] },
      },
    });
  } catch (error) {
    throw refused((error as Error).message, error);
  }
  const { positionals, values } = parsed;
  if (positionals.join(' ') !== 'server start-dev') {
    throw refused(`"${positionals.join(' ')}" is not known: the one command is "server start-dev".`);
  }
  const port = portOf(values.port);
  if (port === undefined) throw refused(`--port takes a number from 0 to 65535, not "${values.port}".`);
  return {
    port,
    host: values.ip,
    namespaces: [...new Set(['default', ...values.namespace])],
    file: values['db-filename'],
    searchAttributes: Object.fromEntries(values['search-attribute'].map(searchAttributeOf)),
  };
}

const types = ['Bool', 'Datetime', 'Double', 'Int', 'Keyword', 'KeywordList', 'Text'] as const;

function searchAttributeOf(given: string): [string, (typeof types)[number]] {
  const [, name, wanted] = /^([^=]+)=(.*)$/.exec(given) ?? [];
  const type = types.find((known) => known.toLowerCase() === wanted?.toLowerCase());
  if (name === undefined || type === undefined) {
    throw refused(`--search-attribute takes NAME=TYPE with a type of ${types.join(', ')}, not "${given}".`);
  }
  return [name, type];
}

function refused(message: string, cause?: unknown): TestConfigError {
  return new TestConfigError('RFN4015', `${message}\n${usage}`, { cause });
}
