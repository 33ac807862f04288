import type { Activation, Completion, WorkflowInstance } from '../core/activation.js';
import { InvariantViolation } from '../errors.js';
import type { TemporalBundle } from './bundle.js';
import type { TemporalContext } from './context.js';
import { createTemporalContext } from './context.js';
import type { DrivenExecution, SinkCall, StartFailure } from './inside/driver.js';
import { trackingPromises } from './promise-stacks.js';
import { createStackMapper, locationsOf } from './source-stack.js';

export interface TemporalInstanceOptions {
  readonly namespace?: string;
  readonly taskQueue?: string;
  /** As the Temporal worker's option: names of errors that fail the workflow, not its task. */
  readonly workflowFailureErrorTypes?: readonly string[];
  /** Record where each command was asked for: slower, for explanations. */
  readonly callSites?: boolean;
  /** Keep the stacks of what is waited for, for `__stack_trace`. Slow. */
  readonly stackTraces?: boolean;
}

/** Hosts the user's own `@temporalio/workflow`: many executions, one V8 context. */
export interface TemporalHost {
  readonly bundle: TemporalBundle;
  createInstance(options?: TemporalInstanceOptions): TemporalInstance;
  /** Names of the workflows that the bundle exports. Throws what its modules throw when they load. */
  listWorkflowTypes(): string[];
  /** Whether a promise was made by code in here: for unhandled rejections. */
  owns(promise: unknown): boolean;
}

export interface TemporalInstance extends WorkflowInstance {
  /** An unhandled rejection of this execution: its next activation fails with it. */
  reject(error: unknown): void;
  /** Set when the first activation failed before the workflow's function could be called. */
  readonly startFailure: StartFailure | undefined;
  /** Calls of sinks since the last time, in order: objects of the realm, to be copied. */
  takeSinkCalls(): readonly SinkCall[];
  /** Names of the queries that have a handler now, the SDK's own not. */
  queryNames(): readonly string[];
}

export function createTemporalHost(bundle: TemporalBundle): TemporalHost {
  const context = createTemporalContext(bundle);
  return {
    bundle,
    owns: context.owns,
    listWorkflowTypes: () => context.workflowTypes(),
    createInstance(options = {}) {
      const execution = context.newExecution({
        namespace: options.namespace ?? 'default',
        taskQueue: options.taskQueue ?? 'default',
        workflowFailureErrorTypes: options.workflowFailureErrorTypes ?? [],
        callSites: options.callSites ?? false,
        stackTraces: options.stackTraces ? bundle.userSourceMap : undefined,
      });
      if (!options.stackTraces) return instanceOf(execution, context.run);
      const readStack = createStackMapper(bundle.filename, bundle.userSourceMap);
      return instanceOf(execution, tracking(context, execution, readStack));
    },
  };
}

type Run = TemporalContext['run'];

/** Runs as the context does, and tells the execution where its promises were made. */
function tracking(
  context: TemporalContext,
  { promises }: DrivenExecution,
  read: (stack: string) => string,
): Run {
  const tracker = {
    owns: context.owns,
    made(promise: object, parent: object | undefined, stack: string) {
      const readable = read(stack).split('\n').slice(1).join('\n');
      promises.made(promise, parent, readable, JSON.stringify(locationsOf(readable)));
    },
    settled: (promise: object) => promises.settled(promise),
  };
  return (call) => trackingPromises(tracker, () => context.run(call));
}

function instanceOf(execution: DrivenExecution, run: Run): TemporalInstance {
  let created = false;
  let rejected: { readonly error: unknown } | undefined;
  return {
    activate(activation) {
      try {
        if (!created) {
          created = true;
          const job = activation.jobs.find((candidate) => candidate.type === 'initializeWorkflow');
          if (!job)
            throw new InvariantViolation('RFN3005', 'the first activation does not initialize the workflow');
          run(() => execution.create(activation, job));
        }
        return activate(execution, activation, run);
      } catch (error) {
        if (error instanceof InvariantViolation) throw error;
        return execution.failed(error);
      } finally {
        if (rejected) execution.reject(rejected.error);
      }
    },
    reject(error) {
      rejected ??= { error };
      execution.reject(error);
    },
    get startFailure() {
      return execution.startFailure();
    },
    takeSinkCalls: () => execution.takeSinkCalls(),
    queryNames: () => execution.queryNames(),
    dispose: () => run(() => execution.dispose()),
  };
}

function activate(execution: DrivenExecution, activation: Activation, run: Run): Completion {
  const batches = execution.prepare(activation);
  for (let index = 0; index < batches; index++) {
    run(() => execution.runBatch(index));
    while (execution.unblock()) run(nothing);
  }
  return execution.conclude();
}

const nothing = () => undefined;
