// Makes a fresh clone ready: installs dependencies when the lock file has changed since the last
// install, then builds. Both steps are skipped when nothing changed, so that `npm test` stays quick.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) {
    console.error(`setup: \`${command} ${args.join(' ')}\` failed`);
    process.exit(status ?? 1);
  }
}

function dependenciesAreFresh() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  return (
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
  );
}

if (!dependenciesAreFresh()) run('npm', ['ci', '--no-audit', '--no-fund']);
run('npx', ['--no-install', 'tsc', '-b']);
run('node', [join('scripts', 'prebuild-runtime.mjs')]);
