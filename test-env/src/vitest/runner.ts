import * as vitest from 'vitest';
import type { TestRunner } from '../host/test-runner.js';

interface RunningTest {
  readonly concurrent?: boolean | undefined;
}

/** Vitest 4.1 and later; before, nothing says which test is running. */
const { TestRunner: runner } = vitest as {
  readonly TestRunner?: { getCurrentTest(): RunningTest | undefined } | undefined;
};

export const vitestRunner: TestRunner = {
  afterTest(check) {
    // Of tests that run at the same time, Vitest does not know which one asks.
    const test = runner?.getCurrentTest();
    if (!test || test.concurrent) return false;
    vitest.onTestFinished(({ task }) => check(task.result?.state === 'fail'));
    return true;
  },
};
