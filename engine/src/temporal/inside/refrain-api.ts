/**
 * `@refrain/engine/workflow` on a Temporal cluster: what `@temporalio/workflow` exports, and what Refrain has on top.
 * Bundled with workflow code, so that its state is an execution's own.
 */
import { DeterminismViolationError, patched, type WorkflowInfo } from '@temporalio/workflow';
import * as common from '@temporalio/common';
import { checkVersions, defaultVersion, unsupportedVersion } from '../../failures/version-errors.js';

export * from '@temporalio/workflow';

// Of these older SDKs lack some: asked for as fields, they are undefined there instead of missing exports.
const {
  ApplicationFailureCategory,
  HandlerUnfinishedPolicy,
  RetryState,
  SearchAttributeType,
  TimeoutType,
  TypedSearchAttributes,
  WorkflowExecutionAlreadyStartedError,
  defineSearchAttributeKey,
} = common;
export {
  ApplicationFailureCategory,
  HandlerUnfinishedPolicy,
  RetryState,
  SearchAttributeType,
  TimeoutType,
  TypedSearchAttributes,
  WorkflowExecutionAlreadyStartedError,
  defineSearchAttributeKey,
};

/** What each log entry of a workflow carries. */
export function workflowLogAttributes(info: WorkflowInfo): Record<string, unknown> {
  const { namespace, taskQueue, workflowId, runId, workflowType } = info;
  return { namespace, taskQueue, workflowId, runId, workflowType };
}

/** Workflow time, as `Date.now()` gives in a workflow. */
export function now(): number {
  return Date.now();
}

/** From the workflow's random stream, as `Math.random()` gives in a workflow. */
export function random(): number {
  return Math.random();
}

/**
 * Nothing in Temporal's sandbox differs between a run and its replay, the clock and the random stream included: the
 * value needs no record.
 */
export function sideEffect<T>(fn: () => T): T {
  if (typeof fn !== 'function') throw new TypeError('sideEffect: expected a function');
  const value = fn();
  if (value instanceof Promise) {
    throw new DeterminismViolationError(
      'sideEffect: the function must not be async; use an activity for I/O',
    );
  }
  return value;
}

const decided = new Map<string, number>();

/** A version is a patch of its own; the first question decides for the run, as the patches of its history say. */
export function getVersion(changeId: string, min: number, max: number): number {
  checkVersions(changeId, min, max);
  let version = decided.get(changeId);
  if (version === undefined) {
    version = max;
    while (version > defaultVersion && !patched(`refrain-version:${changeId}:${version}`)) version -= 1;
    decided.set(changeId, version);
  }
  if (version < min) {
    throw new DeterminismViolationError(unsupportedVersion(changeId, min, max, version));
  }
  return version;
}
