import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExecutionOptions, TaskAnswer } from '@refrain/engine/internal';
import {
  createExecution,
  definitionOf,
  driftOf,
  machineKinds,
  nextStep,
  replayInput,
} from '@refrain/engine/internal';
import { ProgramInstance } from './interpreter.js';
import type { CancelMode, WorkflowProgram } from './programs.js';
import { cancellingPrograms, workflowPrograms } from './programs.js';
import { runsOr } from './seed.js';
import { options, runTask, sameLocalWorld, simulate } from './run-task.js';

const worlds = fc.record({ choices: fc.array(fc.nat({ max: 5040 }), { maxLength: 120, size: 'max' }) });
const numRuns = runsOr(300);
const MAX_TASKS = 40;
const cancelModes: readonly CancelMode[] = ['TRY_CANCEL', 'WAIT_CANCELLATION_COMPLETED', 'ABANDON'];

/** What a later task must find again: flags go into the history only once. */
function comparable(answer: TaskAnswer): unknown {
  return { commands: answer.commands, closes: answer.closes };
}

/** The same program with other cancellation modes: replays of it may fail, and reach states that no live run has. */
function allWith(mode: CancelMode, program: WorkflowProgram): WorkflowProgram {
  const text = JSON.stringify(program).replace(/WAIT_CANCELLATION_COMPLETED|ABANDON|TRY_CANCEL/g, mode);
  return JSON.parse(text) as WorkflowProgram;
}

describe('the replay core', () => {
  it('E5: gives from the sticky cache what full replay gives', () => {
    fc.assert(
      fc.property(workflowPrograms, worlds, (program: WorkflowProgram, world) => {
        simulate(
          () => new ProgramInstance(program),
          world,
          MAX_TASKS,
          (input, answer, simulator) => {
            const cold = runTask(
              createExecution(options),
              new ProgramInstance(program),
              input,
              sameLocalWorld(simulator.recorded.localOutcomes.get(input.startedEventId)),
            );
            expect(comparable(cold)).toEqual(comparable(answer));
            expect(cold.messages).toEqual(answer.messages);
          },
        );
      }),
      { numRuns },
    );
  });

  it('E4: at every cut, gives the commands that history records next; whole, it is compatible without drift', () => {
    fc.assert(
      fc.property(workflowPrograms, worlds, (program, world) => {
        const recorded = simulate(() => new ProgramInstance(program), world, MAX_TASKS);
        for (const [startedEventId, answer] of recorded.answers) {
          const events = recorded.events.slice(0, startedEventId);
          const input = { ...replayInput(events), messages: recorded.messages.get(startedEventId) ?? [] };
          const again = runTask(
            createExecution(options),
            new ProgramInstance(program),
            input,
            sameLocalWorld(recorded.localOutcomes.get(startedEventId)),
          );
          expect(comparable(again)).toEqual(comparable(answer));
        }
        const state = createExecution({ ...options, compareDetails: true });
        runTask(state, new ProgramInstance(program), replayInput(recorded.events), () => undefined);
        expect(driftOf(state)).toEqual([]);
        expect(nextStep(state).type).not.toBe('mismatch');
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });

  it('takes every row of every transition table', () => {
    const taken = new Set<string>();
    const traced: ExecutionOptions = {
      ...options,
      onTransition: (machine, from, input) => taken.add(`${machine}: ${from} ${input}`),
    };
    fc.assert(
      fc.property(
        fc.oneof(workflowPrograms, cancellingPrograms, cancellingPrograms),
        worlds,
        (program, world) => {
          const recorded = simulate(
            () => new ProgramInstance(program),
            world,
            MAX_TASKS,
            () => {},
            traced,
          );
          const input = replayInput(recorded.events);
          runTask(createExecution(traced), new ProgramInstance(program), input, () => undefined);
          for (const mode of cancelModes) {
            try {
              const asSdkCore = createExecution({ ...traced, localActivities: 'asSdkCore' });
              runTask(asSdkCore, new ProgramInstance(allWith(mode, program)), input, () => undefined);
            } catch {
              // Other modes may not fit the history: only the transitions on the way count here.
            }
          }
        },
      ),
      { numRuns: 1500, seed: 1 },
    );
    const rows = machineKinds.flatMap((kind) => {
      const { name, rows } = definitionOf(kind).table;
      return rows.map(([from, input]) => `${name}: ${from} ${input}`);
    });
    expect(rows.filter((row) => !taken.has(row))).toEqual([]);
  });
});
