import { commandingActivator, type Activator } from '../runtime/activator.js';
import { CancellationScope, connectToScope } from '../runtime/cancellation-scope.js';
import type {
  ExternalWorkflowHandle,
  SignalDefinition,
  WorkflowSignalOptions,
} from '../runtime/function-types.js';
import { composeInterceptors, type SignalWorkflowInput } from '../runtime/interceptors.js';
import { decidePatch } from '../runtime/patches.js';
import { untrack } from '../runtime/realm.js';
import { targetContext } from './children.js';
import { checkName } from './validate-options.js';

function signalNext({ seq, signalName, args, target, headers }: SignalWorkflowInput): Promise<void> {
  const activator = commandingActivator('signal');
  const isExternal = target.type === 'external';
  const workflowId = isExternal ? target.workflowExecution.workflowId : target.childWorkflowId;
  const context = targetContext(activator, workflowId);
  return new Promise<void>((resolve, reject) => {
    const isCancelled = connectToScope(reject, () => {
      if (activator.pending.signalWorkflow.has(seq)) activator.push({ type: 'cancelSignalWorkflow', seq });
    });
    if (isCancelled) return;
    const call = { seq, args: activator.toPayloads(args, context), headers, signalName } as const;
    if (isExternal) {
      const { runId = '' } = target.workflowExecution;
      const workflowExecution = { namespace: activator.info.namespace, workflowId, runId };
      activator.push({ type: 'signalExternalWorkflowExecution', ...call, workflowExecution });
    } else {
      activator.push({ type: 'signalExternalWorkflowExecution', ...call, childWorkflowId: workflowId });
    }
    activator.wait('signalWorkflow', seq, { resolve, reject, context });
  });
}

export function sendSignal(
  activator: Activator,
  signalName: string,
  args: unknown[],
  target: SignalWorkflowInput['target'],
): Promise<void> {
  activator.assertMayCommand('signal');
  checkName('signal name', signalName);
  const execute = composeInterceptors(activator.interceptors.outbound, 'signalWorkflow', signalNext);
  return execute({ seq: activator.nextSeq.signalWorkflow++, signalName, args, target, headers: {} });
}

/** Temporal's name for the change that connected `cancel()` to the current scope. */
const cancelScopePatch = '__temporal_internal_connect_external_handle_cancel_to_scope';

function requestCancel(activator: Activator, workflowId: string, runId: string | undefined): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const scope = CancellationScope.current();
    if (scope.cancellable) {
      untrack(
        scope.cancelRequested.catch((reason: unknown) => {
          if (decidePatch(activator, cancelScopePatch, false)) reject(reason);
        }),
      );
    }
    if (scope.consideredCancelled && decidePatch(activator, cancelScopePatch, false)) return;
    const seq = activator.nextSeq.cancelWorkflow++;
    activator.push({
      type: 'requestCancelExternalWorkflowExecution',
      seq,
      workflowExecution: { namespace: activator.info.namespace, workflowId, runId: runId ?? '' },
      reason: '',
    });
    const context = targetContext(activator, workflowId);
    activator.wait('cancelWorkflow', seq, { resolve, reject, context });
  });
}

/** A handle to signal and cancel another running workflow. */
export function getExternalWorkflowHandle(workflowId: string, runId?: string): ExternalWorkflowHandle {
  const activator = commandingActivator('getExternalWorkflowHandle');
  checkName('workflowId', workflowId);
  const signal = (signalName: string, args: unknown[]): Promise<void> =>
    sendSignal(activator, signalName, args, { type: 'external', workflowExecution: { workflowId, runId } });
  return {
    workflowId,
    runId,
    cancel(): Promise<void> {
      activator.assertMayCommand('cancel');
      return requestCancel(activator, workflowId, runId);
    },
    signal<Args extends unknown[]>(def: SignalDefinition<Args> | string, ...args: Args): Promise<void> {
      return signal(typeof def === 'string' ? def : def.name, args);
    },
    signalWithOptions<Args extends unknown[]>(
      name: string,
      options: WorkflowSignalOptions<Args>,
    ): Promise<void> {
      return signal(name, options.args ?? []);
    },
  };
}
