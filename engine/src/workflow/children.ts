import { optionalTimeoutMs } from '../failures/duration.js';
import type { WorkflowSerializationContext } from '../converter/payload-converter.js';
import { commandingActivator, maybeActivator, type Activator } from '../runtime/activator.js';
import { connectToScope } from '../runtime/cancellation-scope.js';
import type {
  ChildWorkflowHandle,
  SignalDefinition,
  WithWorkflowArgs,
  Workflow,
  WorkflowResultType,
  WorkflowReturnType,
  WorkflowSignalOptions,
} from '../runtime/function-types.js';
import { composeInterceptors, type StartChildWorkflowExecutionInput } from '../runtime/interceptors.js';
import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  WorkflowIdReusePolicy,
  type ChildWorkflowOptions,
  type ChildWorkflowOptionsWithDefaults,
} from '../runtime/options.js';
import { untrack } from '../runtime/realm.js';
import { encodeSearchAttributes } from '../runtime/search-attributes.js';
import { mapToRecorded } from '../converter/payload-converter.js';
import { sendSignal } from './external.js';
import { uuid4 } from './random.js';
import { checkChoice, checkName, compilePriority, compileRetryPolicy } from './validate-options.js';

export function targetContext(activator: Activator, workflowId: string): WorkflowSerializationContext {
  return { type: 'workflow', namespace: activator.info.namespace, workflowId };
}

/** The name that a workflow is started by: a text, or the name of its function. */
export function extractWorkflowType(workflow: unknown): string {
  if (typeof workflow === 'string' && workflow !== '') return workflow;
  if (typeof workflow === 'function') {
    if (workflow.name) return workflow.name;
    throw new TypeError('Invalid workflow type: the workflow function is anonymous');
  }
  throw new TypeError(
    `Invalid workflow type: expected either a string or a function, got '${typeof workflow}'`,
  );
}

function timeouts(options: ChildWorkflowOptions): Record<string, number> {
  const compiled: Record<string, number> = {};
  for (const name of ['workflowExecutionTimeout', 'workflowRunTimeout', 'workflowTaskTimeout'] as const) {
    const ms = optionalTimeoutMs(options[name], name);
    if (ms !== undefined) compiled[`${name}Ms`] = ms;
  }
  return compiled;
}

function attributesOf(
  activator: Activator,
  options: ChildWorkflowOptions,
  context: WorkflowSerializationContext,
) {
  const { searchAttributes, typedSearchAttributes, memo, cronSchedule } = options;
  return {
    ...(searchAttributes || typedSearchAttributes
      ? {
          searchAttributes: {
            indexedFields: encodeSearchAttributes(searchAttributes, typedSearchAttributes),
          },
        }
      : {}),
    ...(memo ? { memo: mapToRecorded(activator.payloadConverter, memo, context) } : {}),
    ...(cronSchedule ? { cronSchedule } : {}),
  };
}

function pushStart(activator: Activator, input: StartChildWorkflowExecutionInput, workflowId: string): void {
  const { options, headers, workflowType, seq } = input;
  const context = targetContext(activator, workflowId);
  const retryPolicy = compileRetryPolicy(options.retry);
  const priority = compilePriority(options.priority);
  activator.push({
    type: 'startChildWorkflowExecution',
    seq,
    namespace: activator.info.namespace,
    workflowId,
    workflowType,
    taskQueue: options.taskQueue || activator.info.taskQueue,
    input: activator.toPayloads(options.args, context),
    ...timeouts(options),
    ...(retryPolicy ? { retryPolicy } : {}),
    cancellationType: options.cancellationType,
    parentClosePolicy: options.parentClosePolicy ?? 'UNSPECIFIED',
    workflowIdReusePolicy: options.workflowIdReusePolicy ?? 'UNSPECIFIED',
    headers,
    ...attributesOf(activator, options, context),
    ...(priority ? { priority } : {}),
    ...activator.userMetadata(options.staticSummary, options.staticDetails),
  });
}

function startChildNext(
  input: StartChildWorkflowExecutionInput,
): Promise<[Promise<string>, Promise<unknown>]> {
  const activator = commandingActivator('startChild');
  const { options, seq } = input;
  const workflowId = options.workflowId ?? uuid4();
  const context = targetContext(activator, workflowId);
  const started = new Promise<string>((resolve, reject) => {
    const isCancelled = connectToScope(reject, () => {
      if (!activator.pending.childComplete.has(seq)) return;
      activator.push({ type: 'cancelChildWorkflowExecution', childWorkflowSeq: seq, reason: '' });
    });
    if (isCancelled) return;
    pushStart(activator, input, workflowId);
    activator.wait('childStart', seq, { resolve, reject, context });
  });
  // The result is awaited from the start, so that it is not lost if the workflow asks for it late.
  const completed = new Promise<unknown>((resolve, reject) => {
    untrack(started.catch(reject));
    activator.wait('childComplete', seq, { resolve, reject, context });
  });
  untrack(completed);
  return Promise.resolve([started, completed] as [Promise<string>, Promise<unknown>]);
}

function validated<T extends Workflow>(
  options: WithWorkflowArgs<T, ChildWorkflowOptions> | undefined,
): ChildWorkflowOptionsWithDefaults {
  const { args, workflowId, ...rest } = (options ?? {}) as ChildWorkflowOptions & { args?: unknown };
  timeouts(rest);
  compileRetryPolicy(rest.retry);
  compilePriority(rest.priority);
  checkChoice('cancellationType', rest.cancellationType, ChildWorkflowCancellationType);
  checkChoice('parentClosePolicy', rest.parentClosePolicy, ParentClosePolicy);
  checkChoice('workflowIdReusePolicy', rest.workflowIdReusePolicy, WorkflowIdReusePolicy);
  if (workflowId !== undefined) checkName('workflowId', workflowId);
  if (args !== undefined && !Array.isArray(args)) throw new TypeError('Invalid args: expected an array');
  return {
    workflowId: workflowId ?? uuid4(),
    args: args ?? [],
    ...rest,
    cancellationType: rest.cancellationType ?? 'WAIT_CANCELLATION_COMPLETED',
  };
}

function begin<T extends Workflow>(
  workflow: string | T,
  options: WithWorkflowArgs<T, ChildWorkflowOptions> | undefined,
): { workflowId: string; promises: Promise<[Promise<string>, Promise<unknown>]> } {
  const activator = commandingActivator('startChild');
  const complete = validated(options);
  const workflowType = extractWorkflowType(workflow);
  const { outbound } = activator.interceptors;
  const execute = composeInterceptors(outbound, 'startChildWorkflowExecution', startChildNext);
  const seq = activator.nextSeq.childWorkflow++;
  const promises = execute({ seq, options: complete, headers: {}, workflowType });
  return { workflowId: complete.workflowId, promises };
}

/** Starts a child workflow and waits until it has started. */
export function startChild<T extends Workflow>(
  workflow: string | T,
  options: WithWorkflowArgs<T, ChildWorkflowOptions>,
): Promise<ChildWorkflowHandle<T>>;
export function startChild<T extends () => WorkflowReturnType>(
  workflow: string | T,
): Promise<ChildWorkflowHandle<T>>;
export function startChild<T extends Workflow>(
  workflow: string | T,
  options?: WithWorkflowArgs<T, ChildWorkflowOptions>,
): Promise<ChildWorkflowHandle<T>> {
  maybeActivator()?.assertMayCommand('startChild');
  return startChildAsync(workflow, options);
}

async function startChildAsync<T extends Workflow>(
  workflow: string | T,
  options?: WithWorkflowArgs<T, ChildWorkflowOptions>,
): Promise<ChildWorkflowHandle<T>> {
  const activator = commandingActivator('startChild');
  const { workflowId, promises } = begin(workflow, options);
  const [started, completed] = await promises;
  const firstExecutionRunId = await started;
  const signal = (signalName: string, args: unknown[]): Promise<void> =>
    sendSignal(activator, signalName, args, { type: 'child', childWorkflowId: workflowId });
  return {
    workflowId,
    firstExecutionRunId,
    async result(): Promise<WorkflowResultType<T>> {
      return (await completed) as WorkflowResultType<T>;
    },
    async signal<Args extends unknown[]>(def: SignalDefinition<Args> | string, ...args: Args): Promise<void> {
      return signal(typeof def === 'string' ? def : def.name, args);
    },
    async signalWithOptions<Args extends unknown[]>(
      name: string,
      signalOptions: WorkflowSignalOptions<Args>,
    ): Promise<void> {
      return signal(name, signalOptions.args ?? []);
    },
  };
}

/** Starts a child workflow and waits for its result. */
export function executeChild<T extends Workflow>(
  workflow: string | T,
  options: WithWorkflowArgs<T, ChildWorkflowOptions>,
): Promise<WorkflowResultType<T>>;
export function executeChild<T extends () => WorkflowReturnType>(
  workflow: string | T,
): Promise<WorkflowResultType<T>>;
export function executeChild<T extends Workflow>(
  workflow: string | T,
  options?: WithWorkflowArgs<T, ChildWorkflowOptions>,
): Promise<WorkflowResultType<T>> {
  maybeActivator()?.assertMayCommand('executeChild');
  return executeChildAsync(workflow, options);
}

async function executeChildAsync<T extends Workflow>(
  workflow: string | T,
  options?: WithWorkflowArgs<T, ChildWorkflowOptions>,
): Promise<WorkflowResultType<T>> {
  const { promises } = begin(workflow, options);
  untrack(promises);
  const completed = promises.then(([, result]) => result);
  return completed as Promise<WorkflowResultType<T>>;
}
