import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repository } from '../engine/temporal/project.js';

export interface Recording {
  /** A folder of histories, or the file of the tricky ones. */
  readonly out: string;
  /** Default: all that the script has. */
  readonly scenarios?: readonly string[];
  /** Of a server that runs; without it the script starts a real one. */
  readonly address?: string;
  /** A folder whose node_modules holds the SDK; default: the newest, which is ours. */
  readonly sdk?: string;
}

/** Records histories with the real worker, in a process of its own. Rejects with the end of what that complained of. */
export function recordHistories(recording: Recording): Promise<void> {
  return record('record.mjs', recording);
}

/** As `recordHistories`, the tricky scenarios, told as lines: a JSON file. */
export function recordTricky(recording: Recording): Promise<void> {
  return record('record-tricky.mjs', recording);
}

function record(script: string, { out, scenarios = [], address, sdk }: Recording): Promise<void> {
  const env = {
    ...process.env,
    RECORD_OUT: out,
    ...(address && { RECORD_ADDRESS: address }),
    ...(sdk && { RECORD_SDK: sdk }),
  };
  const path = join(repository, 'test/interop', script);
  const child = spawn(process.execPath, [path, ...scenarios], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(errors.slice(-2000)))));
  });
}
