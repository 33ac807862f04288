import { describe, expect, it } from 'vitest';
import { mapCallSite } from '@refrain/engine/internal';
import { fire, load, query, resolved, signal, start, valueOf } from './harness.js';

describe('a workflow driven by activations', () => {
  it('answers with commands in the order in which it asks', async () => {
    const loaded = await load(`
      import { condition, defineQuery, defineSignal, proxyActivities, setHandler, sleep } from '@refrain/engine/workflow';
      const { charge } = proxyActivities<{ charge(n: number): Promise<string> }>({ startToCloseTimeout: '1m' });
      const approve = defineSignal<[string]>('approve');
      const status = defineQuery<string>('status');
      export async function main(n: number) {
        let state = 'new';
        setHandler(approve, (by) => { state = by; });
        setHandler(status, () => state);
        const receipt = await charge(n);
        await sleep('2 seconds');
        await condition(() => state !== 'new');
        return { receipt, state };
      }`);
    const { first, send } = start(loaded, 'main', [5]);
    expect(first()).toMatchObject([{ type: 'scheduleActivity', seq: 1, activityType: 'charge' }]);
    expect(send([resolved(1, 'r1')])).toMatchObject([
      { type: 'startTimer', seq: 1, startToFireTimeoutMs: 2000 },
    ]);
    expect(send([fire(1)])).toEqual([]);
    const [answer] = send([query('status')]);
    expect(answer).toMatchObject({ type: 'respondToQuery', status: 'succeeded' });
    const [done] = send([signal('approve', 'ann')]);
    expect(done?.type === 'completeWorkflowExecution' && valueOf(done.result)).toEqual({
      receipt: 'r1',
      state: 'ann',
    });
  });

  it('shares no module state between executions', async () => {
    const loaded = await load(`let count = 0; export async function main() { return ++count; }`);
    for (let i = 0; i < 3; i++) {
      const [done] = start(loaded).first();
      expect(done?.type === 'completeWorkflowExecution' && valueOf(done.result)).toBe(1);
    }
  });
});

describe('call sites of commands', () => {
  it('are recorded on demand and map to the source line', async () => {
    const loaded = await load(
      `import { sleep } from '@refrain/engine/workflow';
       const pause = async () => {
         await sleep(5);
       };
       export async function main() { await null; await pause(); }`,
      { captureCallSites: true },
    );
    const [command] = start(loaded).first();
    expect(command?.callSite).toMatch(/refrain:workflow-bundle:\d+:\d+/);
    const frames = mapCallSite(loaded.positions, command!.callSite!).split('\n');
    expect(frames[0]).toMatch(/at pause \(refrain-source:index\.ts:3:16\)/);
  });
});
