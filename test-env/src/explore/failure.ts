import { UserCodeError } from '@refrain/engine/internal';
import { timeline } from '../history/timeline.js';
import type { RunResult } from './run-result.js';
import type { WrittenFiles } from './write-failure.js';

export interface FailureDetails {
  readonly workflow: string;
  readonly seed: number;
  /** How many runs it took to find the failure, and how many more to shrink it. */
  readonly foundAfter: number;
  readonly shrunkIn: number;
  readonly schedule: readonly number[];
  readonly result: RunResult;
  readonly files: WrittenFiles | undefined;
}

/** A schedule was found under which the workflow breaks an invariant. */
export class ExplorationError extends UserCodeError {
  /** Pass it as `schedule` to run just this one again. */
  readonly schedule: readonly number[];
  readonly seed: number;
  readonly foundAfter: number;
  readonly violation: NonNullable<RunResult['violation']>;
  readonly history: RunResult['history'];
  readonly files: WrittenFiles | undefined;

  constructor(details: FailureDetails) {
    super('RFN4009', describeFailure(details));
    this.schedule = details.schedule;
    this.seed = details.seed;
    this.foundAfter = details.foundAfter;
    this.violation = details.result.violation!;
    this.history = details.result.history;
    this.files = details.files;
  }
}

function describeFailure({
  workflow,
  seed,
  foundAfter,
  shrunkIn,
  schedule,
  result,
  files,
}: FailureDetails): string {
  const steps = result.steps.map((step, index) => `  ${String(index + 1).padStart(2)}. ${step}`);
  return [
    `${workflow}: ${result.violation!.message}`,
    '',
    `What happened (the simplest schedule found, after ${foundAfter} runs and ${shrunkIn} more to shrink it):`,
    ...steps,
    '',
    timeline(result.history),
    '',
    `To run it again: explore(…, { …, schedule: [${schedule.join(', ')}] }), or the whole search with seed: ${seed}.`,
    ...(files ? [`Written: ${files.history} and ${files.test}.`] : []),
  ].join('\n');
}
