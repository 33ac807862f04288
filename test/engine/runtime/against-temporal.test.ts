import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bundleTemporalWorkflows,
  bundleWorkflowCode,
  createTemporalHost,
  loadBundle,
} from '@refrain/engine/internal';
import { runsOr, seed } from '../../properties/seed.js';
import { root } from '../../integrity/repository.js';
import type { Step } from '../../fixtures/workflow-api/interpret.js';
import { activation, initialize, json, query, signal, update, type Completion, type Job } from './harness.js';

/**
 * The same workflow, the same activations: our runtime and the real `@temporalio/workflow` must give the same commands
 * in the same order, and do everything inside in the same order (the workflow returns a log of it).
 */
const workflowsPath = join(root, 'test', 'fixtures', 'workflow-api', 'interpret.ts');

let nextId = 1;
const id = fc.constant(null).map(() => nextId++);
const simple = fc.record({
  op: fc.constantFrom(
    'activity',
    'child',
    'signalExternal',
    'cancelExternal',
    'uuid',
    'info',
    'upsert',
    'memo',
    'trigger',
  ),
  id,
});
const { body } = fc.letrec<{ step: Step; body: Step[] }>((tie) => ({
  step: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    simple as fc.Arbitrary<Step>,
    fc.record({ op: fc.constant('sleep'), id, ms: fc.integer({ min: 0, max: 100 }) }) as fc.Arbitrary<Step>,
    fc.record({
      op: fc.constant('condition'),
      id,
      count: fc.integer({ min: 0, max: 3 }),
      timeout: fc.integer({ min: 1, max: 60 }),
    }) as fc.Arbitrary<Step>,
    fc.record({
      op: fc.constantFrom('try', 'spawn', 'timer', 'patch'),
      id,
      body: tie('body'),
    }) as fc.Arbitrary<Step>,
    fc.record({
      op: fc.constant('scope'),
      id,
      kind: fc.constantFrom('cancellable', 'nonCancellable', 'timeout', 'cancelled'),
      body: tie('body'),
    }) as fc.Arbitrary<Step>,
    fc.record({
      op: fc.constantFrom('all', 'race'),
      id,
      bodies: fc.array(tie('body'), { minLength: 1, maxLength: 3 }),
    }) as fc.Arbitrary<Step>,
  ),
  body: fc.array(tie('step') as fc.Arbitrary<Step>, { maxLength: 4 }),
}));

/** A service in miniature: knows what is open and picks what happens next. */
class Simulation {
  readonly open: Job[] = [];
  readonly #random: () => number;
  #isCancelled = false;
  #updates = 0;

  constructor(seed: number) {
    let state = seed;
    this.#random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state / 2 ** 32;
    };
  }

  take(commands: Extract<Completion, { status: 'successful' }>['commands']): void {
    const failure = {
      message: 'Activity cancelled',
      activityFailureInfo: { activityType: { name: 'work' }, activityId: '1' },
      cause: { message: 'c', canceledFailureInfo: {} },
    };
    const drop = (type: Job['type'], seq: number): boolean => {
      const index = this.open.findIndex((job) => job.type === type && 'seq' in job && job.seq === seq);
      if (index !== -1) this.open.splice(index, 1);
      return index !== -1;
    };
    for (const command of commands) {
      if (command.type === 'startTimer') this.open.push({ type: 'fireTimer', seq: command.seq });
      else if (command.type === 'cancelTimer') drop('fireTimer', command.seq);
      else if (command.type === 'scheduleActivity') this.open.push(this.#activity(command.seq));
      else if (command.type === 'requestCancelActivity' && drop('resolveActivity', command.seq)) {
        this.open.unshift({
          type: 'resolveActivity',
          seq: command.seq,
          isLocal: false,
          result: { status: 'cancelled', failure },
        });
      } else if (command.type === 'startChildWorkflowExecution') {
        const { seq, workflowId, workflowType } = command;
        const isStarted = this.#random() < 0.85;
        this.open.push({
          type: 'resolveChildWorkflowExecutionStart',
          seq,
          result: isStarted
            ? { status: 'succeeded', runId: `run-${seq}` }
            : { status: 'failed', workflowId, workflowType, cause: 'WORKFLOW_ALREADY_EXISTS' },
        });
      } else if (command.type === 'signalExternalWorkflowExecution') {
        this.open.push({ type: 'resolveSignalExternalWorkflow', seq: command.seq });
      } else if (command.type === 'requestCancelExternalWorkflowExecution') {
        this.open.push({ type: 'resolveRequestCancelExternalWorkflow', seq: command.seq });
      }
    }
  }

  #activity(seq: number): Job {
    const failure = {
      message: 'Activity task failed',
      activityFailureInfo: { activityType: { name: 'work' }, activityId: String(seq) },
      cause: { message: `boom ${seq}`, applicationFailureInfo: { type: 'Boom' } },
    };
    const isFine = this.#random() < 0.8;
    return {
      type: 'resolveActivity',
      seq,
      isLocal: false,
      result: isFine ? { status: 'completed', result: json(`done ${seq}`) } : { status: 'failed', failure },
    };
  }

  /** The jobs of the next activation, in the core's order. */
  next(): Job[] {
    const messages: Job[] = [];
    if (this.#random() < 0.35) messages.push(signal('sig'));
    if (this.#random() < 0.1) messages.push(signal('other', 1));
    if (this.#random() < 0.2)
      messages.push(update(`u${++this.#updates}`, 'upd', [this.#random() < 0.3 ? -1 : 1]));
    const others: Job[] = [];
    if (!this.#isCancelled && this.#random() < 0.05) {
      this.#isCancelled = true;
      others.push({ type: 'cancelWorkflow', reason: '' });
    }
    for (let count = 1 + Math.floor(this.#random() * 3); count > 0 && this.open.length > 0; count--) {
      const [job] = this.open.splice(Math.floor(this.#random() * this.open.length), 1);
      others.push(job!);
      if (job!.type === 'resolveChildWorkflowExecutionStart' && job.result.status === 'succeeded') {
        this.open.push({
          type: 'resolveChildWorkflowExecution',
          seq: job.seq,
          result: { status: 'completed', result: json('child') },
        });
      }
    }
    return [...messages, ...others];
  }
}

/** What may differ: stacks, and how absent values are spelled. */
function comparable(completion: Completion): unknown {
  if (completion.status === 'failed') return { status: 'failed', message: completion.failure.message };
  const plain = JSON.stringify(completion.commands, (key, value: unknown) => {
    if (key === 'stackTrace' || key === 'userMetadata') return undefined;
    if (value === '' || value === 'UNSPECIFIED' || value === false) return undefined;
    if (
      typeof value === 'object' &&
      value !== null &&
      Object.keys(value).length === 0 &&
      !Array.isArray(value)
    )
      return undefined;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    return value;
  });
  return JSON.parse(plain) as unknown;
}

const runs = runsOr(150);

describe('our runtime and @temporalio/workflow', () => {
  it('give the same commands for the same activations', { timeout: 120_000 }, async () => {
    const alias = { '@temporalio/workflow': '@refrain/engine/workflow' };
    const loaded = loadBundle(await bundleWorkflowCode({ workflowsPath, alias }));
    const host = createTemporalHost(await bundleTemporalWorkflows({ workflowsPath }));
    const programs = fc.sample(fc.tuple(body, body, fc.integer()), { numRuns: runs, seed });
    for (const [program, handlers, seedOfRun] of programs) {
      const simulation = new Simulation(seedOfRun);
      const ours = loaded.createInstance();
      const theirs = host.createInstance({ namespace: 'default', taskQueue: 'queue' });
      let jobs: Job[] = [initialize('interpret', [program, handlers])];
      for (let turn = 0; turn < 60; turn++) {
        const wake = activation(jobs, {
          timestampMs: 1_700_000_000_000 + turn * 1000,
          historyLength: 3 + turn,
        });
        const our = ours.activate(structuredClone(wake));
        const their = theirs.activate(structuredClone(wake));
        expect(comparable(our), JSON.stringify({ turn, jobs, program, handlers })).toEqual(comparable(their));
        if (our.status === 'failed') break;
        if (our.commands.some(({ type }) => /^(complete|fail|cancel)WorkflowExecution$/.test(type))) break;
        simulation.take(our.commands);
        if (turn % 7 === 3) {
          const asked = activation([query('log')], { timestampMs: wake.timestampMs });
          expect(comparable(ours.activate(asked))).toEqual(comparable(theirs.activate(asked)));
        }
        jobs = simulation.next();
        if (jobs.length === 0) jobs = [signal('sig')];
      }
      ours.dispose();
      theirs.dispose();
    }
  });
});
