import { describe, expect, it } from 'vitest';
import type { RunLimitWarning } from '@refrain/engine';
import { MemoryStore } from '@refrain/engine/internal';
import { activity, bench, complete, payload, timer } from './harness.js';

describe('a run near a limit', () => {
  it('is warned of once, before the limit is an error, and describe tells', async () => {
    const warnings: RunLimitWarning[] = [];
    const b = bench({ onLimitWarning: (warning) => warnings.push(warning) });
    await b.start();
    await b.task(Array.from({ length: 1_600 }, (_, i) => activity(`a${i}`)));
    const near = { limit: 'pendingActivities', value: 1_600, warning: 1_600, error: 2_000 };
    expect(warnings).toEqual([
      expect.objectContaining({ ...near, namespace: 'default', workflowId: 'w', workflowType: 'wf' }),
    ]);
    await b.service.signalWorkflowExecution({ workflowExecution: { workflowId: 'w' }, signalName: 's' });
    await b.task([activity('one more')]);
    expect(warnings).toHaveLength(1);
    const described = await b.service.describeWorkflowExecution({ execution: { workflowId: 'w' } });
    expect(described.limitWarnings).toEqual([{ ...near, value: 1_601 }]);
    await b.service.signalWorkflowExecution({ workflowExecution: { workflowId: 'w' }, signalName: 's' });
    const tooMany = Array.from({ length: 400 }, (_, i) => activity(`b${i}`));
    await expect(b.task(tooMany)).rejects.toThrow(/PENDING_ACTIVITIES_LIMIT_EXCEEDED/);
  });

  it('is warned of for long histories, and told to continue as new', async () => {
    const warnings: RunLimitWarning[] = [];
    const b = bench({ onLimitWarning: (warning) => warnings.push(warning) });
    await b.start();
    for (let from = 0; from < 12_000; from += 6_000) {
      await b.task(Array.from({ length: 6_000 }, (_, i) => timer(`t${from + i}`, 1e9)));
      await b.service.signalWorkflowExecution({ workflowExecution: { workflowId: 'w' }, signalName: 's' });
    }
    expect(warnings.map(({ limit }) => limit)).toContain('historyEvents');
    const started = (await b.workflowTask()).history.events.at(-1);
    expect(started).toMatchObject({ attributes: { suggestContinueAsNew: true } });
  });

  it('is warned of for large payloads', async () => {
    const warnings: RunLimitWarning[] = [];
    const b = bench({ onLimitWarning: (warning) => warnings.push(warning) });
    await b.start('w', { input: [payload('x'.repeat(300_000))] });
    expect(warnings.map(({ limit }) => limit)).toEqual(['payloadBytes']);
    await b.task([complete]);
    expect(warnings).toHaveLength(1);
  });

  it('is not warned of again by the next process', async () => {
    const store = new MemoryStore();
    const warnings: string[] = [];
    const open = () => bench({ store, onLimitWarning: ({ limit }) => warnings.push(limit) });
    const first = open();
    await first.start('w', { input: [payload('x'.repeat(300_000))] });
    await first.task(Array.from({ length: 1_600 }, (_, i) => activity(`a${i}`)));
    await first.service.close();
    const second = open();
    await second.service.signalWorkflowExecution({
      ...{ workflowExecution: { workflowId: 'w' }, signalName: 's' },
    });
    expect(warnings).toEqual(['payloadBytes', 'pendingActivities']);
  });
});
