import { profiles, type ProfileId } from '@refrain/analyzer';
import picomatch from 'picomatch';

/** In the order in which `auto` and the documentation name them. */
export const profileIds = Object.keys(profiles) as readonly ProfileId[];

/** `settings.refrain` of an ESLint configuration. */
export interface PluginSettings {
  /** The engine that the code is written for; `auto` picks it by what a file imports. */
  readonly profile: ProfileId | 'auto';
  /** Files whose exported functions are all workflow code, whatever they import: globs. */
  readonly workflowFiles: readonly string[];
}

/** A mistake in `settings.refrain`. Thrown, so that ESLint stops with it instead of repeating it per file. */
export class SettingsError extends Error {
  readonly code = 'RFN6002';

  constructor(expected: string, found: unknown) {
    super(`RFN6002: ${expected}, found ${JSON.stringify(found)}.`);
    this.name = 'SettingsError';
  }
}

/** Reads `settings.refrain`; throws `SettingsError`. */
export function readSettings(shared: Readonly<Record<string, unknown>>): PluginSettings {
  const given = shared['refrain'];
  if (given === undefined) return { profile: 'auto', workflowFiles: [] };
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new SettingsError('settings.refrain must be an object', given);
  const fields = given as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(fields))
    if (key !== 'profile' && key !== 'workflowFiles')
      throw new SettingsError('settings.refrain knows only `profile` and `workflowFiles`', key);
  const profile = fields['profile'] ?? 'auto';
  if (!isProfile(profile))
    throw new SettingsError(
      `settings.refrain.profile must be one of auto, ${profileIds.join(', ')}`,
      profile,
    );
  const workflowFiles = fields['workflowFiles'] ?? [];
  if (!isStrings(workflowFiles))
    throw new SettingsError('settings.refrain.workflowFiles must be a list of globs', workflowFiles);
  return { profile, workflowFiles };
}

/** Does one of the globs name the file? They are relative to the working directory of the lint run. */
export function isWorkflowFile(settings: PluginSettings, file: string, cwd: string): boolean {
  if (settings.workflowFiles.length === 0) return false;
  const path = file.replaceAll('\\', '/');
  const base = cwd.replaceAll('\\', '/').replace(/\/?$/, '/');
  const relative = path.startsWith(base) ? path.slice(base.length) : path;
  return settings.workflowFiles.some((glob) => picomatch.isMatch(relative, glob.replace(/^\.\//, '')));
}

function isProfile(value: unknown): value is PluginSettings['profile'] {
  return value === 'auto' || (typeof value === 'string' && Object.hasOwn(profiles, value));
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
