import { mapToRecorded } from '../converter/payload-converter.js';
import { optionalTimeoutMs } from '../failures/duration.js';
import { commandingActivator, type Activator } from '../runtime/activator.js';
import type { Workflow } from '../runtime/function-types.js';
import { composeInterceptors, type ContinueAsNewInput } from '../runtime/interceptors.js';
import { ContinueAsNew } from '../runtime/lifecycle.js';
import type { ContinueAsNewOptions } from '../runtime/options.js';
import { encodeSearchAttributes } from '../runtime/search-attributes.js';
import { checkName } from './validate-options.js';

const durations = ['workflowRunTimeout', 'workflowTaskTimeout', 'backoffStartInterval'] as const;

function compileDurations(options: ContinueAsNewOptions): Record<string, number> {
  const compiled: Record<string, number> = {};
  for (const name of durations) {
    const ms = optionalTimeoutMs(options[name], name);
    if (ms !== undefined) compiled[`${name}Ms`] = ms;
  }
  return compiled;
}

function toCommand(activator: Activator, { args, headers, options }: ContinueAsNewInput): ContinueAsNew {
  const context = activator.workflowContext();
  const { searchAttributes, typedSearchAttributes, memo } = options;
  return new ContinueAsNew({
    type: 'continueAsNewWorkflowExecution',
    workflowType: options.workflowType,
    taskQueue: options.taskQueue ?? activator.info.taskQueue,
    arguments: activator.toPayloads(args, context),
    ...compileDurations(options),
    ...(memo ? { memo: mapToRecorded(activator.payloadConverter, memo, context) } : {}),
    headers,
    ...(searchAttributes || typedSearchAttributes
      ? {
          searchAttributes: {
            indexedFields: encodeSearchAttributes(searchAttributes, typedSearchAttributes),
          },
        }
      : {}),
  });
}

/** A function that ends the run and starts a new one of the same workflow id, with `options`. */
export function makeContinueAsNewFunc<F extends Workflow>(
  options?: ContinueAsNewOptions,
): (...args: Parameters<F>) => Promise<never> {
  const activator = commandingActivator('continueAsNew');
  const { workflowType = activator.info.workflowType, taskQueue = activator.info.taskQueue } = options ?? {};
  checkName('workflowType', workflowType);
  checkName('taskQueue', taskQueue);
  compileDurations(options ?? {});
  return (...args) => {
    activator.assertMayCommand('continueAsNew');
    const execute = composeInterceptors(activator.interceptors.outbound, 'continueAsNew', async (input) => {
      throw toCommand(activator, input);
    });
    return execute({ args, headers: {}, options: { ...options, workflowType, taskQueue } });
  };
}

/** Ends the run and starts a new one with `args`. Never resolves: return or await it last. */
export function continueAsNew<F extends Workflow>(...args: Parameters<F>): Promise<never> {
  return makeContinueAsNewFunc<F>()(...args);
}
