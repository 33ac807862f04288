// The module's own: a test may fake the global ones.
import { setImmediate } from 'node:timers';
import { Client } from '@refrain/engine/internal';
import type { WorkflowCode } from '../host/code.js';
import { assertReplays } from '../host/replay-check.js';
import { Stage } from '../host/stage.js';
import { seededRandomOf } from '../host/stage-defaults.js';
import { closeEvent, outcomeOf } from '../history/outcome.js';
import { payloadValues } from '../history/payload-text.js';
import { durationText } from '../history/duration-text.js';
import type { Activities } from '../mocks/activity-types.js';
import { idOf, type Action, type ActionId } from './action.js';
import { Attempts } from './attempts.js';
import {
  failedTask,
  violationAtEnd,
  violationOfClosed,
  violationOfTask,
  type Violation,
} from './built-in-invariants.js';
import { ChainReader } from './chain-reader.js';
import { actionsAfterEnd, enabledActions, Remaining } from './enabled-actions.js';
import { brokenInvariant } from './check-invariants.js';
import type { ExploreOptions, ExploreView } from './options.js';
import { PollGate } from './poll-gate.js';
import { maxChoices, type RunResult } from './run-result.js';
import type { Schedule } from './schedule-arbitrary.js';
import type { Chooser } from './strategies.js';

/** What all runs of an exploration share. */
export interface Exploration<World> {
  readonly workflowType: string;
  readonly code: WorkflowCode;
  readonly secondVersion: WorkflowCode | undefined;
  readonly options: ExploreOptions<World>;
}

const namespace = 'default';
const workflowId = 'explored';
const startMs = Date.UTC(2030, 0, 1);

/**
 * One run of a workflow under a schedule. It owns a stage of its own; nothing is shared between runs, so the same
 * choices give the same run.
 */
export class ExploreRun<World> {
  readonly #exploration: Exploration<World>;
  readonly #options: ExploreOptions<World>;
  readonly #world: World;
  readonly #gate = new PollGate();
  readonly #remaining: Remaining;
  readonly #stage: Stage;
  readonly #attempts: Attempts;
  readonly #client: Client;
  readonly #steps: string[] = [];
  readonly #taken: number[] = [];
  readonly #widths: number[] = [];
  readonly #order: ActionId[] = [];
  readonly #deviations: RunResult['deviations'][number][] = [];
  #code: WorkflowCode;
  /** A task was wanted and none could be had: its queue has no worker any more until time goes on. */
  #isStuck = false;
  /** The workflow has ended, and nothing that still ran is waited for. */
  #hasLeft = false;
  #state: Readonly<Record<string, unknown>> = {};
  readonly #chain: ChainReader;
  /** How many runs of the chain have been judged. */
  #judgedRuns = 0;
  #violation: Violation | undefined;

  constructor(exploration: Exploration<World>) {
    this.#exploration = exploration;
    this.#options = exploration.options;
    this.#code = exploration.code;
    const { options } = exploration;
    this.#world = options.world?.() as World;
    this.#remaining = new Remaining(options.faults ?? {}, options.signals ?? [], options.updates ?? []);
    this.#stage = new Stage({
      code: exploration.code,
      namespace,
      taskQueue: 'test',
      nowMs: startMs,
      random: seededRandomOf(),
      autoSkip: false,
      maxSkips: 1,
      stallMs: 60_000,
      activityMs: 60_000,
      activities: activitiesOf(options, this.#world),
      twice: false,
      separateWorkers: true,
      admitPoll: (poll, signal) => this.#gate.admit(poll, signal),
      aroundAttempt: (attempt, perform) => this.#attempts.around(attempt, perform),
      // Failures of a task that is tried again leave no event.
      onTaskFailed: (_, { cause, failure }) => {
        this.#violation ??= violationOfTask({ cause, failure, scheduledEventId: undefined });
      },
      onClosed: () => Promise.resolve(),
    });
    this.#attempts = new Attempts(this.#stage.actors);
    this.#chain = new ChainReader(this.#stage.service, namespace, workflowId);
    let ids = 0;
    this.#client = new Client({
      connection: { service: this.#stage.clientService },
      newId: () => `request-${++ids}`,
    });
  }

  async run(schedule: Schedule): Promise<RunResult> {
    const choose = schedule.chooser();
    try {
      await this.#client.workflow.start(this.#exploration.workflowType, {
        workflowId,
        taskQueue: 'test',
        args: [...(this.#options.args ?? [])],
      } as never);
      const maxSteps = this.#options.maxSteps ?? 300;
      for (;;) {
        await this.#observe();
        if (this.#violation) break;
        const enabled = await this.#enabled();
        if (enabled.length === 0) break;
        if (this.#steps.length >= maxSteps) {
          const message = `the workflow has not ended after ${maxSteps} steps`;
          this.#violation = { kind: 'neverEnds', message };
          break;
        }
        const action = enabled[this.#choose(enabled, choose)]!;
        this.#order.push(idOf(action));
        await this.#perform(action);
      }
      if (!this.#violation) await this.#judgeEnd();
    } finally {
      await this.#stage.close();
    }
    return {
      taken: this.#taken,
      widths: this.#widths,
      order: this.#order,
      deviations: this.#deviations,
      steps: this.#steps,
      violation: this.#violation,
      history: this.#chain.current,
    };
  }

  /** A choice is recorded only where there was one. */
  #choose(enabled: readonly Action[], choose: Chooser): number {
    if (enabled.length === 1 || this.#taken.length >= maxChoices) {
      choose.forced?.(enabled[0]!);
      return 0;
    }
    const chosen = choose(enabled);
    if (chosen > 0) this.#deviations.push({ at: this.#order.length, calm: idOf(enabled[0]!) });
    this.#taken.push(chosen);
    this.#widths.push(enabled.length);
    return chosen;
  }

  /** Waits until everything has settled, then looks at what came of it. */
  async #observe(): Promise<void> {
    const { traffic, problems } = this.#stage;
    await traffic.settled();
    try {
      problems.throwUntold();
    } catch (error) {
      this.#violation = { kind: 'unexpectedCall', message: (error as Error).message };
    }
    await this.#chain.read();
    this.#violation ??= this.#violationOfClosedRuns() ?? failedTask(this.#chain.current);
    if (this.#violation || !this.#options.always) return;
    this.#violation = brokenInvariant(this.#options.always, this.#view(), 'always');
  }

  /** Of runs that another one has followed: the end of the chain does not show what they left behind. */
  #violationOfClosedRuns(): Violation | undefined {
    const { runs } = this.#chain;
    while (this.#judgedRuns < runs.length - 1) {
      const violation = violationOfClosed(runs[this.#judgedRuns++]!, this.#options);
      if (violation) return violation;
    }
    return undefined;
  }

  async #enabled(): Promise<Action[]> {
    const isOpen = outcomeOf(this.#chain.current) === 'RUNNING';
    if (!isOpen) return this.#hasLeft ? [] : actionsAfterEnd(this.#attempts.waiting);
    const { backlog } = this.#stage.service.activity();
    const hasWorkflowTask = backlog > 0 && !this.#isStuck;
    if (!hasWorkflowTask) await this.#query();
    const moment = {
      hasWorkflowTask,
      attempts: this.#attempts.waiting,
      nextDueMs: this.#nextDueMs(),
      isOpen,
    };
    return enabledActions(moment, this.#remaining);
  }

  /** When time can bring anything about: timeouts of what has ended do not count. */
  #nextDueMs(): number | undefined {
    this.#stage.service.settleDueTimes();
    return this.#stage.clock.nextDueMs();
  }

  async #perform(action: Action): Promise<void> {
    switch (action.type) {
      case 'workflowTask':
        this.#isStuck = !(await this.#gate.deliver(() => this.#stage.traffic.settled()));
        this.#steps.push(
          this.#isStuck ? 'no worker can take the workflow task' : 'the worker runs the workflow',
        );
        return;
      case 'advance':
        return this.#advance();
      case 'leave':
        this.#hasLeft = true;
        return;
      case 'signal':
      case 'duplicateSignal':
        return this.#signal(action);
      case 'update':
        return this.#update(action.update);
      case 'cancel':
        this.#remaining.cancellations -= 1;
        this.#steps.push('cancellation is requested');
        return this.#client.workflow.getHandle(workflowId).cancel();
      case 'evict':
        this.#remaining.evictions -= 1;
        this.#steps.push('the worker is replaced by a cold one');
        return this.#stage.replaceWorkers(this.#code);
      case 'crash':
        this.#remaining.crashes -= 1;
        this.#steps.push('the worker takes the workflow task and dies');
        await this.#gate.lose(() => this.#stage.traffic.settled());
        return this.#stage.replaceWorkers(this.#code);
      case 'deploy':
        this.#remaining.deployments -= 1;
        this.#code = this.#exploration.secondVersion!;
        this.#steps.push('the second version of the code is deployed');
        return this.#stage.replaceWorkers(this.#code);
      default:
        return this.#decide(action.type, action.activity);
    }
  }

  /** Goes on to the next moment at which something is due. */
  async #advance(): Promise<void> {
    const { clock } = this.#stage;
    const beforeMs = clock.nowMs();
    this.#isStuck = false;
    clock.fireNext();
    await this.#stage.traffic.settled();
    this.#steps.push(`time goes on by ${durationText(clock.nowMs() - beforeMs)}`);
  }

  async #signal(action: { readonly type: string; readonly signal: number }): Promise<void> {
    const { name, args = [] } = this.#options.signals![action.signal]!;
    this.#remaining.unsentSignals.delete(action.signal);
    this.#remaining.sentSignals.add(action.signal);
    const again = action.type === 'duplicateSignal';
    if (again) this.#remaining.duplicates -= 1;
    this.#steps.push(
      `signal ${nameOf(name)}(${args.map((arg) => JSON.stringify(arg)).join(', ')})${again ? ' again' : ''}`,
    );
    await this.#client.workflow.getHandle(workflowId).signal(nameOf(name), ...args);
  }

  async #update(index: number): Promise<void> {
    const { name, args = [] } = this.#options.updates![index]!;
    this.#remaining.unsentUpdates.delete(index);
    this.#steps.push(`update ${nameOf(name)} is sent`);
    // Its outcome is the workflow's business; a rejection is an answer like any other.
    const sent = this.#client.workflow.getHandle(workflowId).executeUpdate(nameOf(name), { args } as never);
    sent.catch(() => undefined);
    return Promise.resolve();
  }

  #decide(type: 'complete' | 'fail' | 'lose' | 'timeOut' | 'late', number: number): void {
    const attempt = this.#attempts.byNumber(number);
    const { activityType, name } = attempt;
    const done = {
      complete: `${name} ${attempt.late ? 'answers late' : 'completes'}`,
      fail: `${name} fails`,
      lose: `${name} does its work, and its answer is lost`,
      timeOut: `${name} does nothing and times out`,
      late: `${name} takes longer than its timeout`,
    };
    this.#steps.push(done[type]);
    if (type === 'late') {
      attempt.late = true;
      return this.#remaining.late.spend(activityType);
    }
    if (type === 'fail') this.#remaining.failures.spend(activityType);
    if (type === 'lose') this.#remaining.lost.spend(activityType);
    if (type === 'timeOut') this.#remaining.timeouts.spend(activityType);
    attempt.decide(type);
  }

  /** Asks the queries while the workflow is at rest; the polls of the worker have to let them through. */
  async #query(): Promise<void> {
    const queries = this.#options.queries ?? [];
    if (queries.length === 0 || !this.#chain.current.some((event) => event.type === 'WorkflowTaskCompleted'))
      return;
    const state: Record<string, unknown> = {};
    for (const query of queries) {
      const answer = this.#client.workflow.getHandle(workflowId).query(nameOf(query));
      answer.catch(() => undefined);
      await this.#gate.deliver(() => this.#turns());
      state[nameOf(query)] = await answer.catch((error: unknown) => error);
    }
    this.#state = state;
  }

  /** The query itself is under way, so that traffic cannot settle: a few turns are enough to reach the worker. */
  async #turns(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  async #judgeEnd(): Promise<void> {
    const { eventually } = this.#options;
    this.#violation = violationAtEnd(this.#chain.current, this.#options);
    if (this.#violation) return;
    this.#violation = await this.#replayViolation();
    if (this.#violation || !eventually) return;
    this.#violation = brokenInvariant(eventually, this.#view(), 'eventually');
  }

  async #replayViolation(): Promise<Violation | undefined> {
    try {
      // Evictions cut the other runs anywhere; the calm one is replayed at every cut.
      const isCalm = this.#taken.every((choice) => choice === 0);
      await assertReplays(this.#code, namespace, this.#chain.current, isCalm ? 'all' : 'last');
      return undefined;
    } catch (error) {
      return { kind: 'nondeterminism', message: (error as Error).message };
    }
  }

  #view(): ExploreView<World> {
    const close = closeEvent(this.#chain.current);
    return {
      world: this.#world,
      state: this.#state,
      status: outcomeOf(this.#chain.current),
      result:
        close?.type === 'WorkflowExecutionCompleted' ? payloadValues(close.attributes.result)[0] : undefined,
      history: this.#chain.current,
      runs: this.#chain.runs,
    };
  }
}

function activitiesOf<World>(options: ExploreOptions<World>, world: World): Activities {
  const { activities } = options;
  return (
    (typeof activities === 'function' ? (activities as (world: World) => Activities)(world) : activities) ??
    {}
  );
}

function nameOf(named: string | { readonly name: string }): string {
  return typeof named === 'string' ? named : named.name;
}
