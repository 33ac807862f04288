import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

/** Where npm puts a command of @refrain/test-env, as a suite would name it. */
export function executable(name) {
  return fileURLToPath(new URL(`../../../test-env/bin/${name}.js`, import.meta.url));
}

export function bundle() {
  const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
  return bundleWorkflowCode({
    workflowsPath,
    logger: { ...console, log() {}, info() {}, debug() {}, trace() {} },
  });
}
