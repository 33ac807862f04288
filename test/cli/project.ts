import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { root } from '../integrity/repository.js';

/** A project in a folder of its own, gone when the test ends. Objects are written as JSON. */
export function temporaryProject(files: Readonly<Record<string, string | object>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'refrain-project-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

/** Lets the project import what is installed in the repository, our packages included. */
export function linkModules(folder: string): void {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
}
