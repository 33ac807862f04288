import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError } from '../errors.js';
import { findTemporalSdk } from './sdk.js';

const refrain = '@refrain/engine/workflow';
const temporal = '@temporalio/workflow';

/** Which API workflow code is written against, by the packages that the project's own modules import; packages themselves are not opened for it. */
export async function apiOf(workflowsPath: string): Promise<'refrain' | 'temporal'> {
  const path = resolve(workflowsPath);
  const { build } = await import('esbuild');
  const imported = new Set<string>();
  await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    packages: 'external',
    platform: 'neutral',
    logLevel: 'silent',
    plugins: [
      {
        name: 'refrain-imports',
        setup(plugin) {
          plugin.onResolve({ filter: /^@(refrain|temporalio)\// }, ({ path: name }) => {
            imported.add(name);
            return { path: name, external: true };
          });
        },
      },
    ],
  }).catch(() => undefined);
  if (imported.has(refrain) && imported.has(temporal)) {
    throw new InputError('RFN3004', `${workflowsPath} imports both ${refrain} and ${temporal}`);
  }
  if (imported.has(refrain)) return 'refrain';
  if (imported.has(temporal)) return 'temporal';
  return existsSync(path) && findTemporalSdk(path) ? 'temporal' : 'refrain';
}
