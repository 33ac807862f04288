import type { Command, HistoryEvent, TaskApi, Service } from '@refrain/engine/internal';
import type { Mock } from '../mocks/mock.js';
import type { MockRegistry } from '../mocks/registry.js';
import type { Rule } from '../mocks/rule.js';
import type { Actors } from '../time/actors.js';
import type { Conversion } from './conversion.js';

type WorkflowTask = TaskApi.PollWorkflowTaskQueueResponse;
type CallRecord = Mock<readonly unknown[], unknown>['calls'][number];

const standInType = '__refrain_external_workflow';

export interface MockedWorkflowsOptions {
  readonly service: Service;
  readonly registry: MockRegistry;
  readonly actors: Actors;
  readonly conversion: Conversion;
  readonly namespace: string;
  readonly taskQueue: string;
}

/**
 * Answers the workflow tasks of mocked children, and of the stand-ins that receive signals in place of workflows
 * outside of the test. To the service they are executions like all others: parents, histories and timers are
 * real, only the code is missing.
 */
export class MockedWorkflows {
  readonly #options: MockedWorkflowsOptions;
  /** By run id: what a mocked child decided at its start. */
  readonly #decided = new Map<string, Decision>();
  readonly #standIns = new Set<string>();

  constructor(options: MockedWorkflowsOptions) {
    this.#options = options;
  }

  /** Whether a history belongs to a mock: there is no code that it could be replayed with. */
  isMocked(history: readonly HistoryEvent[]): boolean {
    const started = history[0];
    if (started?.type !== 'WorkflowExecutionStarted') return false;
    const type = started.attributes.workflowType.name;
    return (
      type === standInType || this.#mockOf(type, started.attributes.parentWorkflowExecution) !== undefined
    );
  }

  async takeTask(task: WorkflowTask): Promise<boolean> {
    const commands = await this.#commandsFor(task);
    if (!commands) return false;
    await this.#options.service.respondWorkflowTaskCompleted({
      namespace: this.#options.namespace,
      taskToken: task.taskToken,
      commands,
    });
    return true;
  }

  /** Before a signal or a cancellation goes out to a mocked workflow, its stand-in has to be there. */
  async prepareTargets(commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      const workflowId = targetOf(command);
      const mock = workflowId === undefined ? undefined : this.#options.registry.external.get(workflowId);
      if (!mock || mock.isRefusing || this.#standIns.has(mock.workflowId)) continue;
      this.#standIns.add(mock.workflowId);
      await this.#options.service.startWorkflowExecution({
        namespace: this.#options.namespace,
        workflowId: mock.workflowId,
        workflowType: { name: standInType },
        taskQueue: { name: this.#options.taskQueue },
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
    }
  }

  async #commandsFor(task: WorkflowTask): Promise<readonly Command[] | undefined> {
    const started = task.history.events[0];
    if (started?.type !== 'WorkflowExecutionStarted') return undefined;
    if (task.workflowType.name === standInType) return this.#receive(task);
    const mock = this.#mockOf(task.workflowType.name, started.attributes.parentWorkflowExecution);
    return mock && this.#childCommands(mock, task, started);
  }

  /** Only children are mocked: a test that starts a workflow itself means the real one. */
  #mockOf(type: string, parent: object | undefined): Mock<readonly unknown[], unknown> | undefined {
    return parent && this.#options.registry.children.get(type);
  }

  #receive(task: WorkflowTask): readonly Command[] {
    const mock = this.#options.registry.external.get(task.workflowExecution.workflowId);
    for (const event of task.history.events.slice(task.previousStartedEventId)) {
      if (event.type === 'WorkflowExecutionCancelRequested') mock?.recordCancelRequest();
      if (event.type !== 'WorkflowExecutionSignaled') continue;
      mock?.record({
        name: event.attributes.signalName,
        args: this.#options.conversion.fromPayloads(event.attributes.input),
        atMs: event.eventTimeMs,
      });
    }
    return [];
  }

  async #childCommands(
    mock: Mock<readonly unknown[], unknown>,
    task: WorkflowTask,
    started: HistoryEvent & { type: 'WorkflowExecutionStarted' },
  ): Promise<readonly Command[]> {
    const { runId } = task.workflowExecution;
    const known = this.#decided.get(runId);
    const events = task.history.events;
    if (events.some((event) => event.type === 'WorkflowExecutionCancelRequested'))
      return [{ type: 'CancelWorkflowExecution', attributes: {} }];
    if (known) {
      return events.some((event) => event.type === 'TimerFired') ? [this.#close(known)] : [];
    }
    const decision = await this.#decide(mock, task, started);
    this.#decided.set(runId, decision);
    if (decision.delayMs === undefined) return [];
    if (decision.delayMs === 0) return [this.#close(decision)];
    return [{ type: 'StartTimer', attributes: { timerId: 'mock', startToFireTimeoutMs: decision.delayMs } }];
  }

  async #decide(
    mock: Mock<readonly unknown[], unknown>,
    task: WorkflowTask,
    started: HistoryEvent & { type: 'WorkflowExecutionStarted' },
  ): Promise<Decision> {
    const args = this.#options.conversion.fromPayloads(started.attributes.input);
    const call: CallRecord = {
      args,
      atMs: started.eventTimeMs,
      attempt: started.attributes.attempt ?? 1,
      workflowId: task.workflowExecution.workflowId,
    };
    const rule = this.#options.registry.choose(mock, call);
    if (rule instanceof Error) return { delayMs: 0, error: rule };
    const delayMs = rule.behaviour.type === 'timesOut' ? undefined : rule.delayMs;
    try {
      const value = await this.#options.actors.run(() => outcomeOf(rule, args));
      call.outcome = { type: 'returned', value };
      return { delayMs, value };
    } catch (error) {
      call.outcome = { type: 'threw', error };
      return { delayMs, error };
    }
  }

  #close(decision: Decision): Command {
    const { conversion } = this.#options;
    return 'error' in decision
      ? { type: 'FailWorkflowExecution', attributes: { failure: conversion.toFailure(decision.error) } }
      : { type: 'CompleteWorkflowExecution', attributes: { result: conversion.toPayloads(decision.value) } };
  }
}

/** How a mocked child ends, and after how long; without a delay it never does. */
type Decision =
  | { readonly delayMs: number | undefined; readonly value: unknown; readonly error?: undefined }
  | { readonly delayMs: number | undefined; readonly error: unknown };

function outcomeOf(rule: Rule, args: readonly unknown[]): unknown {
  switch (rule.behaviour.type) {
    case 'returns':
      return rule.behaviour.value;
    case 'throws':
      throw rule.behaviour.error;
    case 'implements':
      return rule.behaviour.implementation(...(args as never[]));
    default:
      return undefined;
  }
}

function targetOf(command: Command): string | undefined {
  if (command.type === 'SignalExternalWorkflowExecution') return command.attributes.execution?.workflowId;
  if (command.type === 'RequestCancelExternalWorkflowExecution') return command.attributes.workflowId;
  return undefined;
}
