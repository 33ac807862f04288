import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../usage-error.js';

/** `refrain.config.json`: what the commands take where an option is not given. */
export interface ProjectConfig {
  /** An engine's profile, or `auto`. */
  readonly profile?: string;
  /** Modules whose exported functions are workflows, relative to the file's folder. */
  readonly workflows?: readonly string[];
}

const fileName = 'refrain.config.json';

const checks: Readonly<Record<string, { readonly is: (value: unknown) => boolean; readonly takes: string }>> =
  {
    profile: { is: (value) => typeof value === 'string', takes: 'the name of a profile' },
    workflows: {
      is: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
      takes: 'a list of paths',
    },
  };

/** Reads the config of the project at `path` (a folder, or a file in it). Throws `UsageError` RFN7006. */
export function projectConfig(path: string): ProjectConfig {
  const folder = existsSync(path) && statSync(path).isFile() ? dirname(path) : path;
  const file = join(folder, fileName);
  if (!existsSync(file)) return {};
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(file, 'utf8'));
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
