import type { ErrorClass } from '../runtime/function-types.js';
import { commandingActivator } from '../runtime/activator.js';
import type { VersioningBehavior } from '../runtime/options.js';
import { decidePatch, decideVersion } from '../runtime/patches.js';
import { checkName } from './validate-options.js';

/**
 * True when the new code is to run: always in live code, and in replay when the run's history has this patch. Keep
 * the old code in the other branch until no run needs it; `patchId` must be a constant.
 */
export function patched(patchId: string): boolean {
  const activator = commandingActivator('patched');
  checkName('patchId', patchId);
  return decidePatch(activator, patchId, false);
}

/** Takes the place of `patched` when no run needs the old code any more but histories still hold the patch. */
export function deprecatePatch(patchId: string): void {
  const activator = commandingActivator('deprecatePatch');
  checkName('patchId', patchId);
  decidePatch(activator, patchId, true);
}

/**
 * The version of a change that this run uses: `max` for runs that reach it first now, the recorded one for others,
 * −1 for runs whose history is older than the change.
 *
 * @throws DeterminismViolationError when the run's version is outside `min`…`max`.
 */
export function getVersion(changeId: string, min: number, max: number): number {
  return decideVersion(commandingActivator('getVersion'), changeId, min, max);
}

export interface WorkflowDefinitionOptions {
  versioningBehavior?: VersioningBehavior;
  /** Errors of these classes fail the run rather than the workflow task. */
  failureExceptionTypes?: ErrorClass[];
}
export type WorkflowDefinitionOptionsOrGetter = WorkflowDefinitionOptions | (() => WorkflowDefinitionOptions);

export interface WorkflowDefinitionConfig {
  workflowDefinitionOptions?: WorkflowDefinitionOptionsOrGetter;
}

/** Attaches options to a workflow function. */
export function setWorkflowOptions<A extends unknown[], R>(
  options: WorkflowDefinitionOptionsOrGetter,
  fn: (...args: A) => Promise<R>,
): void {
  defineWorkflowOptions(fn, { workflowDefinitionOptions: options });
}

export function defineWorkflowOptions<A extends unknown[], R>(
  fn: (...args: A) => Promise<R>,
  config: WorkflowDefinitionConfig,
): void {
  Object.assign(fn, config);
}
