import { fileURLToPath } from 'node:url';
import type { ReplayOptions, Replayer, Verdict } from '@refrain/engine';
import { divergenceText, findHistories, openReplayer } from '@refrain/engine';
import { describe, expect, it } from 'vitest';

type Paths<T> = { readonly [K in keyof T]: K extends 'workflowsPath' ? string | URL : T[K] };

export interface DescribeHistoriesOptions extends Paths<ReplayOptions> {
  /** `drift` and `vacuous` fail too. Default false. */
  readonly strict?: boolean;
}

/**
 * Makes each history a test of its own that replays it with today's code: one line in a test file for a folder of
 * histories. `histories` are files, folders or globs, as paths or file URLs.
 *
 * A test fails when its history is `incompatible` or `invalid`, with `strict` also when it is `drift` or `vacuous`;
 * the failure says which command differs, where the code asks for it, and what to do.
 */
export function describeHistories(
  histories: string | URL | readonly (string | URL)[],
  options: DescribeHistoriesOptions,
): void {
  const paths = [histories].flat().map((path) => pathOf(path as string | URL));
  const { strict = false, ...rest } = options;
  const replayOptions: ReplayOptions = { ...rest, workflowsPath: pathOf(options.workflowsPath) };
  const failing: readonly Verdict[] = strict
    ? ['incompatible', 'invalid', 'drift', 'vacuous']
    : ['incompatible', 'invalid'];
  describe('histories', async () => {
    const sources = await findHistories(paths);
    let replayer: Promise<Replayer> | undefined;
    for (const source of sources) {
      it(`${source.name} replays`, async () => {
        replayer ??= openReplayer(replayOptions);
        const { verdict, divergence } = await (await replayer).replay(source);
        if (failing.includes(verdict)) {
          expect.fail(`${verdict}: ${divergence ? divergenceText(divergence).trimStart() : source.name}`);
        }
      });
    }
  });
}

function pathOf(path: string | URL): string {
  return path instanceof URL || path.startsWith('file:') ? fileURLToPath(path) : path;
}
