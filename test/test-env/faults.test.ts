import { ExplorationError, explore, TestWorkflowEnvironment } from '@refrain/test-env';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { charge } from '../fixtures/test-env/basic/activities.js';
import { charger as basicCharger } from '../fixtures/test-env/basic/workflows.js';
import * as workflows from '../fixtures/test-env/basic/more-workflows.js';

const fixture = (path: string) => fileURLToPath(new URL(`../fixtures/test-env/${path}`, import.meta.url));
const workflowsPath = fixture('basic/more-workflows.ts');
const create = () => TestWorkflowEnvironment.create({ workflowsPath });

describe('a result', () => {
  it('that comes after its attempt has timed out is refused, and the retry counts', async () => {
    await using env = await create();
    const mock = env.mock('charge').completesAsync().once().returns('second').after('10 seconds');
    const handle = await env.start(workflows.charger, ['a']);
    let late: Promise<void> | undefined;
    // The first attempt has not heartbeaten for 20 seconds; the second one is under way.
    env.at('25 seconds', () => {
      late = mock.unanswered[0]!.complete('first').catch((error: Error) =>
        expect(error.message).toMatch(/not found/),
      );
      return late;
    });
    expect(await handle.result()).toBe('second');
    expect(late).toBeDefined();
    await late;
    expect(await outcomes(env, handle)).toEqual(['second']);
  });

  it('that comes twice is recorded once', async () => {
    await using env = await create();
    const mock = env.mock('charge').completesAsync();
    const handle = await env.start(workflows.charger, ['a']);
    env.at('1 second', async () => {
      const attempt = mock.unanswered[0]!;
      await attempt.complete('once');
      await expect(attempt.complete('twice')).rejects.toThrow(/not found/);
      await expect(attempt.fail(new Error('and failed'))).rejects.toThrow(/not found/);
    });
    expect(await handle.result()).toBe('once');
    expect(await outcomes(env, handle)).toEqual(['once']);
  });

  it('that comes when the workflow has ended is refused', async () => {
    await using env = await create();
    const mock = env.mock('charge').completesAsync();
    const handle = await env.start(workflows.charger, ['a']);
    env.at('1 second', () => handle.terminate('enough'));
    await expect(handle.result()).rejects.toThrow('enough');
    await expect(mock.unanswered[0]!.complete('too late')).rejects.toThrow(/already completed/);
  });
});

describe('a request that is sent again', () => {
  it('updates once, and both callers get the answer', async () => {
    await using env = await create();
    const handle = await env.start(workflows.counter);
    const update = () => handle.executeUpdate(workflows.add, { args: [2], updateId: 'the same' });
    const first = update();
    expect(await Promise.all([first, update()])).toEqual([2, 2]);
    expect(await update()).toBe(2);
    expect(await handle.executeUpdate(workflows.add, { args: [1] })).toBe(3);
    expect(await handle.result()).toBe(3);
  });

  it('starts once', async () => {
    await using env = await create();
    const start = () =>
      env.start(workflows.hourly, [], { workflowId: 'one', requestId: 'the same' } as never);
    const [first, second] = [await start(), await start()];
    expect(second.firstExecutionRunId).toBe(first.firstExecutionRunId);
    await first.result();
  });
});

describe('workers that come and go', () => {
  const activities = { reserve: () => {}, check: () => {}, charge: () => {}, ship: () => {} };
  const deployment = {
    workflowsPath: fixture('bugs/unguarded-insertion.ts'),
    activities,
    faults: { crashes: 1, evictions: 0, deploy: fixture('bugs/unguarded-insertion.v2.ts') },
    exhaustive: true,
    output: false,
  } as const;

  it('make no difference to a guarded change: crash and deployment at any workflow task', async () => {
    const report = await explore('correct', deployment);
    expect(report).toMatchObject({ exhaustive: true });
    expect(report.runs).toBeGreaterThan(20);
  });

  it('find an unguarded change', async () => {
    const failure = await explore('buggy', deployment).catch((error: unknown) => error as ExplorationError);
    expect(failure).toBeInstanceOf(ExplorationError);
    expect((failure as ExplorationError).violation.kind).toBe('nondeterminism');
  });

  it('make no difference to what they have evicted at any workflow task', async () => {
    const report = await explore('correct', { ...deployment, faults: { evictions: 3 } });
    expect(report.runs).toBeGreaterThanOrEqual(8);
  });

  it('find code that a cold worker runs otherwise, wherever it is evicted', async () => {
    const exploration = explore('replayDependent', { workflowsPath, exhaustive: true, output: false });
    await expect(exploration).rejects.toMatchObject({ violation: { kind: 'nondeterminism' } });
  });
});

describe('a real activity that does not end', () => {
  const never = () => new Promise<string>(() => undefined);
  const options = {
    workflowsPath: fixture('basic/workflows.ts'),
    activities: { charge: never as unknown as typeof charge },
    activityMs: 60,
  };

  it('ends the wait with an error that names it', async () => {
    const env = await TestWorkflowEnvironment.create(options);
    const result = env.run(basicCharger, ['a', 1]);
    await expect(result).rejects.toMatchObject({ code: 'RFN4016' });
    await expect(result).rejects.toThrow(
      /the activity charge\('a', 1\) of test-1 \(attempt 1\) has not ended/,
    );
    await env.close();
  });

  it('does not keep the environment from closing', async () => {
    const env = await TestWorkflowEnvironment.create(options);
    const handle = await env.start(basicCharger, ['a', 1]);
    const result = handle.result();
    result.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await env.close();
    await expect(result).rejects.toThrow('the test environment is closed');
  });

  it('is an error too when it is a callback of the test', async () => {
    const env = await TestWorkflowEnvironment.create({ ...options, workflowsPath });
    const handle = await env.start(workflows.hourly);
    env.at('1 minute', never);
    await expect(handle.result()).rejects.toThrow(/a callback of env\.at\(\) has not ended/);
    await env.close();
  });
});

/** Results of the activities that history has. */
async function outcomes(
  env: TestWorkflowEnvironment,
  handle: { readonly workflowId: string },
): Promise<unknown[]> {
  const history = await env.history(handle.workflowId);
  return history.flatMap((event) => {
    if (event.type !== 'ActivityTaskCompleted') return [];
    return [JSON.parse(atob(event.attributes.result?.[0]?.data ?? '')) as unknown];
  });
}
