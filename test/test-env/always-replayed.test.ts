import { TestWorkflowEnvironment } from '@refrain/test-env';
import { describe, expect, it } from 'vitest';

/** Runs a workflow without any assertion: what is wrong with it shows in the replays alone. */
async function run(file: string, workflow: string): Promise<unknown> {
  const workflowsPath = new URL(`../fixtures/test-env/replayed/${file}.ts`, import.meta.url);
  const env = await TestWorkflowEnvironment.create({ workflowsPath });
  try {
    return await env.run(workflow);
  } finally {
    await env.close();
  }
}

describe.each(['native', 'temporal'])('a test whose assertions pass, of %s code', (file) => {
  it('fails when a query changes what the workflow does', async () => {
    await expect(run(file, 'countsQueries')).rejects.toThrow(/A query changed what the workflow does/);
  });

  it('fails when code that is replayed and then goes on live does something else', async () => {
    await expect(run(file, 'resendsAfterRecovery')).rejects.toThrow(/The code is not deterministic/);
  });

  it('passes when code that looks at isReplaying only skips what is not recorded', async () => {
    await expect(run(file, 'countsLiveTasks')).resolves.toBe('done');
  });
});

// In Refrain's own sandbox there is no such place: modules are evaluated afresh, everything else is frozen.
describe('a test whose assertions pass, of code that keeps state outside of the execution,', () => {
  it('fails when executions are counted', async () => {
    await expect(run('leaking', 'countsExecutions')).rejects.toThrow(/does not replay/);
  });

  it('fails when only the first execution does something', async () => {
    await expect(run('leaking', 'doesOnce')).rejects.toThrow(/does not replay/);
  });

  it('fails when an execution looks at what another one holds while it waits', async () => {
    await expect(run('leaking', 'locks')).rejects.toThrow(/does not replay/);
  });
});
