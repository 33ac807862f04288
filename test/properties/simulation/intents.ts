import type { Command } from '@refrain/engine';
import { activity, complete, failure, payload, timer } from '../../engine/service/harness.js';
import type { Model, ModelRun, ParentClosePolicy } from './model.js';
import { closeRun, continueRun, endRun, newRun } from './model.js';
import type { TaskAnswer } from './world.js';

/** Something that the code of a run may ask for. */
export type Intent =
  | {
      readonly asks: 'activity';
      readonly maximumAttempts: number;
      readonly startToCloseMs: number;
      readonly toCloseMs: number;
    }
  | { readonly asks: 'timer'; readonly ms: number }
  | { readonly asks: 'child'; readonly parentClosePolicy: ParentClosePolicy }
  /** Completes an update that was accepted before. */
  | { readonly asks: 'respond' }
  | { readonly asks: 'continue'; readonly backoffMs: number }
  | { readonly asks: 'cancel' }
  | { readonly asks: 'end'; readonly fails: boolean };

export const ends = ({ asks }: Intent) => asks === 'end' || asks === 'continue' || asks === 'cancel';

export interface Asked extends Pick<TaskAnswer, 'commands' | 'messages'> {
  /** What the model is after it. */
  effect(): void;
}

interface Part {
  readonly command?: Command;
  readonly message?: TaskAnswer['messages'][number];
  effect(): void;
}

/** What a worker answers, whose code asks for these, and treats the updates that it was sent in turn. */
export function askedFor(model: Model, workflowId: string, seen: number, intents: readonly Intent[]): Asked {
  const run = model.runs.get(workflowId)!;
  const parts = [
    ...[...run.sentUpdates].flatMap((id, index) => updateParts(run, id, (seen + index) % 4)),
    ...intents.map((intent, index) => partOf(model, workflowId, `${run.earlier}.${seen}.${index}`, intent)),
  ];
  return {
    commands: parts.flatMap(({ command }) => (command ? [command] : [])),
    messages: parts.flatMap(({ message }) => (message ? [message] : [])),
    effect: () => {
      run.taskTakenMs = undefined;
      run.sentUpdates.clear();
      for (const part of parts) part.effect();
    },
  };
}

/** Rejected, accepted, accepted and completed, or not answered, which is as good as rejected. */
function updateParts(run: ModelRun, id: string, kind: number): Part[] {
  const forgotten = () => void run.updates.delete(id);
  if (kind === 0) return [{ message: message(id, 'Rejection'), effect: forgotten }];
  if (kind === 3) return [{ effect: forgotten }];
  const accepted = {
    message: message(id, 'Acceptance'),
    effect: () => void run.updates.set(id, 'accepted'),
  };
  return kind === 1 ? [accepted] : [accepted, completed(run, id)];
}

function completed(run: ModelRun, id: string): Part {
  const effect = () => {
    run.updates.delete(id);
    run.endedUpdates.add(id);
  };
  return { message: message(id, 'Response'), effect };
}

function message(updateId: string, kind: 'Acceptance' | 'Response' | 'Rejection') {
  return {
    id: `${updateId}/${kind}`,
    protocolInstanceId: updateId,
    body: {
      type: `temporal.api.update.v1.${kind}`,
      ...(kind === 'Response' && { outcome: { success: [payload(updateId)] } }),
      ...(kind === 'Rejection' && { failure: failure('no') }),
    } as never,
  };
}

function partOf(model: Model, workflowId: string, id: string, intent: Intent): Part {
  const run = model.runs.get(workflowId)!;
  switch (intent.asks) {
    case 'activity':
      return activityPart(model, run, id, intent);
    case 'timer':
      return {
        command: timer(id, intent.ms),
        effect: () => void run.timers.set(id, model.nowMs + intent.ms),
      };
    case 'child':
      return childPart(model, workflowId, `${workflowId}/${id}`, intent.parentClosePolicy);
    case 'respond': {
      const [accepted] = [...run.updates].find(([, stage]) => stage === 'accepted') ?? [];
      return accepted === undefined ? { effect: () => undefined } : completed(run, accepted);
    }
    case 'continue': {
      const { backoffMs } = intent;
      const attributes = { workflowType: { name: 'wf' }, backoffStartIntervalMs: backoffMs };
      return {
        command: { type: 'ContinueAsNewWorkflowExecution', attributes },
        effect: () => continueRun(model, workflowId, backoffMs > 0 ? model.nowMs + backoffMs : -Infinity, 1),
      };
    }
    case 'cancel':
      return {
        command: { type: 'CancelWorkflowExecution', attributes: {} },
        effect: () => closeRun(model, workflowId, 'CANCELED'),
      };
    case 'end':
      return {
        command: intent.fails
          ? { type: 'FailWorkflowExecution', attributes: { failure: failure('end') } }
          : complete,
        effect: () => endRun(model, workflowId, intent.fails),
      };
  }
}

function activityPart(
  model: Model,
  run: ModelRun,
  id: string,
  { maximumAttempts, startToCloseMs, toCloseMs }: Intent & { asks: 'activity' },
): Part {
  const more = {
    startToCloseTimeoutMs: startToCloseMs,
    scheduleToCloseTimeoutMs: toCloseMs,
    retryPolicy: { maximumAttempts },
  };
  const effect = () =>
    void run.activities.set(id, {
      maximumAttempts,
      startToCloseMs: Math.min(startToCloseMs, toCloseMs),
      expiresMs: model.nowMs + toCloseMs,
      state: 'SCHEDULED',
      attempt: 1,
      nextMs: -Infinity,
      dueMs: model.nowMs,
      toCloseMs,
      startedMs: 0,
      isStartStored: false,
    });
  return { command: activity(id, more), effect };
}

function childPart(model: Model, workflowId: string, child: string, policy: ParentClosePolicy): Part {
  return {
    command: {
      type: 'StartChildWorkflowExecution',
      attributes: {
        workflowId: child,
        workflowType: { name: 'wf' },
        workflowTaskTimeoutMs: 120_000,
        parentClosePolicy: policy,
      },
    },
    effect: () => {
      const run = model.runs.get(workflowId)!;
      run.children.add(child);
      model.runs.set(child, newRun({ parent: workflowId, parentClosePolicy: policy }));
      run.hasNews = true;
    },
  };
}
