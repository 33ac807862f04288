import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type * as TemporalPackage from '@temporalio/worker';
import type { Worker, WorkerOptions } from '@temporalio/worker';
import { InputError } from '../errors.js';
import { readCertificatePair, readPemFile, type ClientTls } from '../tls-options.js';
import { apiOf } from '../temporal/api-of.js';
import { findTemporalSdk, refrainApi } from '../temporal/sdk.js';
import { runInActivityContext, type Context } from '../worker/activity-context.js';

/** How to reach the cluster; as `connectService` takes it. */
export interface TemporalConnectionOptions {
  /** `host:port`; default `127.0.0.1:7233`. */
  readonly address?: string;
  readonly tls?: ClientTls;
  /** Sent as `authorization: Bearer …`. */
  readonly apiKey?: string;
}

/** Options of `@temporalio/worker`; the connection is made from the address where none is given. */
export interface TemporalWorkerOptions extends WorkerOptions, TemporalConnectionOptions {}

/**
 * A worker of `@temporalio/worker`, of the copy that the project has installed, that runs code written against
 * `@refrain/engine/workflow` and `@refrain/engine/activity`; code that imports Temporal's packages runs as it is.
 *
 * @throws InputError RFN3006 when `@temporalio/worker` is not installed.
 */
export async function createTemporalWorker(options: TemporalWorkerOptions): Promise<Worker> {
  const { address = '127.0.0.1:7233', tls, apiKey, ...rest } = options;
  const require = projectRequire(options.workflowsPath);
  const temporal = load<typeof TemporalPackage>(require, '@temporalio/worker');
  const connection =
    options.connection ??
    (await temporal.NativeConnection.connect({
      address,
      ...(tls === undefined ? {} : { tls: tlsOf(tls) }),
      ...(apiKey === undefined ? {} : { apiKey }),
    }));
  return temporal.Worker.create({ ...(await temporalWorkerOptions(rest)), connection });
}

/** The options with what code of Refrain's API needs, for those who call `Worker.create` themselves. */
export async function temporalWorkerOptions(options: WorkerOptions): Promise<WorkerOptions> {
  const { workflowsPath, interceptors } = options;
  const activity = [...(interceptors?.activity ?? []), inActivityContext];
  const common = { ...options, interceptors: { ...interceptors, activity } };
  if (workflowsPath === undefined || (await apiOf(workflowsPath)) === 'temporal') return common;
  const sdk = findTemporalSdk(resolve(workflowsPath));
  if (!sdk) throw notInstalled('@temporalio/workflow');
  const inner = options.bundlerOptions?.webpackConfigHook;
  const webpackConfigHook: typeof inner = (config) => {
    const changed = withRefrainApi(config, sdk.root);
    return inner ? inner(changed) : changed;
  };
  return { ...common, bundlerOptions: { ...options.bundlerOptions, webpackConfigHook } };
}

type ConfigHook = NonNullable<NonNullable<WorkerOptions['bundlerOptions']>['webpackConfigHook']>;
type Config = Parameters<ConfigHook>[0];

/** Refrain's API leads to Temporal's, and that to the project's own copy, wherever this package is installed. */
function withRefrainApi(config: Config, sdkRoot: string): Config {
  const { resolve: given = {} } = config;
  const commonMain = createRequire(join(sdkRoot, 'package.json')).resolve('@temporalio/common');
  return {
    ...config,
    resolve: {
      ...given,
      // TypeScript's imports name the files that it would write.
      extensionAlias: { '.js': ['.ts', '.tsx', '.js'], '.mjs': ['.mts', '.mjs'], ...given.extensionAlias },
      alias: {
        ...given.alias,
        [`${refrainApi.specifier}$`]: refrainApi.path,
        '@temporalio/workflow$': sdkRoot,
        '@temporalio/common$': commonMain,
      },
    },
  };
}

/** Activities that import `@refrain/engine/activity` find their context there: its fields are those of Temporal's. */
const inActivityContext: NonNullable<NonNullable<WorkerOptions['interceptors']>['activity']>[number] = (
  context,
) => ({
  inbound: {
    execute: (input, next) => runInActivityContext(context as unknown as Context, () => next(input)),
  },
});

function tlsOf(tls: ClientTls) {
  if (tls === true) return true;
  const { ca, serverName } = tls;
  const own = readCertificatePair(tls, 'client’s');
  return {
    ...(ca !== undefined && { serverRootCACertificate: readPemFile(ca, 'server’s authority') }),
    ...(serverName !== undefined && { serverNameOverride: serverName }),
    ...(own && { clientCertPair: { crt: own.certificate, key: own.key } }),
  };
}

function projectRequire(workflowsPath: string | undefined): NodeJS.Require {
  return createRequire(workflowsPath === undefined ? join(process.cwd(), '_') : resolve(workflowsPath));
}

function load<T>(require: NodeJS.Require, name: string): T {
  try {
    return require(name) as T;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (code !== 'MODULE_NOT_FOUND') throw error;
    throw notInstalled(name, message);
  }
}

function notInstalled(name: string, more?: string): InputError {
  const detail = more ? `: ${more.split('\n')[0]}` : '';
  return new InputError(
    'RFN3006',
    `${name} is not installed where the workflows could import it${detail}. Run npm install ${name}.`,
  );
}
