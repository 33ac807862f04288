import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ActivityFunction } from '@refrain/engine';
import { build } from 'esbuild';
import { UsageError } from '../usage-error.js';

/**
 * Imports a module of activities, TypeScript or JavaScript, and returns its exported functions. The module's own
 * files are bundled; packages stay outside, so that they are loaded as they are installed. Throws `UsageError`
 * RFN7010.
 */
export async function loadActivities(path: string): Promise<Record<string, ActivityFunction>> {
  if (!existsSync(path)) throw new UsageError('RFN7010', `There is no file ${path}.`);
  const modules = nearestModules(dirname(path));
  const folder = modules
    ? join(modules, '.cache', 'refrain')
    : mkdtempSync(join(tmpdir(), 'refrain-activities-'));
  mkdirSync(folder, { recursive: true });
  // A new name each time: Node never loads a module of the same name again.
  const outfile = join(folder, `activities-${randomUUID()}.mjs`);
  try {
    await build({
      entryPoints: [path],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: modules ? 'external' : 'bundle',
      sourcemap: 'inline',
      logLevel: 'silent',
    });
    const exported = (await import(pathToFileURL(outfile).href)) as Record<string, unknown>;
    const activities = Object.entries(exported).filter(([, value]) => typeof value === 'function');
    return Object.fromEntries(activities) as Record<string, ActivityFunction>;
  } catch (error) {
    throw new UsageError('RFN7010', `${path} cannot be loaded: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    rmSync(outfile, { force: true });
  }
}

function nearestModules(folder: string): string | undefined {
  const modules = join(folder, 'node_modules');
  if (existsSync(modules)) return modules;
  return dirname(folder) === folder ? undefined : nearestModules(dirname(folder));
}
