import { expect, it } from 'vitest';
import type { HistoryEvent } from '@refrain/engine/internal';
import { createExecution, replayInput } from '@refrain/engine/internal';
import { ProgramInstance } from './interpreter.js';
import type { Program } from './programs.js';
import { options, runTask, simulate } from './run-task.js';

/** Counts how often the core reads an event of the list. */
function counted(events: readonly HistoryEvent[]): { events: readonly HistoryEvent[]; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(events, {
    get(target, name, receiver) {
      if (typeof name === 'string' && name >= '0' && name <= ':') reads += 1;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  return { events: proxy, reads: () => reads };
}

function costOf(operations: number): { events: number; reads: number; transitions: number } {
  const step: Program = [
    { type: 'activity', name: 'a', cancel: 'TRY_CANCEL' },
    { type: 'timer', ms: 1 },
    { type: 'patch', id: 'p', deprecated: false },
    { type: 'localActivity', name: 'b', cancel: 'TRY_CANCEL' },
  ];
  const body = Array.from({ length: operations }, () => step).flat();
  const newInstance = () => new ProgramInstance({ body, end: 'complete', onUpdate: [], updateFails: false });
  const recorded = simulate(newInstance, { choices: [] }, 1e6);
  const { events, reads } = counted(recorded.events);
  let transitions = 0;
  const state = createExecution({ ...options, compareDetails: true, onTransition: () => (transitions += 1) });
  const input = { ...replayInput(recorded.events), events };
  runTask(state, newInstance(), input, () => undefined);
  return { events: recorded.events.length, reads: reads(), transitions };
}

it('E9: replay reads each event a constant number of times', () => {
  const small = costOf(100);
  const large = costOf(800);
  expect(large.events).toBeGreaterThan(7 * small.events);
  expect(small.reads / small.events).toBeLessThan(12);
  expect(large.reads / large.events).toBeLessThanOrEqual((small.reads / small.events) * 1.05);
  expect(large.transitions / large.events).toBeLessThanOrEqual((small.transitions / small.events) * 1.05);
});
