import { isWorkflowFile, readSettings, SettingsError } from '@refrain/eslint-plugin/internal';
import { describe, expect, it } from 'vitest';

describe('settings.refrain', () => {
  it('defaults to picking the engine by imports', () => {
    expect(readSettings({})).toEqual({ profile: 'auto', workflowFiles: [] });
    expect(readSettings({ refrain: {} })).toEqual({ profile: 'auto', workflowFiles: [] });
  });

  it.each([
    [{ refrain: 'temporal' }, 'must be an object'],
    [{ refrain: { profile: 'temporl' } }, 'must be one of auto, refrain, temporal'],
    [{ refrain: { workflowFiles: 'src/**' } }, 'must be a list of globs'],
    [{ refrain: { workflows: [] } }, 'knows only `profile` and `workflowFiles`'],
  ])('refuses %j', (shared, expected) => {
    expect(() => readSettings(shared)).toThrow(SettingsError);
    expect(() => readSettings(shared)).toThrow(expected);
  });

  it('names workflow files by globs, relative to the working directory', () => {
    const settings = { profile: 'auto', workflowFiles: ['./src/workflows/**/*.ts'] } as const;
    expect(isWorkflowFile(settings, '/p/src/workflows/a/b.ts', '/p')).toBe(true);
    expect(isWorkflowFile(settings, 'C:\\p\\src\\workflows\\b.ts', 'C:\\p')).toBe(true);
    expect(isWorkflowFile(settings, '/p/src/activities/b.ts', '/p')).toBe(false);
  });
});
