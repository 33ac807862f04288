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

export interface FailingRun {
  readonly workflow: string;
  readonly schedule: readonly number[];
  readonly result: RunResult;
  /** The options as source that has been seen to fail in the same way; undefined where they cannot be written so. */
  readonly optionsSource: string | undefined;
  /** Where `explore` was called: `test/order.test.ts:97`. */
  readonly calledAt: string | undefined;
}

/** Writes the failing run into `folder`, under the workflow's name. */
export function writeFailure(folder: string, run: FailingRun): WrittenFiles {
  mkdirSync(folder, { recursive: true });
  const files = {
    history: join(folder, `${run.workflow}.history.json`),
    test: join(folder, `${run.workflow}.test.ts.txt`),
  };
  const json = { events: run.result.history.map(eventToJson) };
  writeFileSync(files.history, `${JSON.stringify(json, undefined, 2)}\n`);
  writeFileSync(files.test, testText(run));
  return files;
}

function testText({ workflow, schedule, result, optionsSource, calledAt }: FailingRun): string {
  const title = JSON.stringify(`${workflow}: ${firstLine(result.violation!.message)}`);
  const named = `schedule: [${schedule.join(', ')}]`;
  const call =
    optionsSource === undefined
      ? `  await explore(${workflow}, { ...options, ${named} });`
      : `  await explore(${JSON.stringify(workflow)}, { ...options, ${named}, output: false });`;
  return [
    ...(optionsSource === undefined
      ? []
      : ['// @ts-nocheck: functions are written as they run, without types']),
    "import { explore } from '@refrain/test-env';",
    "import { it } from 'vitest';",
    '',
    ...(optionsSource === undefined
      ? [
          `// The functions of the exploration use what is around them: paste this ${calledAt ? `into ${calledAt},` : 'where they are,'}`,
          '// with `options` for the options there.',
        ]
      : [`const options = ${optionsSource};`, '']),
    `it(${title}, async () => {`,
    ...result.steps.map((step, index) => `  // ${index + 1}. ${step}`),
    call,
    '});',
    '',
  ].join('\n');
}

function firstLine(text: string): string {
  return text.split('\n')[0]!;
}
