import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './repository.js';

/**
 * Knip (knip.json) over the sources of the five packages. Entries there are what is published, what a thread or the
 * sandbox loads by its path, and what commands load when they run.
 */
it('no file, export or dependency of our packages is unused, and none unlisted', () => {
  const knip = join(root, 'node_modules', 'knip', 'bin', 'knip.js');
  const kinds = ['--include', 'files,dependencies,unlisted,exports,types'];
  const options = [...kinds, '--no-progress', '--no-exit-code', '--reporter', 'json'];
  const output = execFileSync(process.execPath, [knip, ...options], { cwd: root, encoding: 'utf8' });
  const report = JSON.parse(output) as {
    readonly files: readonly string[];
    readonly issues: readonly (Readonly<Record<string, unknown>> & { readonly file: string })[];
  };
  const found = report.issues.flatMap(({ file, ...kindsOfIssue }) =>
    ['dependencies', 'unlisted', 'exports', 'types'].flatMap((kind) =>
      ((kindsOfIssue[kind] ?? []) as { readonly name: string }[]).map(
        ({ name }) => `${file}: ${kind} ${name}`,
      ),
    ),
  );
  expect([...report.files, ...found]).toEqual([]);
}, 60_000);
