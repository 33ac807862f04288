import type { ActivationApi, Payload, WorkflowHost } from '@refrain/engine/internal';

/** What the test decides in place of the runtime, for runs that start from now on. */
export interface Decisions {
  readonly versions: Map<string, number>;
  readonly patches: Map<string, boolean>;
  sideEffects: readonly unknown[];
}

/**
 * A host whose instances find the test's decisions already made: as if their history had recorded them. What they
 * then record is what a replay finds, so a run with decisions replays like any other.
 */
export function withDecisions(
  host: WorkflowHost,
  decisions: Decisions,
  toPayload: (value: unknown) => Payload | undefined,
): WorkflowHost {
  return {
    ...host,
    createInstance() {
      const instance = host.createInstance();
      return {
        activate: (activation) => instance.activate(withJobs(activation, decisions, toPayload)),
        dispose: () => instance.dispose(),
      };
    },
  };
}

function withJobs(
  activation: ActivationApi.Activation,
  decisions: Decisions,
  toPayload: (value: unknown) => Payload | undefined,
): ActivationApi.Activation {
  if (!activation.jobs.some((job) => job.type === 'initializeWorkflow')) return activation;
  const versions = [...decisions.versions].map(([changeId, version]): ActivationApi.ActivationJob => ({
    type: 'notifyHasVersion',
    changeId,
    version,
  }));
  // A patch is present in new runs anyway; the job for it belongs to replays.
  const patches = [...decisions.patches].flatMap(([patchId, isPatched]): ActivationApi.ActivationJob[] =>
    isPatched ? [] : [{ type: 'notifyHasPatch', patchId, isAbsent: true }],
  );
  const sideEffects = decisions.sideEffects.map((value, index): ActivationApi.ActivationJob => ({
    type: 'resolveSideEffect',
    seq: index + 1,
    value: toPayload(value),
  }));
  return { ...activation, jobs: [...patches, ...versions, ...sideEffects, ...activation.jobs] };
}
