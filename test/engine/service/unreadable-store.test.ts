import { StoreError } from '@refrain/engine';
import { MemoryStore, type ServiceOptions } from '@refrain/engine/internal';
import { describe, expect, it } from 'vitest';
import { bench, complete, settled, taskQueue, timer } from './harness.js';

type Store = ServiceOptions['store'];

/** A store of which some runs cannot be read while it is told so. */
function openUnreadable() {
  const unreadable = new Set<number>();
  const failures: unknown[] = [];
  const memory = new MemoryStore();
  const readRun: Store['readRun'] = (key) => {
    if (unreadable.has(key)) throw new StoreError('RFN2011', 'r.db is damaged');
    return memory.readRun(key);
  };
  const store: Store = new Proxy(memory, {
    get: (target, name) => {
      if (name === 'partition') return () => store;
      const value: unknown = name === 'readRun' ? readRun : Reflect.get(target, name);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
  // None stays in memory: all are read when something comes for them.
  const b = bench({ store, maxLoadedRuns: 0, onStoreFailure: (error) => failures.push(error) });
  return { b, unreadable, failures };
}

describe('a run that cannot be read', () => {
  it('when its task is given out: others get theirs, and it gets its own when it can be read', async () => {
    const { b, unreadable, failures } = openUnreadable();
    for (const id of ['a', 'b', 'c']) await b.start(id);
    await settled();
    unreadable.add(1);
    const taken = [(await b.workflowTask()).workflowExecution.workflowId];
    taken.push((await b.workflowTask()).workflowExecution.workflowId);
    expect(taken).toEqual(['b', 'c']);
    expect(failures).toMatchObject([{ code: 'RFN2011' }]);
    const waiting = b.service.pollWorkflowTaskQueue({ taskQueue, embedded: true });
    await b.clock.advance(5000);
    expect(failures.length).toBeGreaterThan(3);
    unreadable.clear();
    await b.clock.advance(1000);
    expect((await waiting)?.workflowExecution.workflowId).toBe('a');
  });

  it('when its timer is due: the others fire, and its own fires when it can be read', async () => {
    const { b, unreadable, failures } = openUnreadable();
    for (const id of ['a', 'b', 'c']) {
      await b.start(id);
      await b.task([timer('t', 1000)]);
    }
    await settled();
    unreadable.add(1);
    await b.clock.advance(2000);
    expect(failures.length).toBeGreaterThan(0);
    expect((await b.types('b')).at(-2)).toBe('6 TimerFired');
    unreadable.clear();
    await b.clock.advance(1000);
    expect((await b.types('a')).at(-2)).toBe('6 TimerFired');
  });

  it('when its child ends: nothing of that is kept, and the child can end later', async () => {
    const { b, unreadable, failures } = openUnreadable();
    await b.start('parent');
    const attributes = { workflowId: 'child', workflowType: { name: 'wf' } };
    await b.task([{ type: 'StartChildWorkflowExecution', attributes }]);
    const tasks = [await b.workflowTask(), await b.workflowTask()];
    const of = (id: string) => tasks.find((task) => task.workflowExecution.workflowId === id)!;
    await b.service.respondWorkflowTaskCompleted({
      taskToken: of('parent').taskToken,
      commands: [timer('t', 1)],
    });
    for (const other of ['x', 'y']) {
      await b.start(other);
      await b.task([timer('t', 60_000)]);
    }
    await settled();
    unreadable.add(1);
    const { taskToken } = of('child');
    const ends = b.service.respondWorkflowTaskCompleted({ taskToken, commands: [complete] });
    await expect(ends).rejects.toMatchObject({ code: 'RFN2011' });
    expect(failures).toMatchObject([{ code: 'RFN2011' }]);
    unreadable.clear();
    await b.clock.advance(200);
    expect((await b.types('child')).join()).not.toContain('Completed');
    await b.task([complete]);
    expect((await b.types('parent')).join()).toContain('ChildWorkflowExecutionCompleted');
  });
});
