import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repository } from '../engine/temporal/project.js';

/**
 * Records histories of these scenarios into a folder with the real worker, in a process of its own: from the server at
 * the address, or from one that is started for it. Rejects with the end of what that process complained of.
 */
export function recordHistories(
  folder: string,
  scenarios: readonly string[],
  address?: string,
): Promise<void> {
  const script = join(repository, 'test/interop/record.mjs');
  const env = { ...process.env, RECORD_OUT: folder, ...(address && { RECORD_ADDRESS: address }) };
  const child = spawn(process.execPath, [script, ...scenarios], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(errors.slice(-2000)))));
  });
}
