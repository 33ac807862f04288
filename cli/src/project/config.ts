import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { profileIds } from './profile-ids.js';
import { UsageError } from '../usage-error.js';

/** `refrain.config.json`: what the commands take where an option is not given. */
export interface ProjectConfig {
  /** An engine's profile, or `auto`. */
  readonly profile?: string;
  /** Modules whose exported functions are workflows: paths and globs, relative to the file's folder. */
  readonly workflows?: readonly string[];
}

const fileName = 'refrain.config.json';

const checks: Readonly<Record<string, { readonly is: (value: unknown) => boolean; readonly takes: string }>> =
  {
    profile: {
      is: (value) => ['auto', ...profileIds].some((id) => id === value),
      takes: `the name of a profile: auto, ${profileIds.join(', ')}`,
    },
    workflows: {
      is: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
      takes: 'a list of paths and globs',
    },
  };

/** A config in use: what it names are absolute paths and globs. */
export interface FoundConfig extends ProjectConfig {
  /** Where the file stands; undefined where there is none. */
  readonly folder: string | undefined;
}

/**
 * Reads the config that governs `path` (a folder, or a file in it): the nearest one above it in the same
 * repository. Throws `UsageError` RFN7006.
 */
export function projectConfig(path: string): FoundConfig {
  const start = existsSync(path) && statSync(path).isFile() ? dirname(path) : path;
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, fileName);
    if (existsSync(file)) {
      const config = readConfig(file);
      const home = realpathSync(folder);
      const workflows = config.workflows?.map((name) => resolve(home, name));
      return { ...config, ...(workflows && { workflows }), folder: home };
    }
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return { folder: undefined };
  }
}

function readConfig(file: string): ProjectConfig {
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UsageError('RFN7006', `${file}: ${(error as Error).message}`, { cause: error });
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new UsageError('RFN7006', `${file}: expected an object`);
  }
  for (const [name, value] of Object.entries(config)) {
    const check = checks[name];
    if (!check)
      throw new UsageError(
        'RFN7006',
        `${file}: unknown option \`${name}\`; there are ${Object.keys(checks).join(', ')}`,
      );
    if (!check.is(value)) throw new UsageError('RFN7006', `${file}: \`${name}\` takes ${check.takes}`);
  }
  return config;
}
