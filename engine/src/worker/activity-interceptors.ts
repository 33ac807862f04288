import type { Headers } from '../core/activation.js';
import type { Context } from './activity-context.js';
import type { LogAttributes } from './logger.js';

export interface ActivityExecuteInput {
  readonly args: unknown[];
  readonly headers: Headers;
}

export type NextExecute = (input: ActivityExecuteInput) => Promise<unknown>;

export interface ActivityInboundCallsInterceptor {
  execute?(input: ActivityExecuteInput, next: NextExecute): Promise<unknown>;
}

export interface ActivityOutboundCallsInterceptor {
  getLogAttributes?(input: LogAttributes, next: (input: LogAttributes) => LogAttributes): LogAttributes;
}

export interface ActivityInterceptors {
  readonly inbound?: ActivityInboundCallsInterceptor;
  readonly outbound?: ActivityOutboundCallsInterceptor;
}

export type ActivityInterceptorsFactory = (context: Context) => ActivityInterceptors;

/** Runs `execute` inside all inbound interceptors; the first is the outermost. */
export function composeExecute(
  interceptors: readonly ActivityInterceptors[],
  execute: NextExecute,
): NextExecute {
  return interceptors.reduceRight<NextExecute>((next, { inbound }) => {
    if (!inbound?.execute) return next;
    return (input) => inbound.execute!(input, next);
  }, execute);
}

/** The attributes of a log entry after all outbound interceptors. */
export function composeLogAttributes(
  interceptors: readonly ActivityInterceptors[],
  attributes: LogAttributes,
): LogAttributes {
  const run = interceptors.reduceRight<(input: LogAttributes) => LogAttributes>(
    (next, { outbound }) => {
      if (!outbound?.getLogAttributes) return next;
      return (input) => outbound.getLogAttributes!(input, next);
    },
    (input) => input,
  );
  return run(attributes);
}
