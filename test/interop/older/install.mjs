// Installs what older.test.ts runs on the engine, in ~/.cache/refrain-test-sdks: `node test/interop/older/install.mjs`.
// Exits with 1, and says why, where a registry cannot be reached.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, sdkVersions } from './versions.mjs';

const packages = ['activity', 'client', 'common', 'proto', 'worker', 'workflow'];

for (const version of sdkVersions) {
  const folder = join(cacheFolder, version);
  mkdirSync(folder, { recursive: true });
  const dependencies = Object.fromEntries(packages.map((name) => [`@temporalio/${name}`, version]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }, undefined, 2));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd: folder,
    stdio: 'inherit',
  });
}
const python = join(cacheFolder, 'python');
execFileSync('python3', ['-m', 'venv', python], { stdio: 'inherit' });
execFileSync(join(python, 'bin/pip'), ['install', '--quiet', 'temporalio>=1.9,<2'], { stdio: 'inherit' });
