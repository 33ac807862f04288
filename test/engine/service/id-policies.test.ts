import type { Command } from '@refrain/engine';
import { describe, expect, it } from 'vitest';
import { bench, complete, failure, taskQueue, type Bench } from './harness.js';

const reuse = ['ALLOW_DUPLICATE', 'ALLOW_DUPLICATE_FAILED_ONLY', 'REJECT_DUPLICATE', 'TERMINATE_IF_RUNNING'];
const conflict = ['UNSPECIFIED', 'FAIL', 'USE_EXISTING', 'TERMINATE_EXISTING'];

/**
 * What a Temporal server (1.29) did: a word for each reuse policy, a letter for each conflict policy, both in the order
 * above. n: a new run; t: the same, after the running one was terminated; s: the running one; r: already started;
 * i: invalid argument.
 */
const decisions = `
  start NONE       nnnn nnnn nnni niii
  start RUNNING    rrst rrst rrsi tiii
  start COMPLETED  nnnn rrrr rrri niii
  start FAILED     nnnn nnnn rrri niii
  start CANCELED   nnnn nnnn rrri niii
  start TERMINATED nnnn nnnn rrri niii
  start TIMED_OUT  nnnn nnnn rrri niii
  signal NONE       ninn ninn nini niii
  signal RUNNING    sist sist sisi tiii
  signal COMPLETED  ninn rirr riri niii
  signal FAILED     ninn ninn riri niii
  signal CANCELED   ninn ninn riri niii
  signal TERMINATED ninn ninn riri niii
  signal TIMED_OUT  ninn ninn riri niii`;

const ends: Readonly<Record<string, Command>> = {
  COMPLETED: complete,
  FAILED: { type: 'FailWorkflowExecution', attributes: { failure: failure('x') } },
  CANCELED: { type: 'CancelWorkflowExecution', attributes: {} },
};

/** Starts run `w` and brings it to the status; the id of the run. */
async function runWith(status: string, b: Bench): Promise<string | undefined> {
  if (status === 'NONE') return undefined;
  const runId = await b.start('w', { workflowRunTimeoutMs: 1000 });
  const end = ends[status];
  if (end) await b.task([end]);
  if (status === 'TERMINATED') {
    await b.service.terminateWorkflowExecution({ workflowExecution: { workflowId: 'w' } });
  }
  if (status === 'TIMED_OUT') await b.clock.advance(1000);
  return runId;
}

async function decisionOf(status: string, call: string, policies: object): Promise<string> {
  const b = bench();
  const existing = await runWith(status, b);
  const request = { workflowId: 'w', workflowType: { name: 'wf' }, taskQueue, ...policies };
  const answer = await (
    call === 'signal'
      ? b.service.signalWithStartWorkflowExecution({ ...request, signalName: 's' })
      : b.service.startWorkflowExecution(request)
  ).catch((error: { status: string }) => error.status);
  if (answer === 'ALREADY_EXISTS') return 'r';
  if (answer === 'INVALID_ARGUMENT') return 'i';
  const { runId, started } = answer as { runId: string; started: boolean };
  expect(started).toBe(runId !== existing);
  if (runId === existing) return 's';
  if (status !== 'RUNNING') return 'n';
  const execution = { workflowId: 'w', runId: existing! };
  const { workflowExecutionInfo } = await b.service.describeWorkflowExecution({ execution });
  return workflowExecutionInfo.status === 'TERMINATED' ? 't' : 'two runs at once';
}

describe('a workflow id that is known', () => {
  it.each(
    decisions
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/ +/)),
  )('meets a %s by every policy as on a Temporal server: %s', async (call, status, ...expected) => {
    for (const [i, workflowIdReusePolicy] of reuse.entries()) {
      const found: string[] = [];
      for (const workflowIdConflictPolicy of conflict) {
        found.push(await decisionOf(status!, call!, { workflowIdReusePolicy, workflowIdConflictPolicy }));
      }
      expect(`${workflowIdReusePolicy} ${found.join('')}`).toBe(`${workflowIdReusePolicy} ${expected[i]}`);
    }
  });
});
