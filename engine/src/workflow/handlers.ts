import { activatorFor, commandingActivator } from '../runtime/activator.js';
import type {
  Handler,
  QueryDefinition,
  SignalDefinition,
  UpdateDefinition,
  UpdateValidator,
  WorkflowQueryType,
  WorkflowSignalType,
  WorkflowUpdateType,
} from '../runtime/function-types.js';
import { dispatchBufferedSignals, dispatchBufferedUpdates } from '../runtime/messages.js';
import type { HandlerUnfinishedPolicy } from '../runtime/options.js';
import { throwIfReservedName } from '../runtime/reserved-names.js';
import { updateScope, type UpdateInfo } from '../runtime/update-scope.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- the types of Temporal's functions, see function-types.ts */

export type QueryHandlerOptions = { description?: string };
export type SignalHandlerOptions = { description?: string; unfinishedPolicy?: HandlerUnfinishedPolicy };
export type UpdateHandlerOptions<Args extends any[]> = {
  validator?: UpdateValidator<Args>;
  description?: string;
  unfinishedPolicy?: HandlerUnfinishedPolicy;
};
export type DefaultSignalHandler = (signalName: string, ...args: unknown[]) => void | Promise<void>;
export type DefaultUpdateHandler = (updateName: string, ...args: unknown[]) => Promise<unknown> | unknown;
export type DefaultQueryHandler = (queryName: string, ...args: unknown[]) => unknown;

export function defineUpdate<Ret, Args extends any[] = [], Name extends string = string>(
  name: Name,
): UpdateDefinition<Ret, Args, Name> {
  return { type: 'update', name } as UpdateDefinition<Ret, Args, Name>;
}

export function defineSignal<Args extends any[] = [], Name extends string = string>(
  name: Name,
): SignalDefinition<Args, Name> {
  return { type: 'signal', name } as SignalDefinition<Args, Name>;
}

export function defineQuery<Ret, Args extends any[] = [], Name extends string = string>(
  name: Name,
): QueryDefinition<Ret, Args, Name> {
  return { type: 'query', name } as QueryDefinition<Ret, Args, Name>;
}

type AnyDefinition = { type: string; name: string };
type AnyOptions = {
  description?: string;
  unfinishedPolicy?: HandlerUnfinishedPolicy;
  validator?: (...args: any[]) => void;
};

/**
 * Sets (or, with `undefined`, removes) the handler of a signal, query or update. Buffered signals and updates that it
 * takes run at once, up to their first await.
 */
export function setHandler<Ret, Args extends any[], T extends QueryDefinition<Ret, Args>>(
  def: T,
  handler: Handler<Ret, Args, T> | undefined,
  options?: QueryHandlerOptions,
): void;
export function setHandler<Ret, Args extends any[], T extends SignalDefinition<Args>>(
  def: T,
  handler: Handler<Ret, Args, T> | undefined,
  options?: SignalHandlerOptions,
): void;
export function setHandler<Ret, Args extends any[], T extends UpdateDefinition<Ret, Args>>(
  def: T,
  handler: Handler<Ret, Args, T> | undefined,
  options?: UpdateHandlerOptions<Args>,
): void;
export function setHandler(def: AnyDefinition, handler: unknown, options?: AnyOptions): void {
  const activator = commandingActivator('setHandler');
  throwIfReservedName(def.type, def.name);
  const { description, validator, unfinishedPolicy = 'WARN_AND_ABANDON' } = options ?? {};
  const isRemoval = handler === undefined || handler === null;
  if (!isRemoval) checkHandler(handler);
  switch (def.type) {
    case 'update':
      if (isRemoval) return void activator.updateHandlers.delete(def.name);
      activator.updateHandlers.set(def.name, {
        handler: handler as WorkflowUpdateType,
        validator,
        description,
        unfinishedPolicy,
      });
      return dispatchBufferedUpdates(activator);
    case 'signal':
      if (isRemoval) return void activator.signalHandlers.delete(def.name);
      activator.signalHandlers.set(def.name, {
        handler: handler as WorkflowSignalType,
        description,
        unfinishedPolicy,
      });
      return dispatchBufferedSignals(activator);
    case 'query':
      if (isRemoval) return void activator.queryHandlers.delete(def.name);
      return void activator.queryHandlers.set(def.name, {
        handler: handler as WorkflowQueryType,
        description,
      });
    default:
      throw new TypeError(`Invalid definition type: ${def.type}`);
  }
}

function checkHandler(handler: unknown): void {
  if (handler === undefined || handler === null || typeof handler === 'function') return;
  throw new TypeError(`Expected handler to be either a function or 'undefined'. Got: '${typeof handler}'`);
}

/** Takes signals that have no handler of their own. */
export function setDefaultSignalHandler(handler: DefaultSignalHandler | undefined): void {
  const activator = commandingActivator('setDefaultSignalHandler');
  checkHandler(handler);
  activator.defaultSignalHandler = handler ?? undefined;
  if (handler) dispatchBufferedSignals(activator);
}

export function setDefaultUpdateHandler(handler: DefaultUpdateHandler | undefined): void {
  const activator = commandingActivator('setDefaultUpdateHandler');
  checkHandler(handler);
  activator.defaultUpdateHandler = handler ?? undefined;
  if (handler) dispatchBufferedUpdates(activator);
}

export function setDefaultQueryHandler(handler: DefaultQueryHandler | undefined): void {
  const activator = commandingActivator('setDefaultQueryHandler');
  checkHandler(handler);
  activator.defaultQueryHandler = handler ?? undefined;
}

/** True when no signal or update handler is running. */
export function allHandlersFinished(): boolean {
  const activator = activatorFor('allHandlersFinished');
  return activator.signalsInProgress.size === 0 && activator.updatesInProgress.size === 0;
}

/** The update whose handler runs, if one does. */
export function currentUpdateInfo(): UpdateInfo | undefined {
  activatorFor('currentUpdateInfo');
  return updateScope.getStore();
}
