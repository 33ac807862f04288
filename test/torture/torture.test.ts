import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { seed } from '../properties/seed.js';
import { root } from '../integrity/repository.js';

/** A small part of `npm run torture`. */
it('a process that is killed at its commits loses and repeats nothing that it had acknowledged', async () => {
  const script = join(root, 'scripts', 'torture.mjs');
  const args = [script, '--kills', '300', '--torn', '120', '--seed', String(seed)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  const { kills } = JSON.parse(stdout) as { readonly kills: number };
  expect(kills).toBeGreaterThanOrEqual(300);
}, 600_000);
