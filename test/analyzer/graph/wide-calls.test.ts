import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkProject } from '@refrain/analyzer';
import { expect, it, onTestFinished } from 'vitest';

/** A module whose one function calls what it is given, and what it is given by as many callers. */
function callers(group: string, callbacks: readonly string[]): string {
  return [
    `function apply${group}(make: () => number): number {\n  return make();\n}`,
    ...callbacks.map(
      (value, index) =>
        `export function ${group}${String(index)}(): number {\n  return apply${group}(() => ${value});\n}`,
    ),
  ].join('\n');
}

it('keeps what calls of a hundred functions give apart from place to place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wide-calls-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const plain = Array.from({ length: 100 }, (_, index) => String(index));
  writeFileSync(join(folder, 'timed.ts'), callers('timed', [...plain.slice(1), 'performance.now()']));
  writeFileSync(join(folder, 'steady.ts'), callers('steady', plain));
  const calls = (group: string): string =>
    plain.map((_, index) => `${group}.${group}${String(index)}()`).join(' + ');
  writeFileSync(
    join(folder, 'workflows.ts'),
    `import { sleep } from '@temporalio/workflow';
import * as timed from './timed';
import * as steady from './steady';
export async function flow(): Promise<void> {
  const unused = ${calls('timed')};
  await sleep(${calls('steady')});
}
`,
  );
  const found = checkProject({ path: folder }).diagnostics.map(({ ruleId, reaches }) => [ruleId, reaches]);
  expect(found).toEqual([['wall-clock', 'nothing']]);
});
