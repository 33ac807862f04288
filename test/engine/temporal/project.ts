import { cpSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const repository = join(here, '../../..');
export const programs = join(repository, 'test/fixtures/temporal/programs');
export const histories = join(repository, 'test/histories');

/** The copies of `@temporalio/workflow` that are installed for tests, oldest first. */
export const sdkVersions = ['1.9', '1.11', '1.13', '1.17', '1.24'] as const;
export type SdkVersion = (typeof sdkVersions)[number];

/** A project of its own with the programs and one version of the SDK; returns its folder. */
export function temporalProject(version: SdkVersion): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `refrain-sdk-${version}-`)));
  cpSync(join(programs, '..'), folder, { recursive: true });
  const scope = join(folder, 'node_modules/@temporalio');
  mkdirSync(scope, { recursive: true });
  const installed = join(repository, 'node_modules');
  const workflow = version === '1.24' ? '@temporalio/workflow' : `temporal-workflow-${version}`;
  const nested = join(installed, workflow, 'node_modules/@temporalio');
  symlinkSync(join(installed, workflow), join(scope, 'workflow'));
  symlinkSync(
    version === '1.24' ? join(installed, '@temporalio/common') : join(nested, 'common'),
    join(scope, 'common'),
  );
  return folder;
}
