import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repository } from '../engine/temporal/project.js';

/**
 * `@temporalio/testing`, unchanged, starts our executables where it would download a test server. The suites run in a
 * process of their own, as they do at their users', because the SDK's native part ends with its process.
 */
describe('the servers that SDKs start for tests', () => {
  it.each(['time-skipping', 'local'])('runs the suite %s', { timeout: 60_000 }, async (name) => {
    const suite = join(repository, 'test/interop/suites', `${name}.mjs`);
    const { code, output } = await run([suite]);
    expect(code, output).toBe(0);
  });
});

function run(args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-8000)));
  return new Promise((resolve) => child.once('exit', (code) => resolve({ code, output })));
}
