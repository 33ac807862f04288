import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJson, type HistoryEvent } from '@refrain/engine/internal';
import '@refrain/test-env/vitest';
import { describe, expect, it } from 'vitest';

function recorded(name: string): readonly HistoryEvent[] {
  const file = join(import.meta.dirname, '..', '..', 'histories', 'temporal', `${name}.json`);
  return historyFromJson(JSON.parse(readFileSync(file, 'utf8')) as unknown);
}

const signals = recorded('asyncSignals');
const cancels = recorded('cancelActivities');

describe('matchers over histories', () => {
  it('judge how a workflow ended', async () => {
    await expect(signals).toHaveCompleted();
    await expect(cancels).toHaveCompleted(expect.arrayContaining(['finished']));
    await expect(signals).not.toHaveFailedWith();
    await expect(signals).not.toHaveBeenCancelled();
  });

  it('judge what a workflow asked for', async () => {
    await expect(signals).toHaveScheduledActivity('echo', 'd');
    await expect(signals).not.toHaveScheduledActivity('echo', 'e');
    await expect(signals).toHaveScheduledActivityTimes('echo', 4);
    await expect(signals).toHaveSlept('50ms');
    await expect(cancels).not.toHaveSlept(2000);
    await expect(signals).toHaveReceivedSignal('push', 'b');
    await expect(signals).not.toHaveStartedChild('anything');
  });

  it('show the timeline when they fail', () => {
    expect(() => expect(signals).toHaveScheduledActivity('charge', 1)).toThrow(
      /Expected the workflow to have scheduled charge\(1\), but it scheduled echo\('a'\)[^]*\+31ms +12 +activity echo#1\('a'\) scheduled/,
    );
  });

  it('say what to do about a workflow that is still running', () => {
    const open = signals.slice(0, 20);
    expect(() => expect(open).toHaveCompleted()).toThrow(
      /it is running.*\nRFN4006: .*Await handle\.result\(\)/,
    );
  });

  it('take handles, and then have to be awaited', async () => {
    const handle = { fetchHistory: () => Promise.resolve({ events: signals }) };
    await expect(handle).toHaveCompleted();
    await expect(expect(handle).toHaveFailedWith('x')).rejects.toThrow('have failed with x');
  });

  it('refuse what is neither a handle nor a history', () => {
    expect(() => expect('result').toHaveCompleted()).toThrow('takes a workflow handle');
  });

  it('compare whole histories by their event types', async () => {
    await expect(signals.slice(0, 6)).toHaveHistory([
      'WorkflowExecutionStarted',
      'TimerStarted',
      'WorkflowExecutionSignaled',
    ]);
  });
});

describe('the snapshot serializer', () => {
  it('writes a history as its timeline', () => {
    expect(signals.slice(0, 8)).toMatchInlineSnapshot(`
      +0     workflow asyncSignals() started
      +20ms  timer #1 started: 50ms
      +7ms   signal push('a')
      +8ms   signal push('b')
      +9ms   signal push('c')
    `);
  });
});
