/** In which batches the jobs of an activation reach the SDK; microtasks and conditions run after each. */
import type { Activation } from '../../core/activation.js';
import type { ProtoJob } from './jobs.js';
import type { Activator, SdkModules } from './sdk-types.js';

type Dict = Record<string, unknown>;

/** 1.9 and 1.10: patches, signals, the rest (with the start), queries; microtasks after each. */
export function legacyBatches(jobs: ProtoJob[]): ProtoJob[][] {
  const ranks: Record<string, number> = { notifyHasPatch: 0, signalWorkflow: 1, queryWorkflow: 3 };
  const batches: ProtoJob[][] = [[], [], [], []];
  for (const job of jobs) batches[ranks[job.variant] ?? 2]!.push(job);
  return batches.filter((batch) => batch.length > 0);
}

/** Id of the SDK's flag ProcessWorkflowActivationJobsAsSingleBatch. */
const SINGLE_BATCH = 2;

/** 1.11 and later. Also sets what the worker sets from outside before the jobs. */
export function modernBatches(
  activation: Activation,
  jobs: ProtoJob[],
  activator: Activator,
  sdk: SdkModules,
): ProtoJob[][] {
  if (jobs.length > 0 && jobs.every((job) => job.variant === 'queryWorkflow')) {
    activator.mutateWorkflowInfo((info) => ({
      ...info,
      unsafe: { ...(info['unsafe'] as Dict), isReplaying: true, isReplayingHistoryEvents: false },
    }));
    return [jobs];
  }
  updateActivator(activation, activator);
  const start = jobs.find((job) => job.variant === 'initializeWorkflow');
  if (start) sdk.api.initialize!(start['initializeWorkflow']);
  const rest: ProtoJob[] = [];
  for (const job of jobs) {
    if (job.variant === 'notifyHasPatch')
      activator.notifyHasPatch(job['notifyHasPatch'] as { patchId: string });
    else rest.push(job);
  }
  const signals = rest.filter((job) => job.variant === 'signalWorkflow');
  const singleBatch = { id: SINGLE_BATCH, default: true, alternativeConditions: singleBatchConditions(sdk) };
  if (signals.length > 0 && !activator.hasFlag!(singleBatch)) {
    return [signals, rest.filter((job) => job.variant !== 'signalWorkflow')].filter(
      (batch) => batch.length > 0,
    );
  }
  const seeds = rest.filter((job) => job.variant === 'updateRandomSeed');
  if (seeds.length > 0) activator.updateRandomSeed(seeds.at(-1)!['updateRandomSeed']);
  return [rest.filter((job) => job.variant !== 'updateRandomSeed')];
}

function updateActivator(activation: Activation, activator: Activator): void {
  activator.now = Math.floor(activation.timestampMs);
  activator.mutateWorkflowInfo((info) => ({
    ...info,
    historyLength: activation.historyLength,
    historySize: activation.historySizeBytes,
    continueAsNewSuggested: activation.continueAsNewSuggested,
    targetWorkerDeploymentVersionChanged: false,
    currentBuildId: activation.buildId ?? '',
    currentDeploymentVersion: undefined,
    unsafe: {
      ...(info['unsafe'] as Dict),
      isReplaying: activation.isReplaying,
      isReplayingHistoryEvents: activation.isReplaying,
    },
  }));
  activator.addKnownFlags?.([...activation.availableInternalFlags]);
  if (activation.lastSdkVersion) activator.sdkVersion = activation.lastSdkVersion;
}

function singleBatchConditions(sdk: SdkModules): unknown {
  return sdk.flags?.SdkFlags?.['ProcessWorkflowActivationJobsAsSingleBatch']?.alternativeConditions;
}
