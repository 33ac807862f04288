/**
 * What the environment knows of the program that runs the tests. `@refrain/test-env/vitest` tells it; without that
 * import, nothing is known. This is the package's one piece of state that environments share.
 */
export interface TestRunner {
  /**
   * Has `check` run after the body of the running test; what it throws fails the test beside the test's own error.
   * False where that cannot be done.
   */
  afterTest(check: (hasFailed: boolean) => void): boolean;
}

const known: { runner: TestRunner | undefined } = { runner: undefined };

export function setTestRunner(runner: TestRunner): void {
  known.runner = runner;
}

/**
 * Throws an error that came up while an environment was disposed of. Thrown from there it would hide the failure of the
 * test's body (as a `SuppressedError`), so the runner is asked first.
 */
export function throwAfterTest(error: unknown, isWorthIt: (hasFailed: boolean) => boolean): void {
  const check = (hasFailed: boolean) => {
    if (isWorthIt(hasFailed)) throw error;
  };
  if (!known.runner?.afterTest(check)) throw error;
}
