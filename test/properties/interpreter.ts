import type { ActivationApi, Payload } from '@refrain/engine/internal';
import type { Resume, Routine, Scope, Sequences } from './coroutines.js';
import { all, race, scoped, spawn } from './coroutines.js';
import type { Operation, Program, WorkflowProgram } from './programs.js';

type Job = ActivationApi.ActivationJob;
type Command = ActivationApi.WorkflowCommand;
export function payload(value: unknown): Payload {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return { metadata: { encoding: base64('json/plain') }, data: base64(JSON.stringify(value)) };
}

/** Jobs that by themselves show the code nothing. */
const silent = new Set([
  'queryWorkflow',
  'doUpdate',
  'notifyHasPatch',
  'notifyHasVersion',
  'resolveSideEffect',
]);

/**
 * Runs a program right on activations, without promises. All that the code sees goes into `seen`, and `seen` goes
 * into each command: a replay that shows the code anything else shows it in the commands.
 */
export class ProgramInstance implements ActivationApi.WorkflowInstance {
  readonly #program: WorkflowProgram;
  #commands: Command[] = [];
  #seen = '';
  #seqs = new Map<string, number>();
  #waiting = new Map<string, Resume>();
  #children = new Map<number, number>();
  #patches = new Set<string>();
  #versions = new Map<string, number>();
  #sideEffects = new Map<number, Payload | undefined>();
  #signals: string[] = [];
  #signalWaiters: Resume[] = [];
  #replaying = false;
  #now = '';
  #ended = false;
  readonly #sequences: Sequences = {
    run: (program, scope) => this.#sequence(program, scope),
    ended: () => this.#ended,
  };

  constructor(program: WorkflowProgram) {
    this.#program = program;
  }

  activate(activation: ActivationApi.Activation): ActivationApi.Completion {
    this.#commands = [];
    this.#replaying = activation.isReplaying;
    this.#now = `@${activation.timestampMs}/${activation.historyLength}`;
    // Queries and validators change nothing (E7): what may turn out to be rejected is not seen here.
    if (activation.jobs.some((job) => !silent.has(job.type))) this.#see(this.#now);
    for (const job of activation.jobs) this.#take(job);
    return { status: 'successful', commands: this.#commands, usedInternalFlags: [] };
  }

  dispose(): void {
    this.#waiting.clear();
  }

  #see(what: string): void {
    // A digest keeps commands small: the order and the content of all that was seen.
    let hash = 7;
    for (const char of this.#seen + what) hash = (hash * 31 + char.charCodeAt(0)) | 0;
    this.#seen = String(hash);
  }

  #take(job: Job): void {
    switch (job.type) {
      case 'initializeWorkflow':
        this.#see(job.randomnessSeed);
        spawn(this.#main());
        break;
      case 'notifyHasPatch':
        this.#patches.add(job.patchId);
        break;
      case 'notifyHasVersion':
        this.#versions.set(job.changeId, job.version);
        break;
      case 'resolveSideEffect':
        this.#sideEffects.set(job.seq, job.value);
        break;
      case 'signalWorkflow': {
        this.#see(job.signalName);
        const waiter = this.#signalWaiters.shift();
        if (waiter) waiter(job.signalName);
        else this.#signals.push(job.signalName);
        break;
      }
      case 'doUpdate':
        this.#update(job);
        break;
      case 'queryWorkflow':
        this.#commands.push({
          type: 'respondToQuery',
          queryId: job.queryId,
          status: 'succeeded',
          response: payload(this.#seen),
        });
        break;
      case 'cancelWorkflow':
        this.#see(`cancel:${job.reason}`);
        break;
      case 'updateRandomSeed':
        this.#see(job.randomnessSeed);
        break;
      default:
        this.#resolve(job);
    }
  }

  #resolve(job: Job): void {
    if (!('seq' in job)) return;
    const status = 'result' in job ? job.result.status : 'failure' in job ? 'failed' : 'done';
    const local = job.type === 'resolveActivity' && job.isLocal ? 'Local' : '';
    this.#see(`${job.type}${local}:${job.seq}:${JSON.stringify('result' in job ? job.result : status)}`);
    this.#resume(`${job.type}${local}:${job.seq}`, status);
  }

  #resume(key: string, value: string): void {
    const resume = this.#waiting.get(key);
    this.#waiting.delete(key);
    resume?.(value);
  }

  #update(job: ActivationApi.DoUpdate): void {
    const { protocolInstanceId } = job;
    const odd = Buffer.from(job.input[0]?.data ?? '', 'base64').toString() === '1';
    if (job.runValidator && odd) {
      this.#commands.push({
        type: 'updateResponse',
        protocolInstanceId,
        status: 'rejected',
        failure: { message: 'odd' },
      });
      return;
    }
    this.#see(`update:${job.id}${this.#now}`);
    this.#commands.push({ type: 'updateResponse', protocolInstanceId, status: 'accepted' });
    spawn(this.#handleUpdate(protocolInstanceId));
  }

  *#handleUpdate(protocolInstanceId: string): Routine {
    const scope: Scope = { cancelled: false, cancels: new Set() };
    yield* this.#sequence(this.#program.onUpdate, scope);
    if (this.#ended) return '';
    const answer = { type: 'updateResponse', protocolInstanceId } as const;
    if (this.#program.updateFails) {
      this.#commands.push({ ...answer, status: 'rejected', failure: { message: this.#seen } });
    } else this.#commands.push({ ...answer, status: 'completed', result: payload(this.#seen) });
    return '';
  }

  *#main(): Routine {
    yield* this.#sequence(this.#program.body, { cancelled: false, cancels: new Set() });
    this.#ended = true;
    switch (this.#program.end) {
      case 'complete':
        this.#commands.push({ type: 'completeWorkflowExecution', result: payload(this.#seen) });
        break;
      case 'fail':
        this.#commands.push({ type: 'failWorkflowExecution', failure: { message: this.#seen } });
        break;
      case 'cancelled':
        this.#commands.push({ type: 'cancelWorkflowExecution' });
        break;
      case 'continueAsNew':
        this.#commands.push({
          type: 'continueAsNewWorkflowExecution',
          workflowType: 'program',
          arguments: [payload(this.#seen)],
          headers: {},
        });
        break;
    }
    return '';
  }

  *#sequence(program: Program, scope: Scope): Routine {
    for (const operation of program) {
      if (scope.cancelled || this.#ended) return 'cancelled';
      this.#see(yield* this.#operation(operation, scope));
    }
    return 'done';
  }

  *#operation(operation: Operation, scope: Scope): Routine {
    switch (operation.type) {
      case 'activity':
        return yield* this.#activity(operation, scope);
      case 'localActivity':
        return yield* this.#localActivity(operation, scope);
      case 'timer':
        return yield* this.#timer(operation.ms, scope);
      case 'child':
        return yield* this.#child(operation, scope);
      case 'waitSignal':
        return yield* this.#waitSignal();
      case 'signalOther':
        return yield* this.#signalOther(scope);
      case 'cancelOther':
        return yield* this.#cancelOther();
      case 'all':
        return yield* all(operation.branches, scope, this.#sequences);
      case 'race':
        return yield* race(operation.branches, scope, this.#sequences);
      case 'scope':
        return yield* scoped(operation.body, operation.until, scope, this.#sequences);
      default:
        return this.#immediate(operation);
    }
  }

  #immediate(
    operation: Extract<Operation, { type: 'patch' | 'version' | 'sideEffect' | 'upsert' | 'memo' }>,
  ): string {
    switch (operation.type) {
      case 'patch': {
        const has = this.#patches.has(operation.id) || !this.#replaying;
        if (has || operation.deprecated) {
          this.#patches.add(operation.id);
          this.#commands.push({
            type: 'setPatchMarker',
            patchId: operation.id,
            deprecated: operation.deprecated,
          });
        }
        return String(has || operation.deprecated);
      }
      case 'version': {
        const known = this.#versions.get(operation.id);
        if (known === undefined && this.#replaying) return '-1';
        if (!this.#versions.has(`${operation.id}!`)) {
          this.#versions.set(`${operation.id}!`, 1);
          this.#versions.set(operation.id, known ?? 1);
          this.#commands.push({ type: 'setVersionMarker', changeId: operation.id, version: known ?? 1 });
        }
        return String(known ?? 1);
      }
      case 'sideEffect': {
        const seq = this.#next('sideEffect');
        const fresh = this.#replaying ? 'not announced' : `fresh ${seq}`;
        const value = this.#sideEffects.get(seq) ?? payload(fresh);
        this.#commands.push({ type: 'recordSideEffect', seq, value });
        return value.data ?? '';
      }
      case 'upsert': {
        const indexedFields = { Seen: payload(this.#seen) };
        this.#commands.push({ type: 'upsertWorkflowSearchAttributes', searchAttributes: { indexedFields } });
        return '';
      }
      case 'memo':
        this.#commands.push({
          type: 'modifyWorkflowProperties',
          upsertedMemo: { fields: { seen: payload(this.#seen) } },
        });
        return '';
    }
  }

  *#activity(operation: Extract<Operation, { type: 'activity' }>, scope: Scope): Routine {
    const seq = this.#next('activity');
    this.#commands.push({
      type: 'scheduleActivity',
      seq,
      activityId: String(seq),
      activityType: operation.name,
      headers: {},
      arguments: [payload(this.#seen)],
      startToCloseTimeoutMs: 1000,
      cancellationType: operation.cancel,
    });
    return yield* this.#wait(`resolveActivity:${seq}`, scope, () =>
      this.#commands.push({ type: 'requestCancelActivity', seq }),
    );
  }

  *#localActivity(operation: Extract<Operation, { type: 'localActivity' }>, scope: Scope): Routine {
    let attempt = 1;
    for (;;) {
      const seq = this.#next('activity');
      this.#commands.push({
        type: 'scheduleLocalActivity',
        seq,
        activityId: String(seq),
        activityType: operation.name,
        headers: {},
        arguments: [payload(this.#seen)],
        startToCloseTimeoutMs: 1000,
        cancellationType: operation.cancel,
        attempt,
      });
      const status = yield* this.#wait(`resolveActivityLocal:${seq}`, scope, () =>
        this.#commands.push({ type: 'requestCancelLocalActivity', seq }),
      );
      if (status !== 'backoff' || scope.cancelled) return status;
      attempt += 1;
      const woken = yield* this.#timer(5, scope);
      if (woken === 'cancelled') return woken;
    }
  }

  *#timer(ms: number, scope: Scope): Routine {
    const seq = this.#next('timer');
    this.#commands.push({ type: 'startTimer', seq, startToFireTimeoutMs: ms });
    return yield* this.#wait(`fireTimer:${seq}`, scope, () => {
      // Some code cancels twice.
      for (let times = 0; times <= seq % 2; times++) this.#commands.push({ type: 'cancelTimer', seq });
      this.#resume(`fireTimer:${seq}`, 'cancelled');
    });
  }

  *#child(operation: Extract<Operation, { type: 'child' }>, scope: Scope): Routine {
    const seq = this.#next('child');
    this.#children.set(seq, seq);
    this.#commands.push({
      type: 'startChildWorkflowExecution',
      seq,
      workflowId: `child-${seq}`,
      workflowType: operation.name,
      input: [payload(this.#seen)],
      parentClosePolicy: 'TERMINATE',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      headers: {},
      cancellationType: operation.cancel,
    });
    const cancel = () => {
      for (let times = 0; times <= seq % 2; times++) {
        this.#commands.push({ type: 'cancelChildWorkflowExecution', childWorkflowSeq: seq, reason: 'scope' });
      }
    };
    // With a cancellation that does not wait, the end may be told before the start.
    let ended: string | undefined;
    this.#waiting.set(`resolveChildWorkflowExecution:${seq}`, (status) => {
      ended = status;
      this.#resume(`resolveChildWorkflowExecutionStart:${seq}`, 'ended');
    });
    const started = yield* this.#wait(`resolveChildWorkflowExecutionStart:${seq}`, scope, cancel);
    if (ended !== undefined) return ended;
    if (started !== 'succeeded') return started;
    if (scope.cancelled) return 'cancelled';
    return yield* this.#wait(`resolveChildWorkflowExecution:${seq}`, scope, cancel);
  }

  *#waitSignal(): Routine {
    const buffered = this.#signals.shift();
    if (buffered !== undefined) return buffered;
    return yield (resume) => void this.#signalWaiters.push(resume);
  }

  *#signalOther(scope: Scope): Routine {
    const seq = this.#next('signal');
    this.#commands.push({
      type: 'signalExternalWorkflowExecution',
      seq,
      workflowExecution: { namespace: 'default', workflowId: 'other', runId: '' },
      signalName: 'hello',
      args: [payload(this.#seen)],
      headers: {},
    });
    return yield* this.#wait(`resolveSignalExternalWorkflow:${seq}`, scope, () =>
      this.#commands.push({ type: 'cancelSignalWorkflow', seq }),
    );
  }

  *#cancelOther(): Routine {
    const seq = this.#next('cancel');
    this.#commands.push({
      type: 'requestCancelExternalWorkflowExecution',
      seq,
      workflowExecution: { namespace: 'default', workflowId: 'other', runId: '' },
      reason: this.#seen,
    });
    return yield (resume) => void this.#waiting.set(`resolveRequestCancelExternalWorkflow:${seq}`, resume);
  }

  *#wait(key: string, scope: Scope, cancel: () => void): Routine {
    const result = yield (resume) => {
      this.#waiting.set(key, resume);
      scope.cancels.add(cancel);
    };
    scope.cancels.delete(cancel);
    return result;
  }

  #next(kind: string): number {
    const seq = (this.#seqs.get(kind) ?? 0) + 1;
    this.#seqs.set(kind, seq);
    return seq;
  }
}
