import type { ActivationApi, HistoryEvent } from '@refrain/engine/internal';
import {
  bundleTemporalWorkflows,
  bundleWorkflowCode,
  createTemporalHost,
  eventToJson,
  loadBundle,
} from '@refrain/engine/internal';
import { options, simulate } from '../../properties/run-task.js';

export type Api = '@refrain/engine/workflow' | '@temporalio/workflow';
export const apis: readonly Api[] = ['@refrain/engine/workflow', '@temporalio/workflow'];

/** Runs a workflow in the simulated world until it ends or waits for ever; returns its history as Temporal's JSON. */
export async function recordHistory(
  api: Api,
  workflowsPath: string,
  workflowType: string,
  { args = [], choices = [] }: { args?: readonly unknown[]; choices?: readonly number[] } = {},
): Promise<{ events: Record<string, unknown>[] }> {
  const input = args.map((arg) => ({
    metadata: { encoding: Buffer.from('json/plain').toString('base64') },
    data: Buffer.from(JSON.stringify(arg)).toString('base64'),
  }));
  const create = await creator(api, workflowsPath);
  const newInstance = (): ActivationApi.WorkflowInstance => {
    const instance = create();
    return {
      dispose: () => instance.dispose(),
      activate: (activation) =>
        instance.activate({
          ...activation,
          jobs: activation.jobs.map((job) =>
            job.type === 'initializeWorkflow' ? { ...job, workflowType, arguments: input } : job,
          ),
        }),
    };
  };
  const temporal = api === '@temporalio/workflow';
  const { events } = simulate(newInstance, { choices }, 60, undefined, {
    ...options,
    localActivities: temporal ? 'asSdkCore' : 'exact',
    sdkName: temporal ? 'temporal-typescript' : 'refrain',
    sdkVersion: '1.24.0',
  });
  const started = { ...events[0]!.attributes, workflowId: 'w', workflowType: { name: workflowType }, input };
  const named = [{ ...events[0]!, attributes: started } as HistoryEvent, ...events.slice(1)];
  return { events: named.map(eventToJson) };
}

async function creator(api: Api, workflowsPath: string): Promise<() => ActivationApi.WorkflowInstance> {
  if (api === '@temporalio/workflow') {
    const host = createTemporalHost(await bundleTemporalWorkflows({ workflowsPath }));
    return () => host.createInstance();
  }
  const loaded = loadBundle(await bundleWorkflowCode({ workflowsPath }));
  return () => loaded.createInstance();
}
