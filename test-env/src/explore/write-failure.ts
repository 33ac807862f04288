import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventToJson } from '@refrain/engine/internal';
import type { RunResult } from './run-result.js';

export interface WrittenFiles {
  /** The history, as Temporal's tools write it; `refrain replay` reads it. */
  readonly history: string;
  /** A test to paste. */
  readonly test: string;
}

/** Writes the failing run into `folder`, under the workflow's name. */
export function writeFailure(
  folder: string,
  workflow: string,
  schedule: readonly number[],
  result: RunResult,
): WrittenFiles {
  mkdirSync(folder, { recursive: true });
  const files = {
    history: join(folder, `${workflow}.history.json`),
    test: join(folder, `${workflow}.test.ts.txt`),
  };
  const json = { events: result.history.map(eventToJson) };
  writeFileSync(files.history, `${JSON.stringify(json, undefined, 2)}\n`);
  writeFileSync(files.test, testText(workflow, schedule, result));
  return files;
}

function testText(workflow: string, schedule: readonly number[], result: RunResult): string {
  const title = JSON.stringify(`${workflow}: ${firstLine(result.violation!.message)}`);
  return [
    "import { explore } from '@refrain/test-env';",
    "import { it } from 'vitest';",
    '',
    '// `options` are the options of the exploration that found this schedule, without `runs` and `seed`.',
    `it(${title}, async () => {`,
    ...result.steps.map((step, index) => `  // ${index + 1}. ${step}`),
    `  await explore(${workflow}, { ...options, schedule: [${schedule.join(', ')}] });`,
    '});',
    '',
  ].join('\n');
}

function firstLine(text: string): string {
  return text.split('\n')[0]!;
}
