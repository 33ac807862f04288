import { join } from 'node:path';
import type { Replayer, ReplayResult } from '@refrain/engine';
import { openReplayer } from '@refrain/engine';
import type { HistoryEvent, TemporalHost } from '@refrain/engine/internal';
import { bundleTemporalWorkflows, createTemporalHost, eventToJson } from '@refrain/engine/internal';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { runsOr, seed } from '../../properties/seed.js';
import { options, simulate } from '../../properties/run-task.js';
import type { Program, WorkflowProgram } from '../../properties/programs.js';
import { workflowPrograms } from '../../properties/programs.js';
import { repository } from '../../engine/temporal/project.js';
import type { Mutation } from './mutate.js';
import { decorations, mutate, mutations } from './mutate.js';
import type { Oracle, OracleResult } from './oracle.js';
import { openOracle } from './oracle.js';

const workflowsPath = join(repository, 'test/fixtures/temporal/interpreter/index.ts');
const runs = Math.ceil(runsOr(250) / 10);

interface Case {
  readonly program: WorkflowProgram;
  readonly mutation: Mutation | undefined;
  readonly history: object;
}

/** What only Refrain's own API has. */
function portable(program: WorkflowProgram): WorkflowProgram {
  const clean = (body: Program): Program =>
    body.flatMap((operation): Program => {
      if (operation.type === 'version' || operation.type === 'sideEffect') return [];
      if (operation.type === 'all' || operation.type === 'race') {
        return [{ ...operation, branches: operation.branches.map(clean) }];
      }
      if (operation.type === 'scope') {
        return [{ ...operation, body: clean(operation.body), until: clean(operation.until) }];
      }
      return [operation];
    });
  return { ...program, body: clean(program.body), onUpdate: clean(program.onUpdate) };
}

function inputOf(program: WorkflowProgram) {
  const data = Buffer.from(JSON.stringify(program)).toString('base64');
  return [{ metadata: { encoding: Buffer.from('json/plain').toString('base64') }, data }];
}

/** The history with another version of the program: the program is the workflow's input. */
function withProgram(events: readonly HistoryEvent[], program: WorkflowProgram): object {
  const [first, ...rest] = events;
  const started = {
    ...first!,
    attributes: {
      ...first!.attributes,
      workflowId: 'w',
      input: inputOf(program),
      workflowTaskTimeoutMs: 10_000,
      workflowType: { name: 'program' },
    },
  } as HistoryEvent;
  return { events: withTaskIds([started, ...rest]).map(eventToJson) };
}

const endings = /^WorkflowExecution(Completed|Failed|Canceled|ContinuedAsNew)$/;

function endsOnce(events: readonly HistoryEvent[]): boolean {
  return events.slice(0, -1).every(({ type }) => !endings.test(type));
}

/** The simulator does not say which event scheduled a workflow task when others came between. */
function withTaskIds(events: readonly HistoryEvent[]): HistoryEvent[] {
  let scheduledEventId = 0;
  return events.map((event) => {
    if (event.type === 'WorkflowTaskScheduled') scheduledEventId = event.eventId;
    if (!/^WorkflowTask(Started|Completed|Failed|TimedOut)$/.test(event.type)) return event;
    return { ...event, attributes: { ...event.attributes, scheduledEventId } } as HistoryEvent;
  });
}

function record(
  host: TemporalHost,
  program: WorkflowProgram,
  choices: readonly number[],
): readonly HistoryEvent[] {
  const input = inputOf(program);
  const newInstance = () => {
    const instance = host.createInstance();
    return {
      ...instance,
      activate: (activation: Parameters<typeof instance.activate>[0]) =>
        instance.activate({
          ...activation,
          jobs: activation.jobs.map((job) =>
            job.type === 'initializeWorkflow' ? { ...job, arguments: input } : job,
          ),
        }),
    };
  };
  const stepOptions = {
    ...options,
    localActivities: 'asSdkCore' as const,
    sdkName: 'temporal-typescript',
    sdkVersion: '1.24.0',
  };
  return simulate(newInstance, { choices }, 40, undefined, stepOptions).events;
}

const explained: Readonly<Record<ReplayResult['verdict'], OracleResult['verdict'][]>> = {
  compatible: ['passes'],
  drift: ['passes'],
  vacuous: ['passes'],
  incompatible: ['nondeterministic', 'fails'],
  invalid: ['fails'],
};

/** Where sdk-core stops though the code has done nothing wrong; the table of docs/architecture/replay-rules.md. */
const limitsOfSdkCore = /ActivityMachine in state Canceled says .* event_type: ActivityTask(Failed|TimedOut)/;

describe('verdicts agree with Worker.runReplayHistory', () => {
  let host: TemporalHost;
  let oracle: Oracle;
  let replayer: Replayer;
  beforeAll(async () => {
    host = createTemporalHost(await bundleTemporalWorkflows({ workflowsPath }));
    replayer = await openReplayer({ workflowsPath });
    oracle = await openOracle(workflowsPath);
  }, 60_000);

  it('over generated programs and changed versions of them', { timeout: 600_000 }, async () => {
    const cases: Case[] = [];
    const arbitrary = fc.tuple(
      fc
        .tuple(workflowPrograms, decorations)
        .map(([program, changes]) => portable(changes.reduce(mutate, program))),
      fc.array(fc.nat(63), { minLength: 5, maxLength: 60 }),
      fc.array(mutations, { minLength: 4, maxLength: 4 }),
    );
    for (const [program, choices, changes] of fc.sample(arbitrary, { numRuns: runs, seed })) {
      const events = record(host, program, choices);
      // Code that goes on asking after its own end makes a history that a server would refuse.
      if (!endsOnce(events)) continue;
      cases.push({ program, mutation: undefined, history: withProgram(events, program) });
      for (const mutation of changes) {
        cases.push({ program, mutation, history: withProgram(events, mutate(program, mutation)) });
      }
    }
    const expected = await oracle.replay(cases.map(({ history }) => history));
    const disagreements: object[] = [];
    const tally: Record<string, number> = {};
    for (const [index, { program, mutation, history }] of cases.entries()) {
      const ours = await replayer.replay({ name: String(index), history });
      const theirs = expected[index]!;
      const key = `${mutation ? 'changed' : 'same'}: ${theirs.verdict} / ${ours.verdict}`;
      tally[key] = (tally[key] ?? 0) + 1;
      // In replay sdk-core tells outcomes of local activities in other groups than in the first run.
      const local = JSON.stringify(program).includes('localActivity');
      if (limitsOfSdkCore.test(theirs.message)) continue;
      const unchanged =
        mutation === undefined && !local && theirs.verdict === 'passes' && ours.verdict === 'drift';
      if (!explained[ours.verdict].includes(theirs.verdict) || unchanged) {
        disagreements.push({
          index,
          ours: `${ours.verdict}: ${ours.divergence?.message}`,
          theirs: `${theirs.verdict}: ${theirs.message.slice(0, 900)}`,
          program: JSON.stringify(program),
          mutation: JSON.stringify(mutation),
          events: (history as { events: { eventType: string }[] }).events
            .map((event) => event.eventType.slice(11))
            .join(' '),
        });
      }
    }
    if (process.env['ORACLE_TALLY']) console.log(tally);
    expect(disagreements.slice(0, Number(process.env['ORACLE_SHOW'] ?? 3))).toEqual([]);
  });
});
