import type { Chain } from './model.js';
import { closeRun, newRun, nextMinuteMs } from './model.js';
import type { Step } from './step.js';
import { after, pick, running, step, struck } from './step.js';

/** What clients do. */
/** Also made again, when the run is long closed: then it has no effect. */
export function start(name: string, drawn: Chain): Step {
  return step(`start ${name}, ${drawn}`, async (model, world) => {
    const known = model.runs.get(name);
    const chain = known?.chain ?? drawn;
    const firstTaskMs = chain === 'cron' ? nextMinuteMs(model.nowMs) : -Infinity;
    const effect = () => void model.runs.set(name, newRun({ chain, firstTaskMs, executionMs: firstTaskMs }));
    await after(model, world, await world.start(name, chain), known ? () => undefined : effect);
  });
}

export function update(n: number, updateId: string): Step {
  return step(`update ${updateId} of ${n}`, async (model, world) => {
    const [workflowId, run] = pick(running(model), n) ?? [];
    if (!workflowId || !run) return;
    const fault = await world.update(workflowId, updateId);
    if (fault) return struck(model, world, fault, () => undefined);
    if (!run.endedUpdates.has(updateId) && !run.updates.has(updateId)) run.updates.set(updateId, 'waiting');
  });
}

export function signal(n: number): Step {
  return step(`signal ${n}`, async (model, world) => {
    const [workflowId, run] = pick(running(model), n) ?? [];
    if (!workflowId || !run) return;
    const id = world.nextSignal();
    const answer = await world.signal(workflowId, id);
    await after(model, world, answer, () => {
      run.signals.push(id);
      run.hasNews = true;
    });
  });
}

export function cancel(n: number): Step {
  return step(`cancel ${n}`, async (model, world) => {
    const [workflowId, run] = pick(running(model), n) ?? [];
    if (!workflowId || !run || run.cancelRequested) return;
    const answer = await world.call(() =>
      world.service.requestCancelWorkflowExecution({ workflowExecution: { workflowId } }),
    );
    await after(model, world, answer, () => {
      run.cancelRequested = true;
      run.hasNews = true;
    });
  });
}

export function terminate(n: number): Step {
  return step(`terminate ${n}`, async (model, world) => {
    const [workflowId] = pick(running(model), n) ?? [];
    if (!workflowId) return;
    const answer = await world.call(() =>
      world.service.terminateWorkflowExecution({ workflowExecution: { workflowId } }),
    );
    await after(model, world, answer, () => closeRun(model, workflowId, 'TERMINATED'));
  });
}
