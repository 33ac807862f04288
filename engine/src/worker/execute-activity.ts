import { arrayFromRecorded, toRecorded } from '../converter/payload-converter.js';
import type { Headers } from '../core/activation.js';
import { CompleteAsyncError } from '../failures/errors.js';
import { ApplicationFailure, CancelledFailure, ensureApplicationFailure } from '../failures/failures.js';
import type { Failure } from '../history/messages.js';
import type { Payload } from '../history/payload.js';
import type { Context } from './activity-context.js';
import { runInActivityContext } from './activity-context.js';
import { composeExecute, type ActivityInterceptors, type NextExecute } from './activity-interceptors.js';
import type { ActivityFunction, CompiledOptions } from './options.js';
import { decodePayloads, encodePayloads } from '../converter/payload-codec.js';

export type ActivityOutcome =
  | { readonly status: 'completed'; readonly result: Payload }
  | { readonly status: 'failed'; readonly failure: Failure }
  | { readonly status: 'cancelled'; readonly failure: Failure }
  /** Somebody else will complete it by its token. */
  | { readonly status: 'async' };

export interface ActivityCall {
  readonly context: Context;
  readonly headers: Headers;
  readonly input: readonly Payload[];
  readonly interceptors: readonly ActivityInterceptors[];
}

/** Runs one attempt of an activity. Never rejects. */
export async function executeActivity(
  options: CompiledOptions,
  call: ActivityCall,
): Promise<ActivityOutcome> {
  const { payloadConverter, codecs } = options;
  try {
    const run = activityOf(options, call.context.info.activityType);
    const input = codecs.length > 0 ? await decodePayloads(codecs, call.input) : call.input;
    const args = arrayFromRecorded(payloadConverter, input);
    const execute: NextExecute =
      call.interceptors.length > 0
        ? composeExecute(call.interceptors, async ({ args: last }) => run(...(last as never[])))
        : async () => run(...(args as never[]));
    const value = await runInActivityContext(call.context, () => execute({ args, headers: call.headers }));
    if (value instanceof CompleteAsyncError) return { status: 'async' };
    const result = toRecorded(payloadConverter, value);
    return { status: 'completed', result: codecs.length > 0 ? await encodePayloads(codecs, result) : result };
  } catch (error) {
    return outcomeOfError(options, error, call.context);
  }
}

/**
 * The same where nothing but the function is waited for: no codecs, no interceptors. `ended` is called once, with what
 * the function returned at once or later.
 */
export function executeNow(
  options: CompiledOptions,
  { type, context, input }: Pick<ActivityCall, 'context' | 'input'> & { readonly type: string },
  ended: (outcome: ActivityOutcome) => void,
): void {
  const failed = (error: unknown): void => {
    void outcomeOfError(options, error, context).then(ended);
  };
  const returned = (value: unknown): void => {
    let outcome: ActivityOutcome;
    try {
      outcome =
        value instanceof CompleteAsyncError
          ? { status: 'async' }
          : { status: 'completed', result: toRecorded(options.payloadConverter, value) };
    } catch (error) {
      return failed(error);
    }
    ended(outcome);
  };
  try {
    const run = activityOf(options, type);
    const args = arrayFromRecorded(options.payloadConverter, input);
    const value = runInActivityContext(context, () => run(...(args as never[])));
    if (isThenable(value)) Promise.resolve(value).then(returned, failed);
    else returned(value);
  } catch (error) {
    failed(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function activityOf({ activities }: CompiledOptions, type: string): ActivityFunction {
  const activity = Object.hasOwn(activities, type) ? activities[type] : activities['default'];
  if (activity) return activity;
  const known = Object.keys(activities).join(', ') || 'none';
  throw ApplicationFailure.create({
    message: `Activity function ${type} is not registered on this worker, available activities: ${known}`,
    type: 'NotFoundError',
    nonRetryable: false,
  });
}

async function outcomeOfError(
  options: CompiledOptions,
  error: unknown,
  context: Context,
): Promise<ActivityOutcome> {
  if (error instanceof CompleteAsyncError) return { status: 'async' };
  const { cancellationDetails } = context;
  if (isCancellation(error) && cancellationDetails) {
    if (cancellationDetails.cancelRequested) {
      return { status: 'cancelled', failure: await failureOf(options, asCancelled(error)) };
    }
    if (cancellationDetails.workerShutdown) {
      const failure = ApplicationFailure.create({
        message: 'Worker is shutting down',
        type: 'WorkerShutdown',
      });
      return { status: 'failed', failure: await failureOf(options, failure) };
    }
  }
  return { status: 'failed', failure: await failureOf(options, ensureApplicationFailure(error)) };
}

function isCancellation(error: unknown): boolean {
  return error instanceof CancelledFailure || (error instanceof Error && error.name === 'AbortError');
}

function asCancelled(error: unknown): CancelledFailure {
  if (error instanceof CancelledFailure) return error;
  return new CancelledFailure('Activity cancelled', [], error as Error);
}

async function failureOf(options: CompiledOptions, error: Error): Promise<Failure> {
  const { failureConverter, payloadConverter, codecs } = options;
  let failure: Failure;
  try {
    failure = failureConverter.errorToFailure(error, payloadConverter);
    return codecs.length > 0 ? await encodePayloads(codecs, failure) : failure;
  } catch (conversionError) {
    return {
      message: `${error.message} (its conversion failed: ${String(conversionError)})`,
      source: 'TypeScriptSDK',
      applicationFailureInfo: { type: error.name, nonRetryable: false },
    };
  }
}
